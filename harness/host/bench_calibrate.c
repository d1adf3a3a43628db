/* bench_calibrate.c - what the timed loops cost themselves. */
#include "harness/core/clock.h"
#include "harness/host/bench_loop.h"

#include <errno.h>

enum { CALLS = 1000 * 1000, PAIRS = 20 * 1000, ROUNDS = 7 };

void __cyg_profile_func_enter(void *function, void *site);
void __cyg_profile_func_exit(void *function, void *site);

/* Of the shape of an entry point. */
static int empty(const struct wm_request *request, struct wm_reply *reply)
{
    (void)request;
    (void)reply;
    return 0;
}

/* So that the compiler cannot know what is called. */
static wm_entry_fn *volatile empty_function = empty;

__attribute__((noinline)) static uint64_t time_bare(uint64_t calls)
{
    wm_entry_fn *function = empty_function;
    uint64_t began_ns = wm_clock_now_ns();
    for (uint64_t i = 0; i < calls; i++)
        (void)function(NULL, NULL);
    return wm_clock_now_ns() - began_ns;
}

static void bench_empty(struct wm_bench *bench)
{
    wm_entry_fn *function = empty_function;
    while (wm_bench_next(bench))
        (void)function(NULL, NULL);
}

static void bench_pauses(struct wm_bench *bench)
{
    while (wm_bench_next(bench)) {
        wm_bench_pause(bench);
        wm_bench_resume(bench);
    }
}

/* What a loop of the host's own, without a context, took. */
static uint64_t time_bench(wm_bench_fn *function, uint64_t iterations)
{
    struct wm_bench bench = {.iterations = iterations};
    function(&bench);
    return bench.timed_ns;
}

/* The address that stands for a watched function which does nothing. */
static char watched_mark;

static double time_watched(void)
{
    uint64_t calls, ns;
    wm_probe_take_calls(&calls, &ns);
    for (uint32_t i = 0; i < PAIRS; i++) {
        __cyg_profile_func_enter(&watched_mark, NULL);
        __cyg_profile_func_exit(&watched_mark, NULL);
    }
    wm_probe_take_calls(&calls, &ns);
    return calls > 0 ? (double)ns / (double)calls : 0;
}

static void keep_least(double *least, double value)
{
    if (*least < 0 || value < *least)
        *least = value;
}

int wm_loop_calibrate(struct wm_loop *loop, struct wm_loop_cost *ret_cost)
{
    struct wm_loop_cost least = {-1, -1, -1, -1};
    for (uint32_t i = 0; i < ROUNDS; i++) {
        /* Next to each other, so that both meet the same machine; the least of each is what was
         * disturbed least. */
        uint64_t ns;
        keep_least(&least.floor_ns, (double)time_bare(CALLS) / CALLS);
        int rc = loop != NULL ? wm_loop_time_empty(loop, empty_function, CALLS, &ns) : 0;
        if (rc < 0)
            return rc;
        if (loop == NULL)
            ns = time_bench(bench_empty, CALLS);
        keep_least(&least.overhead_ns, (double)ns / CALLS);
        keep_least(&least.pause_ns, (double)time_bench(bench_pauses, PAIRS) / PAIRS);
    }
    const void *watched = wm_probe_watch_calls(&watched_mark);
    for (uint32_t i = 0; i < ROUNDS; i++)
        keep_least(&least.watch_ns, time_watched());
    (void)wm_probe_watch_calls(watched);
    *ret_cost = least;
    ret_cost->overhead_ns =
        least.overhead_ns > least.floor_ns ? least.overhead_ns - least.floor_ns : 0;
    return 0;
}
