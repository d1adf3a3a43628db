/* measure.h - numbers as pprof prints them: units, scaled values, percentages. Private.
 *
 * harness/core/units.h prints for people who read a run; this here must match another program
 * byte for byte. */
#ifndef WM_VIEWS_MEASURE_H
#define WM_VIEWS_MEASURE_H

#include "profiles/pprof/scale.h"

#include <stdint.h>

enum { WM_MEASURE_BYTES = 512, WM_PERCENT_BYTES = 32 };

/* Two decimals less a final .00, and the unit; "0" for nothing. Writes WM_MEASURE_BYTES at most
 * and returns `text`. */
const char *wm_measure(int64_t value, const char *from, const char *to, char *text);
/* "62.50%", six columns wide unless it is larger. */
const char *wm_percent(int64_t value, int64_t total, char *text);

#endif
