/* bench.h - the arithmetic of a benchmark: how many iterations, what they took, how far apart.
 *
 * Knows no clock and calls nothing. */
#ifndef WM_REPLAY_BENCH_H
#define WM_REPLAY_BENCH_H

#include "profiles/wire/bench.h"

#include <stddef.h>
#include <stdint.h>

/* Where growing ends, whatever the time. */
#define WM_BENCH_ITERATIONS_MAX UINT64_C(1000000000)

/* How many iterations to try after `last` of them took `took_ns`, less than `goal_ns`: a fifth more
 * than should do, at most 100 times as many, always more than before. */
uint64_t wm_bench_grow(uint64_t last, uint64_t took_ns, uint64_t goal_ns);

/* What an iteration of a round took, without what the loop adds; at least half of it. */
double wm_bench_ns(const struct wm_bench_round *round);
/* The CPU time of an iteration, likewise: other threads of the machine do not add to it. */
double wm_bench_cpu_ns(const struct wm_bench_round *round);
/* What a call of the watched function took; 0 without calls. */
double wm_bench_call_ns(const struct wm_bench_round *round);

/* Several values of one thing. An outlier lies more than one and a half times the distance of the
 * quartiles outside of them (Tukey's fences); `low` and `high` are without them. */
struct wm_bench_spread {
    double median, low, high, mean;
    size_t count, outliers;
};
/* Sorts `values`; `count` above 0. */
void wm_bench_spread(double *values, size_t count, struct wm_bench_spread *ret_spread);

#endif
