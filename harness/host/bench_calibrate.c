/* bench_calibrate.c - what the timed loops cost themselves. */
#include "harness/core/clock.h"
#include "harness/host/bench_loop.h"

#include <math.h>

/* Rounds so short that some fit between two disturbances. */
enum { CALLS = 100 * 1000, PAIRS = 2 * 1000, ROUNDS = 50 };

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

/* A few additions, one after the other: what a loop costs beside them takes no time of its own. */
static inline uint64_t chain(uint64_t value)
{
    for (int i = 0; i < 8; i++)
        __asm__ volatile("add $1, %0" : "+r"(value));
    return value;
}

__attribute__((noinline)) static uint64_t time_bare_chain(uint64_t iterations)
{
    uint64_t value = 0;
    uint64_t began_ns = wm_clock_now_ns();
    for (uint64_t i = 0; i < iterations; i++)
        value = chain(value);
    return wm_clock_now_ns() - began_ns + (value == 0);
}

static void bench_chain(struct wm_bench *bench)
{
    uint64_t value = 0;
    while (wm_bench_next(bench))
        value = chain(value);
    wm_keep(value);
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
    struct wm_probe_calls calls;
    wm_probe_take_calls(&calls);
    for (uint32_t i = 0; i < PAIRS; i++) {
        wm_probe_call_begins(&watched_mark, NULL);
        wm_probe_call_ends(&watched_mark, NULL);
    }
    wm_probe_take_calls(&calls);
    return calls.timed > 0 ? (double)calls.ns / (double)calls.timed : 0;
}

static void keep_least(double *least, double value)
{
    if (*least < 0 || value < *least)
        *least = value;
}

/* What a loop takes with each of two bodies, and a bare one with the same, in ns for an iteration.
 */
struct reading {
    double bare_call, call, bare_chain, chain;
};

static int read_once(struct wm_loop *loop, struct reading *reading, double *pause)
{
    uint64_t ns = 0;
    int rc = 0;
    keep_least(&reading->bare_call, (double)time_bare(CALLS) / CALLS);
    if (loop != NULL)
        rc = wm_loop_time_empty(loop, empty_function, CALLS, &ns);
    else
        ns = time_bench(bench_empty, CALLS);
    keep_least(&reading->call, (double)ns / CALLS);
    keep_least(&reading->bare_chain, (double)time_bare_chain(CALLS) / CALLS);
    keep_least(&reading->chain, (double)time_bench(bench_chain, CALLS) / CALLS);
    keep_least(pause, (double)time_bench(bench_pauses, PAIRS) / PAIRS);
    return rc;
}

int wm_loop_calibrate(struct wm_loop *loop, struct wm_loop_cost *ret_cost)
{
    struct reading least = {-1, -1, -1, -1};
    double pause_ns = -1, watch_ns = -1;
    /* Next to each other, so that all meet the same machine; the least of each is what was
     * disturbed least. */
    for (uint32_t i = 0; i < ROUNDS; i++) {
        int rc = read_once(loop, &least, &pause_ns);
        if (rc < 0)
            return rc;
    }
    const void *watched = wm_probe_watch_calls(&watched_mark);
    for (uint32_t i = 0; i < ROUNDS; i++)
        keep_least(&watch_ns, time_watched());
    (void)wm_probe_watch_calls(watched);
    /* A loop over wm_bench_next() goes on beside its body, and adds least where that is long. */
    double call_ns = least.call - least.bare_call;
    double chain_ns = least.chain - least.bare_chain;
    *ret_cost = (struct wm_loop_cost){
        .overhead_ns = fmax(0, loop != NULL ? call_ns : fmin(call_ns, chain_ns)),
        .floor_ns = least.bare_call,
        .pause_ns = pause_ns,
        .watch_ns = watch_ns,
    };
    return 0;
}
