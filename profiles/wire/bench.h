/* bench.h - what to benchmark, and what each measurement found.
 *
 * The harness fills the plan; the app's process adds a round for each measurement, in order, and
 * publishes it by the count, so that its line is printed while the next one runs. */
#ifndef WM_WIRE_BENCH_H
#define WM_WIRE_BENCH_H

#include <stdatomic.h>
#include <stdint.h>

enum {
    WM_BENCH_CPU_MAX = 16,
    WM_BENCH_ROUND_MAX = 4096,
    WM_BENCH_METRIC_MAX = 8,
    WM_BENCH_UNIT_BYTES = 32,
    WM_BENCH_PATTERN_BYTES = 256,
    WM_BENCH_FIELD_BYTES = 8192,
};

enum wm_bench_kind {
    WM_BENCH_NONE,      /* it is a replay */
    WM_BENCH_ENTRIES,   /* entry points, called back to back */
    WM_BENCH_FUNCTIONS, /* what WM_BENCH registered */
};

struct wm_bench_plan {
    uint32_t kind;       /* enum wm_bench_kind */
    uint32_t count;      /* measurements of each benchmark and number of threads */
    uint64_t iterations; /* of each measurement; 0: as many as last for benchtime_ns */
    uint64_t benchtime_ns;
    uint32_t cpu_count;
    uint32_t cpus[WM_BENCH_CPU_MAX]; /* threads at one time, one after the other */
    uint32_t field_count;            /* of the one request that is made when there is no mix */
    uint64_t function;               /* to be watched: its address in the app's file; 0: none */
    char pattern[WM_BENCH_PATTERN_BYTES]; /* extended regular expression over the names */
    char fields[WM_BENCH_FIELD_BYTES];    /* name, NUL, value, NUL, … */
};

struct wm_bench_metric {
    double value;
    char unit[WM_BENCH_UNIT_BYTES];
};

/* One measurement. Times are sums over all iterations, before anything is subtracted. */
struct wm_bench_round {
    uint32_t name; /* offset into wm_region.names */
    uint32_t threads;
    uint64_t iterations; /* all threads together */
    uint64_t timed_ns;   /* of the thread that took longest */
    uint64_t cpu_ns;     /* that the threads used meanwhile; 0: not known, it was paused */
    uint64_t allocs, alloc_bytes, errors;
    uint64_t p50_ns, p99_ns;  /* of single calls; 0: they were not timed one by one */
    uint64_t calls, calls_ns; /* of plan.function, all threads together, without what timing adds;
                                 of recursive calls the outermost */
    uint64_t nested_calls;    /* the others */
    double overhead_ns;       /* what the loop adds to an iteration: measured, to be subtracted */
    double floor_ns;          /* what a call of an empty function takes in a bare loop */
    uint32_t metric_count;
    uint32_t reserved;
    struct wm_bench_metric metrics[WM_BENCH_METRIC_MAX];
};

struct wm_bench_board {
    _Atomic uint32_t round_count; /* release in bench.c, pairs with wm_bench_lines_rounds */
    /* In all, as soon as that is known. Relaxed: set in bench.c, shown by wm_bench_lines_turn while
     * it goes on. */
    _Atomic uint32_t rounds_wanted;
    /* What follows is read when the host has ended. */
    uint64_t rounds_lost;  /* past WM_BENCH_ROUND_MAX */
    uint64_t strayed;      /* requests that may have taken another path than when tried first */
    uint64_t mixed;        /* requests past the limit of kinds, together in one group */
    uint64_t metrics_lost; /* values of wm_bench_metric() that found no place */
    uint64_t calls_left;   /* calls of plan.function that longjmp() left: not timed */
    uint64_t preempted;    /* times that another thread took a worker's CPU */
    uint64_t migrated;     /* times that a worker was on another CPU after a measurement */
    struct wm_bench_round rounds[WM_BENCH_ROUND_MAX];
};

#endif
