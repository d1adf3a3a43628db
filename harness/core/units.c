/* units.c - durations, rates, counts and shares.
 *
 * strtod and printf follow the locale's decimal point, so neither is used here for a fraction
 * without care: numbers are checked by hand and read in the "C" locale, and printed from integers.
 */
#include "harness/core/units.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double factor;
};

static const struct unit duration_units[] = {
    {"ns",  1     },
    {"us",  1e3   },
    {"µs", 1e3   },
    {"ms",  1e6   },
    {"s",   1e9   },
    {"m",   60e9  },
    {"h",   3600e9},
};

static const char *skip_digits(const char *at)
{
    while (*at >= '0' && *at <= '9')
        at++;
    return at;
}

/* The end of the unsigned decimal that `string` starts with: digits, a point and digits on both
 * sides, an exponent if `exponent`. NULL when there is none. */
static const char *decimal_end(const char *string, bool exponent)
{
    const char *end = skip_digits(string);
    if (end == string)
        return NULL;
    if (*end == '.') {
        const char *fraction = end + 1;
        end = skip_digits(fraction);
        if (end == fraction)
            return NULL;
    }
    if (exponent && (*end == 'e' || *end == 'E')) {
        const char *digits = end + 1;
        if (*digits == '+' || *digits == '-')
            digits++;
        end = skip_digits(digits);
        if (end == digits)
            return NULL;
    }
    return end;
}

/* strtod in the "C" locale, whatever the program's is. */
static double read_double(const char *string, size_t length)
{
    char digits[64];
    if (length >= sizeof(digits))
        return NAN; /* nobody means a number this long */
    memcpy(digits, string, length);
    digits[length] = '\0';
    const char *point = localeconv()->decimal_point;
    char *dot = strchr(digits, '.');
    if (dot != NULL && strlen(point) == 1)
        *dot = point[0];
    char *end;
    double value = strtod(digits, &end);
    return *end == '\0' ? value : NAN;
}

int wm_units_parse_duration(const char *string, uint64_t *ret_ns)
{
    const char *end = decimal_end(string, false);
    if (end == NULL)
        return -EINVAL;
    double value = read_double(string, (size_t)(end - string));
    if (!isfinite(value))
        return -EINVAL;
    if (*end == '\0' && value == 0) {
        *ret_ns = 0;
        return 0;
    }
    for (size_t i = 0; i < sizeof(duration_units) / sizeof(duration_units[0]); i++) {
        if (strcmp(end, duration_units[i].name) != 0)
            continue;
        double ns = value * duration_units[i].factor;
        if (ns > 9e18)
            return -EINVAL;
        *ret_ns = (uint64_t)(ns + 0.5);
        return 0;
    }
    return -EINVAL;
}

int wm_units_parse_rate(const char *string, double *ret_per_second)
{
    const char *end = decimal_end(string, false);
    if (end == NULL || strcmp(end, "/s") != 0)
        return -EINVAL;
    double value = read_double(string, (size_t)(end - string));
    if (!isfinite(value) || value <= 0)
        return -EINVAL;
    *ret_per_second = value;
    return 0;
}

int wm_units_parse_count(const char *string, uint64_t *ret_count)
{
    const char *end = skip_digits(string);
    if (end == string)
        return -EINVAL;
    uint64_t factor = 1;
    if (*end == 'k')
        factor = 1000;
    else if (*end == 'M')
        factor = 1000 * 1000;
    else if (*end == 'G')
        factor = 1000 * 1000 * 1000;
    if (end[*end != '\0'] != '\0' || (*end != '\0' && factor == 1))
        return -EINVAL;
    uint64_t count = 0;
    for (const char *at = string; at < end; at++)
        if (__builtin_mul_overflow(count, 10, &count) ||
            __builtin_add_overflow(count, (uint64_t)(*at - '0'), &count))
            return -ERANGE;
    if (__builtin_mul_overflow(count, factor, &count))
        return -ERANGE;
    *ret_count = count;
    return 0;
}

int wm_units_parse_decimal(const char *string, double *ret_value)
{
    bool negative = *string == '-';
    const char *start = string + negative;
    const char *end = decimal_end(start, true);
    if (end == NULL || *end != '\0')
        return -EINVAL;
    double value = read_double(start, (size_t)(end - start));
    if (!isfinite(value))
        return -EINVAL;
    *ret_value = negative ? -value : value;
    return 0;
}

