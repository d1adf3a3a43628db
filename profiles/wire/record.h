/* record.h - what the rings carry. */
#ifndef WM_WIRE_RECORD_H
#define WM_WIRE_RECORD_H

#include <stddef.h>
#include <stdint.h>

enum { WM_FRAME_MAX = 192 }; /* deeper stacks are cut at the root end, flagged and counted */

enum wm_sample_flag {
    WM_SAMPLE_TRUNCATED = 1, /* more frames than WM_FRAME_MAX, or an unwind that stopped early */
    WM_SAMPLE_HARNESS = 2,   /* taken on a thread of the host's own */
};

/* One sample, written by the signal handler into its thread's sample ring. */
struct wm_sample {
    uint32_t bytes; /* of this record, a multiple of 8 */
    uint16_t flags; /* enum wm_sample_flag */
    uint16_t frame_count;
    uint64_t request;  /* serial number of the request (struct wm_end), 0: none was open */
    uint64_t cpu_ns;   /* CPU time that the thread used since its last sample */
    uint32_t node;     /* active path, an index into wm_region.nodes; WM_NODE_ROOT: no segment */
    uint32_t cost_ns;  /* time spent in the handler */
    uint64_t frames[]; /* addresses, leaf first; return addresses but for the leaf */
};
_Static_assert(sizeof(struct wm_sample) == 32, "the handler writes this layout");

/* The end of a request that was sampled, written by the thread that ended it into its end ring.
 * Samples and ends may arrive in either order: `samples` says how many to wait for. */
struct wm_end {
    uint32_t bytes;
    uint32_t path; /* index into wm_region.paths */
    uint64_t request;
    uint32_t samples;
    uint32_t reserved;
};
_Static_assert(sizeof(struct wm_end) == 24, "drain reads this layout");

#endif
