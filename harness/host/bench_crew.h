/* bench_crew.h - the threads that a benchmark runs on: all begin a round together, and it is over
 * when the last one is through. */
#ifndef WM_HOST_BENCH_CREW_H
#define WM_HOST_BENCH_CREW_H

#include "harness/core/error.h"
#include "harness/host/bench_loop.h"

#include <stdbool.h>
#include <stdint.h>

/* What is benchmarked: an entry point with its requests, or what WM_BENCH registered. */
struct wm_subject {
    const char *name;
    uint32_t number;       /* in wm_region.entries */
    wm_bench_fn *function; /* NULL: the pool's entry point */
    struct wm_pool pool;
};

struct wm_crew;

/* Starts `threads` threads and measures what their loops cost. Negative with `err`. */
WM_MUST_USE int wm_crew_new(struct wm_region *region, const struct wm_subject *subject,
                            uint32_t threads, struct wm_crew **ret_crew, struct wm_error *err);
void wm_crew_free(struct wm_crew *crew);
/* From now on calls are timed one by one, for the quantiles of a round. -ENOMEM. */
WM_MUST_USE int wm_crew_time_calls(struct wm_crew *crew);
/* One round: `iterations` in all, at least one on each thread. `counted`: they are in the region's
 * tables and the threads' disturbances on its board. Negative with `err`. */
WM_MUST_USE int wm_crew_run(struct wm_crew *crew, uint64_t iterations, bool counted,
                            struct wm_bench_round *ret_round, struct wm_error *err);

#endif
