/* bench_loop.h - the timed loops, on one worker's thread, and what they cost themselves.
 *
 * Nothing but the call is in the loop over an entry point's requests: each is taken from the pool,
 * the context of its group made the thread's where the last one's was another, and the function
 * called. What that adds to a call is measured with an empty function in the place of the app's,
 * once in this loop and once in the barest there is: the difference is the loop's own, and is
 * subtracted. Call and return stay in: they belong to a function. A loop over wm_bench_next() runs
 * beside its body, so that what it adds depends on that: what it adds at least is subtracted. */
#ifndef WM_HOST_BENCH_LOOP_H
#define WM_HOST_BENCH_LOOP_H

#include "harness/core/error.h"
#include "harness/host/bench_pool.h"
#include "harness/replay/tally.h"
#include "profiles/probe/probe.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_loop {
    const struct wm_pool *pool;
    struct wm_pool_item *items; /* the worker's own: they bear its contexts */
    struct wm_loop_group {
        struct wm_context *context;
        uint64_t calls, errors;
    } * groups;
    struct wm_histogram *latency; /* NULL: calls are not timed one by one */
    uint32_t at;                  /* the item that comes next */
};

/* What one loop on one thread found, before anything is subtracted. */
struct wm_loop_result {
    uint64_t timed_ns, cpu_ns, allocs, alloc_bytes, errors, pauses, strayed, mixed;
    struct wm_probe_calls calls; /* of the watched function */
    struct wm_bench_metric metrics[WM_BENCH_METRIC_MAX];
    uint32_t metric_count;
    uint64_t metrics_lost;
};

/* The loop of worker `number` of `workers`: each begins elsewhere in the pool. -ENOMEM. */
WM_MUST_USE int wm_loop_init(struct wm_loop *loop, const struct wm_pool *pool, uint32_t number,
                             uint32_t workers);
void wm_loop_done(struct wm_loop *loop);
/* Calls the entry point `iterations` times. `tally` counts them; NULL: they are not counted.
 * -EBUSY without a free context. */
WM_MUST_USE int wm_loop_run(struct wm_loop *loop, uint64_t iterations, struct wm_tally *tally,
                            struct wm_loop_result *ret_result);

/* The same of a function that WM_BENCH registered under `number` of wm_region.entries. -EBADMSG: it
 * returned before its loop was over; -EINPROGRESS: its loop ended paused. */
WM_MUST_USE int wm_loop_run_bench(wm_bench_fn *function, uint32_t number, uint64_t iterations,
                                  struct wm_tally *tally, struct wm_loop_result *ret_result);

/* What `calls` of a function in the place of the entry point take in the same loop, in all. */
WM_MUST_USE int wm_loop_time_empty(struct wm_loop *loop, wm_entry_fn *function, uint64_t calls,
                                   uint64_t *ret_ns);

/* What loops cost here, in ns. */
struct wm_loop_cost {
    double overhead_ns; /* added to each iteration */
    double floor_ns;    /* of a call of an empty function in a bare loop */
    double pause_ns;    /* of a pause and its end: what they leave in the measurement */
    double watch_ns;    /* of a watched call, of recursive ones the outermost: the same */
};
/* bench_calibrate.c. `loop` NULL: of loops over wm_bench_next(). Some 50 ms of CPU. Negative as
 * wm_loop_run. */
WM_MUST_USE int wm_loop_calibrate(struct wm_loop *loop, struct wm_loop_cost *ret_cost);

#endif
