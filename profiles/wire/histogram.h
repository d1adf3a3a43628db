/* histogram.h - log-linear counts of durations, three significant digits, that merge exactly.
 *
 * Values below 2048 ns have a bucket each; above, every power of two is cut in 1024 equal buckets,
 * so a bucket is at most 1/1024 of its value wide. Merging adds the counts, nothing is lost.
 * (The layout is that of Gil Tene's HdrHistogram with 2048 sub-buckets.) */
#ifndef WM_WIRE_HISTOGRAM_H
#define WM_WIRE_HISTOGRAM_H

#include <stdint.h>

enum {
    WM_HISTOGRAM_HALF_BITS = 10,
    WM_HISTOGRAM_HALF = 1 << WM_HISTOGRAM_HALF_BITS,
    WM_HISTOGRAM_TOP_BITS = 43, /* up to 2^43 ns = 2.4 hours; longer ones count as that */
    WM_HISTOGRAM_BUCKETS = WM_HISTOGRAM_HALF * (WM_HISTOGRAM_TOP_BITS - WM_HISTOGRAM_HALF_BITS + 1),
};

struct wm_histogram {
    uint64_t count;
    uint64_t max_ns; /* exact */
    uint64_t buckets[WM_HISTOGRAM_BUCKETS];
};

/* [any] The bucket of a value. */
static inline uint32_t wm_histogram_bucket(uint64_t ns)
{
    if (ns >> WM_HISTOGRAM_TOP_BITS)
        return WM_HISTOGRAM_BUCKETS - 1;
    if (ns < 2 * WM_HISTOGRAM_HALF)
        return (uint32_t)ns;
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(ns) - WM_HISTOGRAM_HALF_BITS;
    return (shift << WM_HISTOGRAM_HALF_BITS) + (uint32_t)(ns >> shift);
}

/* [any] The largest value of a bucket. */
static inline uint64_t wm_histogram_upper(uint32_t bucket)
{
    if (bucket < 2 * WM_HISTOGRAM_HALF)
        return bucket;
    uint32_t shift = (bucket >> WM_HISTOGRAM_HALF_BITS) - 1;
    uint64_t base = (uint64_t)(bucket - (shift << WM_HISTOGRAM_HALF_BITS));
    return ((base + 1) << shift) - 1;
}

/* [one writer] */
static inline void wm_histogram_add(struct wm_histogram *histogram, uint64_t ns)
{
    histogram->count++;
    histogram->buckets[wm_histogram_bucket(ns)]++;
    if (ns > histogram->max_ns)
        histogram->max_ns = ns;
}

static inline void wm_histogram_merge(struct wm_histogram *into, const struct wm_histogram *from)
{
    into->count += from->count;
    if (from->max_ns > into->max_ns)
        into->max_ns = from->max_ns;
    for (uint32_t i = 0; i < WM_HISTOGRAM_BUCKETS; i++)
        into->buckets[i] += from->buckets[i];
}

/* The smallest bucket limit that at least `fraction` of the values do not exceed (never above the
 * exact maximum); 0 of no values. */
static inline uint64_t wm_histogram_quantile(const struct wm_histogram *histogram, double fraction)
{
    double exact = fraction * (double)histogram->count;
    uint64_t rank = (uint64_t)exact;
    if ((double)rank < exact || rank == 0)
        rank++;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < WM_HISTOGRAM_BUCKETS && histogram->count > 0; i++) {
        seen += histogram->buckets[i];
        if (seen >= rank) {
            uint64_t upper = wm_histogram_upper(i);
            return upper < histogram->max_ns ? upper : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}

#endif
