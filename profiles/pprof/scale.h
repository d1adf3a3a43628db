/* scale.h - whole numbers and units as pprof counts with them. */
#ifndef WM_PPROF_SCALE_H
#define WM_PPROF_SCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sums and magnitudes that wrap around where int64 ends, as the reference's do. They are made here,
 * as views make them by the tens of millions. */
static inline int64_t wm_add_wrapping(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static inline int64_t wm_magnitude(int64_t value)
{
    return value < 0 ? (int64_t)(0 - (uint64_t)value) : value;
}

/* Whole division; by 0 the value as it is, as a sum of no samples has no mean. */
static inline int64_t wm_divide(int64_t value, int64_t divisor)
{
    if (divisor == 0)
        return value;
    return divisor == -1 ? (int64_t)(0 - (uint64_t)value) : value / divisor;
}

/* Cut towards zero; INT64_MIN where the result does not fit. */
int64_t wm_truncate(double value);

/* The value in another unit: a name, "minimum" or "auto" for the largest unit in which it is at
 * least 1. *ret_unit is "", static, or `to` itself. */
double wm_scale(int64_t value, const char *from, const char *to, const char **ret_unit);
/* The same from one unit to another for many values: found once. */
struct wm_scaling {
    const char *from, *to; /* borrowed */
    double times, by;      /* 0: `to` is not one unit for all values */
};

struct wm_scaling wm_scaling_find(const char *from, const char *to);
double wm_scaling_apply(const struct wm_scaling *scaling, int64_t value);
/* The units of the family of `from`, smallest first: the i-th one's name, and how many of `from` it
 * is. False from the end on, and at once for a unit of no family. */
bool wm_unit_at(const char *from, size_t i, const char **ret_unit, double *ret_factor);
/* Whether the values of one can be told in the other: the same word, or two of one family. */
bool wm_units_agree(const char *left, const char *right);

#endif
