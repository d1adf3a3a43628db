/* counted.h - the counted part of a server's run, by the CPU clocks of its threads.
 *
 * A sample carries what its thread used since the one before. So the first that counts carries some
 * from before the counted part too, and what comes after the last one is in none. Both ends are
 * made straight here. In a host, which starts and stops its own sampling, nothing is changed. */
#ifndef WM_GATHER_COUNTED_H
#define WM_GATHER_COUNTED_H

#include "profiles/wire/region.h"

#include <stdbool.h>

/* What the slots of the region add up to, of the counted part only. */
struct wm_counted_sums {
    uint64_t lost_cpu_ns, lost_harness_cpu_ns;
    uint64_t dropped, truncated, ends_dropped;
    uint64_t damaged; /* CPU times that cannot be */
};

/* Of a thread's slot. The region's counters go on from what they were at the beginning. */
struct wm_counted_thread {
    uint64_t lost_cpu_ns, dropped, truncated, ends_dropped; /* at the beginning */
    uint64_t early_ns; /* before the beginning, and in no sample yet */
    uint64_t tail_ns;  /* after the last sample, until the end */
    uint64_t clock_ns; /* as last read; 0: unknown */
    uint32_t tid;      /* that it was read of */
};

struct wm_counted {
    const struct wm_region *region;
    struct wm_counted_thread threads[WM_THREAD_MAX];
    struct wm_counted_sums sums; /* at the end */
    bool ended;
};

/* Reads the clocks of all threads. Then drain, then one of the next two: what is sampled while this
 * goes on is so little that it does not matter on which side it falls. */
void wm_counted_read_clocks(struct wm_counted *counted);
void wm_counted_begin(struct wm_counted *counted);
void wm_counted_end(struct wm_counted *counted);

/* What of a sample's CPU time counts. */
uint64_t wm_counted_cpu_ns(struct wm_counted *counted, uint32_t thread, uint64_t cpu_ns);
void wm_counted_sum(const struct wm_counted *counted, struct wm_counted_sums *ret_sums);

#endif
