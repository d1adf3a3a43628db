/* measure.c - numbers as pprof prints them. */
#include "profiles/report/measure.h"

#include "harness/core/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- Decimal places, as printf rounds them ---- */

enum { PLACES_MAX = 9 };

/* The value times 10^places, rounded to a whole number: exactly, since its 53 bits times the 30 of
 * the power fit. False: it is too large or too small, or no number. */
static bool round_places(double value, int places, uint64_t *ret_rounded)
{
    static const uint64_t powers[PLACES_MAX + 1] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
    enum { FRACTION_BITS = 52, BIAS = 1023 };
    uint64_t bits;
    if (!(value >= 0x1p-60 && value * (double)powers[places] < 0x1p52))
        return false;
    memcpy(&bits, &value, sizeof(bits));
    const int shift = BIAS + FRACTION_BITS - (int)(bits >> FRACTION_BITS); /* at least 1 */
    const uint64_t fraction = (bits & ((UINT64_C(1) << FRACTION_BITS) - 1)) | UINT64_C(1)
                                                                                  << FRACTION_BITS;
    const unsigned __int128 product = (unsigned __int128)fraction * powers[places];
    const unsigned __int128 half = (unsigned __int128)1 << (shift - 1);
    const uint64_t whole = (uint64_t)(product >> shift);
    const unsigned __int128 rest = product & (half * 2 - 1);
    *ret_rounded = whole + (rest > half || (rest == half && whole % 2 == 1));
    return true;
}

/* "12.30" of 1230 and 2 places; without the zeros at its end if so wished. Returns its end. */
static char *put_decimal(uint64_t rounded, int places, bool trims, char *at)
{
    char digits[24];
    size_t first = sizeof(digits);
    int left = places;
    for (; left > 0 && trims && rounded % 10 == 0; left--)
        rounded /= 10;
    if (left > 0) {
        for (; left > 0; left--, rounded /= 10)
            digits[--first] = (char)('0' + rounded % 10);
        digits[--first] = '.';
    }
    do
        digits[--first] = (char)('0' + rounded % 10);
    while ((rounded /= 10) > 0);
    memcpy(at, digits + first, sizeof(digits) - first);
    return at + (sizeof(digits) - first);
}

/* As "%.2f", which takes most of the time of views with many lines. Returns its end. */
static char *put_hundredths(double value, char *at, size_t bytes)
{
    uint64_t rounded = 0;
    if (value != 0 && !round_places(fabs(value), 2, &rounded))
        return at + snprintf(at, bytes, "%.2f", value);
    if (signbit(value))
        *at++ = '-';
    return put_decimal(rounded, 2, false, at);
}

/* As "%.2g" of what is below 1. */
static char *put_two_digits(double value, char *at, size_t bytes)
{
    static const double limits[] = {0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8};
    enum { LIMITS = sizeof(limits) / sizeof(limits[0]), FIXED_PLACES_MAX = 5 };
    uint64_t rounded;
    size_t smaller = 0; /* than so many limits */
    if (value == 0)
        return put_decimal(0, 0, false, at);
    while (smaller < LIMITS && value < limits[smaller])
        smaller++;
    int places = (int)smaller + 2; /* these show two digits */
    if (smaller == LIMITS || !round_places(value, places, &rounded))
        return at + snprintf(at, bytes, "%.2g", value);
    if (rounded == 100) { /* rounded up to three */
        rounded = 10;
        places--;
    }
    if (places <= FIXED_PLACES_MAX)
        return put_decimal(rounded, places, true, at);
    at = put_decimal(rounded, 1, true, at);
    memcpy(at, "e-0", 3);
    at[3] = (char)('0' + places - 1);
    return at + 4;
}

/* ---- Values and percentages ---- */

/* Its number alone: two decimals less a final .00. False: it is nothing, which has no unit. */
static bool put_number(double scaled, char text[WM_MEASURE_BYTES], size_t *ret_length)
{
    size_t length = (size_t)(put_hundredths(scaled, text, WM_MEASURE_BYTES) - text);
    if (length > 3 && memcmp(text + length - 3, ".00", 3) == 0)
        length -= 3;
    *ret_length = length;
    return !(text[length - 1] == '0' && (length == 1 || (length == 2 && text[0] == '-')));
}

const char *wm_measure(int64_t value, const char *from, const char *to, char *text)
{
    const char *unit = "";
    size_t length;
    if (!put_number(wm_scale(value, from, to, &unit), text, &length)) {
        memcpy(text, "0", sizeof("0"));
        return text;
    }
    const size_t room = WM_MEASURE_BYTES - 1 - length, unit_length = strnlen(unit, room);
    memcpy(text + length, unit, unit_length);
    text[length + unit_length] = '\0';
    return text;
}

struct wm_gauge wm_gauge_find(const char *from, const char *to)
{
    struct wm_gauge gauge = {.scaling = wm_scaling_find(from, to), .unit = ""};
    (void)wm_scale(1, from, to, &gauge.unit);
    gauge.unit_bytes = strlen(gauge.unit);
    gauge.unit_columns = wm_text_width(gauge.unit);
    return gauge;
}

char *wm_gauge_put(const struct wm_gauge *gauge, int64_t value, size_t columns, char *at)
{
    char text[WM_MEASURE_BYTES];
    size_t length, taken;
    if (gauge->scaling.by == 0 || gauge->unit_bytes > WM_MEASURE_BYTES / 2) {
        wm_measure(value, gauge->scaling.from, gauge->scaling.to, text);
        length = strlen(text);
        taken = wm_text_width(text);
    } else if (put_number(wm_scaling_apply(&gauge->scaling, value), text, &length)) {
        memcpy(text + length, gauge->unit, gauge->unit_bytes);
        taken = length + gauge->unit_columns;
        length += gauge->unit_bytes;
    } else {
        text[0] = '0';
        length = taken = 1;
    }
    const size_t blanks = taken < columns ? columns - taken : 0;
    memset(at, ' ', blanks);
    memcpy(at + blanks, text, length);
    return at + blanks + length;
}

char *wm_percent_put(int64_t value, int64_t total, char *at)
{
    enum { COLUMNS = 5 };
    double ratio = total == 0 ? 0 : fabs((double)value / (double)total) * 100;
    if (ratio >= 99.95 && ratio <= 100.05)
        return wm_text_put(at, "  100%");
    char number[WM_PERCENT_BYTES];
    const char *end = ratio >= 1.0 ? put_hundredths(ratio, number, sizeof(number))
                                   : put_two_digits(ratio, number, sizeof(number));
    const size_t length = (size_t)(end - number), blanks = length < COLUMNS ? COLUMNS - length : 0;
    memset(at, ' ', blanks);
    memcpy(at + blanks, number, length);
    return wm_text_put(at + blanks + length, "%");
}

const char *wm_percent(int64_t value, int64_t total, char *text)
{
    *wm_percent_put(value, total, text) = '\0';
    return text;
}
