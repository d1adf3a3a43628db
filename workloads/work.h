/* work.h - one request to make. Header only; includes nothing but sizes.
 *
 * All bytes are borrowed from the stream that made the work, until its next call. */
#ifndef WM_WORKLOADS_WORK_H
#define WM_WORKLOADS_WORK_H

#include <stddef.h>
#include <stdint.h>

enum {
    WM_WORK_FIELD_MAX = 64,
    WM_WORK_WARMUP = 1 << 0, /* flag: not counted */
};
#define WM_WORK_WARMUP_INDEX (UINT64_C(1) << 63) /* warm-up requests have indices from here on */

struct wm_work_field {
    const char *name; /* C strings, no NUL inside */
    const char *value;
};

struct wm_work {
    uint64_t index;    /* in its mix or trace, from 0 */
    uint64_t due_ns;   /* from the start of the run; 0 in closed loop */
    uint64_t think_ns; /* pause of this virtual user after the answer; closed loop */
    const char *entry; /* "" in a trace that names none: the plan's entry */
    uint32_t row;      /* of the mix, from 0; UINT32_MAX: none */
    uint32_t field_count;
    const struct wm_work_field *fields;
    const void *body; /* NULL: none */
    size_t body_bytes;
};

/* A 64-bit hash of what is sent: index, entry, fields in order, body. Sums of it tell whether two
 * runs made the same requests, in whatever order. */
uint64_t wm_work_hash(const struct wm_work *work);

#endif