/* `value` with `decimals` (0 to 3) digits behind a point, in any locale. */
static int print_fixed(char *text, double value, int decimals)
{
    static const double powers[] = {1, 10, 100, 1000};
    double scaled = value * powers[decimals];
    if (!(fabs(scaled) < 9e18)) /* also catches what is not a number */
        return snprintf(text, WM_UNIT_BYTES, "-");
    uint64_t units = (uint64_t)(fabs(scaled) + 0.5);
    uint64_t power = (uint64_t)powers[decimals];
    const char *sign = value < 0 && units > 0 ? "-" : "";
    if (decimals == 0)
        return snprintf(text, WM_UNIT_BYTES, "%s%" PRIu64, sign, units);
    return snprintf(text, WM_UNIT_BYTES, "%s%" PRIu64 ".%0*" PRIu64, sign, units / power, decimals,
                    units % power);
}

/* Three significant figures of a value below 1000, then `unit`. Whole values of the smallest
 * unit take no decimals. */
static const char *print_scaled(double value, const char *unit, bool whole, char *text)
{
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    if (whole && value == floor(value))
        decimals = 0;
    int length = print_fixed(text, value, decimals);
    snprintf(text + length, (size_t)(WM_UNIT_BYTES - length), "%s", unit);
    return text;
}

/* "6 h 2 m", "6 m 12 s"; a smaller part of nothing is left out. */
static const char *print_clock(uint64_t seconds, char *text)
{
    bool hours = seconds >= 3600;
    uint64_t parts = hours ? (seconds + 30) / 60 : seconds;
    int length = snprintf(text, WM_UNIT_BYTES, "%" PRIu64 " %s", parts / 60, hours ? "h" : "m");
    if (parts % 60 > 0)
        snprintf(text + length, (size_t)(WM_UNIT_BYTES - length), " %" PRIu64 " %s", parts % 60,
                 hours ? "m" : "s");
    return text;
}

const char *wm_units_duration(double ns, char *text)
{
    if (!isfinite(ns) || ns < 0) {
        snprintf(text, WM_UNIT_BYTES, "-");
        return text;
    }
    if (ns < 999.5)
        return print_scaled(ns, " ns", true, text);
    if (ns < 999.5e3)
        return print_scaled(ns / 1e3, " µs", false, text);
    if (ns < 999.5e6)
        return print_scaled(ns / 1e6, " ms", false, text);
    if (ns < 59.95e9)
        return print_scaled(ns / 1e9, " s", false, text);
    if (ns > 9e18)
        ns = 9e18;
    return print_clock((uint64_t)(ns / 1e9 + 0.5), text);
}

const char *wm_units_count(uint64_t count, char *text)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);
    char *out = text;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

const char *wm_units_share(double share, char *text)
{
    if (share > 0 && share < 0.0005) {
        snprintf(text, WM_UNIT_BYTES, "<0.1%%");
        return text;
    }
    int length = print_fixed(text, share * 100, 1);
    if (text[0] != '-' || length > 1)
        snprintf(text + length, (size_t)(WM_UNIT_BYTES - length), "%%");
    return text;
}

/* Powers of 1000 with three figures; below 1000 whole numbers stay whole. */
static const char *print_metric(double value, const char *const *units, size_t unit_count,
                                char *text)
{
    if (!isfinite(value) || value < 0) {
        snprintf(text, WM_UNIT_BYTES, "-");
        return text;
    }
    size_t i = 0;
    while (value >= 999.5 && i + 1 < unit_count) {
        value /= 1000;
        i++;
    }
    return print_scaled(value, units[i], i == 0, text);
}

const char *wm_units_bytes(double bytes, char *text)
{
    static const char *const units[] = {" B", " kB", " MB", " GB", " TB"};
    return print_metric(bytes, units, sizeof(units) / sizeof(units[0]), text);
}

const char *wm_units_rate(double per_second, char *text)
{
    static const char *const units[] = {"/s", "k/s", "M/s", "G/s"};
    return print_metric(per_second, units, sizeof(units) / sizeof(units[0]), text);
}
