/* measure.h - numbers as pprof prints them: units, scaled values, percentages. Private.
 *
 * harness/core/units.h prints for people who read a run; this here must match another program
 * byte for byte. */
#ifndef WM_VIEWS_MEASURE_H
#define WM_VIEWS_MEASURE_H

#include <stdint.h>

enum { WM_MEASURE_BYTES = 512, WM_PERCENT_BYTES = 32 };

/* Sums and magnitudes that wrap around where int64 ends, as the reference's do. */
int64_t wm_add_wrapping(int64_t a, int64_t b);
int64_t wm_magnitude(int64_t value);
/* Whole division; by 0 the value as it is, as a sum of no samples has no mean. */
int64_t wm_divide(int64_t value, int64_t divisor);
/* Cut towards zero; INT64_MIN where the result does not fit. */
int64_t wm_truncate(double value);

/* The value in another unit: a name, "minimum" or "auto" for the largest unit in which it is at
 * least 1. *ret_unit is "", static, or `to` itself. */
double wm_scale(int64_t value, const char *from, const char *to, const char **ret_unit);
/* Two decimals less a final .00, and the unit; "0" for nothing. Writes WM_MEASURE_BYTES at most
 * and returns `text`. */
const char *wm_measure(int64_t value, const char *from, const char *to, char *text);
/* "62.50%", six columns wide unless it is larger. */
const char *wm_percent(int64_t value, int64_t total, char *text);

#endif
