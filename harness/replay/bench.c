/* bench.c - the arithmetic of a benchmark. */
#include "harness/replay/bench.h"

#include <math.h>
#include <stdlib.h>

enum { GROWTH_MAX = 100, FENCED_MIN = 4 }; /* of fewer values none can be told to lie apart */
#define FENCE 1.5

uint64_t wm_bench_grow(uint64_t last, uint64_t took_ns, uint64_t goal_ns)
{
    double wanted = (double)goal_ns * (double)last / (took_ns > 0 ? (double)took_ns : 1.0);
    double most = fmin((double)last * GROWTH_MAX, (double)WM_BENCH_ITERATIONS_MAX);
    uint64_t next = (uint64_t)fmin(wanted * 1.2, most);
    if (next > last)
        return next;
    return last < WM_BENCH_ITERATIONS_MAX ? last + 1 : WM_BENCH_ITERATIONS_MAX;
}

/* Where it would be more than half of what was measured, one of the two was disturbed. */
static double subtract(double measured_ns, double overhead_ns)
{
    return measured_ns - fmin(overhead_ns, measured_ns / 2);
}

double wm_bench_ns(const struct wm_bench_round *round)
{
    if (round->iterations == 0)
        return 0;
    /* The loop's cost is one thread's, the time is shared by all of them. */
    double overhead_ns = round->overhead_ns / (round->threads > 0 ? round->threads : 1);
    return subtract((double)round->timed_ns / (double)round->iterations, overhead_ns);
}

double wm_bench_cpu_ns(const struct wm_bench_round *round)
{
    if (round->iterations == 0)
        return 0;
    return subtract((double)round->cpu_ns / (double)round->iterations, round->overhead_ns);
}

double wm_bench_call_ns(const struct wm_bench_round *round)
{
    return round->calls > 0 ? (double)round->calls_ns / (double)round->calls : 0;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Between two values where it falls between them. */
static double quantile(const double *sorted, size_t count, double share)
{
    double at = share * (double)(count - 1);
    size_t below = (size_t)at;
    size_t above = below + 1 < count ? below + 1 : below;
    return sorted[below] + (at - (double)below) * (sorted[above] - sorted[below]);
}

void wm_bench_spread(double *values, size_t count, struct wm_bench_spread *ret_spread)
{
    qsort(values, count, sizeof(values[0]), compare);
    double lower = quantile(values, count, 0.25);
    double upper = quantile(values, count, 0.75);
    double reach = FENCE * (upper - lower);
    double sum = 0;
    size_t first = 0, last = count - 1;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    while (count >= FENCED_MIN && first < last && values[first] < lower - reach)
        first++;
    while (count >= FENCED_MIN && first < last && values[last] > upper + reach)
        last--;
    *ret_spread = (struct wm_bench_spread){
        .median = quantile(values, count, 0.5),
        .low = values[first],
        .high = values[last],
        .mean = sum / (double)count,
        .count = count,
        .outliers = count - (last - first + 1),
    };
}
