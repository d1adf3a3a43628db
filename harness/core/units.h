/* units.h - durations, rates, counts and shares, from text and for people.
 *
 * Parsing is strict and independent of the locale: the whole string must be used. Formatting
 * writes into a caller's buffer of at least WM_UNIT_BYTES and returns it. */
#ifndef WM_CORE_UNITS_H
#define WM_CORE_UNITS_H

#include "harness/core/error.h"

#include <stdint.h>

enum { WM_UNIT_BYTES = 48 };

/* "250us", "1.5s", "2m" (ns us ms s m h; a unit is required but for "0"). -EINVAL. */
WM_MUST_USE int wm_units_parse_duration(const char *string, uint64_t *ret_ns);
/* "5000/s", "0.5/s": requests per second above 0. -EINVAL. */
WM_MUST_USE int wm_units_parse_rate(const char *string, double *ret_per_second);
/* Decimal digits only, or with a k/M/G suffix of 1000s. -EINVAL, -ERANGE. */
WM_MUST_USE int wm_units_parse_count(const char *string, uint64_t *ret_count);
/* A plain decimal, "70" or "0.25", optional exponent, no inf, nan or hex. -EINVAL. */
WM_MUST_USE int wm_units_parse_decimal(const char *string, double *ret_value);

/* Three significant figures: "812 ns", "22.4 µs", "4.30 s", "6 m 12 s", "6 h 2 m", "6 h". */
const char *wm_units_duration(double ns, char *text);
/* "200,000". */
const char *wm_units_count(uint64_t count, char *text);
/* "62.0%" from 0.62; "<0.1%" for what would round to 0.0% but is not 0. */
const char *wm_units_share(double share, char *text);
/* "1.25 MB" in powers of 1000. */
const char *wm_units_bytes(double bytes, char *text);
/* "46.5k/s". */
const char *wm_units_rate(double per_second, char *text);

#endif
