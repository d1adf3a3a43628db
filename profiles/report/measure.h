/* measure.h - numbers as pprof prints them: units, scaled values, percentages. Private.
 *
 * harness/core/units.h prints for people who read a run; this here must match another program
 * byte for byte. */
#ifndef WM_REPORT_MEASURE_H
#define WM_REPORT_MEASURE_H

#include "profiles/pprof/scale.h"

#include <stdint.h>

enum { WM_MEASURE_BYTES = 512, WM_PERCENT_BYTES = 32 };

/* Two decimals less a final .00, and the unit; "0" for nothing. Writes WM_MEASURE_BYTES at most
 * and returns `text`. */
const char *wm_measure(int64_t value, const char *from, const char *to, char *text);
/* "62.50%", six columns wide unless it is larger. */
const char *wm_percent(int64_t value, int64_t total, char *text);

/* ---- For views with many lines, which make room by wm_text_extend ---- */

/* What does not depend on the value, found once. */
struct wm_gauge {
    struct wm_scaling scaling;
    const char *unit; /* borrowed from what it was made of */
    size_t unit_bytes, unit_columns;
};

struct wm_gauge wm_gauge_find(const char *from, const char *to);
/* As wm_measure, with blanks before it to make so many columns: returns where it ends, by
 * WM_MEASURE_BYTES or, if that is more, `columns` further at most. */
char *wm_gauge_put(const struct wm_gauge *gauge, int64_t value, size_t columns, char *at);
/* As wm_percent: returns where it ends, less than WM_PERCENT_BYTES further. */
char *wm_percent_put(int64_t value, int64_t total, char *at);

#endif
