/* measure.c - numbers as pprof prints them. */
#include "profiles/views/measure.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- Decimal places, as printf rounds them ---- */

/* The value times 10^places, which has to be 4 at most, rounded to a whole number: exactly, since a
 * long double has 64 bits and the product 63. False: it is too large, or no number. */
static bool round_places(double value, int places, uint64_t *ret_rounded)
{
    static const long double powers[] = {1, 10, 100, 1000, 10000};
    const long double product = (long double)value * powers[places];
    if (!(product >= 0 && product < 0x1p62L))
        return false;
    const uint64_t whole = (uint64_t)product;
    const long double rest = product - (long double)whole;
    *ret_rounded = whole + (rest > 0.5L || (rest == 0.5L && whole % 2 == 1));
    return true;
}

/* "12.30" of 1230 and 2 places; without the zeros at its end if so wished. Returns its length. */
static size_t put_decimal(uint64_t rounded, int places, bool trims, char *text)
{
    char digits[24];
    size_t at = sizeof(digits), length;
    int left = places;
    for (; left > 0 && trims && rounded % 10 == 0; left--)
        rounded /= 10;
    if (left > 0) {
        for (; left > 0; left--, rounded /= 10)
            digits[--at] = (char)('0' + rounded % 10);
        digits[--at] = '.';
    }
    do
        digits[--at] = (char)('0' + rounded % 10);
    while ((rounded /= 10) > 0);
    length = sizeof(digits) - at;
    memcpy(text, digits + at, length);
    text[length] = '\0';
    return length;
}

/* As "%.2f", which takes most of the time of views with many lines. Returns its length. */
static size_t put_hundredths(double value, char *text, size_t bytes)
{
    uint64_t rounded;
    if (value == 0 || !round_places(fabs(value), 2, &rounded))
        return (size_t)snprintf(text, bytes, "%.2f", value);
    if (value < 0)
        *text = '-';
    return put_decimal(rounded, 2, false, text + (value < 0)) + (value < 0);
}

/* As "%.2g" of what is below 1, with as many places as show two digits. */
static size_t put_two_digits(double value, char *text, size_t bytes)
{
    uint64_t rounded;
    const int places = value >= 0.1 ? 2 : value >= 0.01 ? 3 : 4;
    if (value < 0.001 || !round_places(value, places, &rounded))
        return (size_t)snprintf(text, bytes, "%.2g", value);
    return put_decimal(rounded, places, true, text);
}

/* ---- Values and percentages ---- */

const char *wm_measure(int64_t value, const char *from, const char *to, char *text)
{
    const char *unit = "";
    double scaled = wm_scale(value, from, to, &unit);
    size_t length = put_hundredths(scaled, text, WM_MEASURE_BYTES);
    if (length > 3 && memcmp(text + length - 3, ".00", 3) == 0)
        length -= 3;
    text[length] = '\0';
    if (strcmp(text, "0") == 0 || strcmp(text, "-0") == 0) {
        memcpy(text, "0", sizeof("0"));
        return text;
    }
    const size_t room = WM_MEASURE_BYTES - 1 - length, unit_length = strnlen(unit, room);
    memcpy(text + length, unit, unit_length);
    text[length + unit_length] = '\0';
    return text;
}

const char *wm_percent(int64_t value, int64_t total, char *text)
{
    enum { COLUMNS = 5 };
    double ratio = total == 0 ? 0 : fabs((double)value / (double)total) * 100;
    if (ratio >= 99.95 && ratio <= 100.05) {
        memcpy(text, "  100%", sizeof("  100%"));
        return text;
    }
    char number[WM_PERCENT_BYTES];
    size_t length = ratio >= 1.0 ? put_hundredths(ratio, number, sizeof(number))
                                 : put_two_digits(ratio, number, sizeof(number));
    const size_t blanks = length < COLUMNS ? COLUMNS - length : 0;
    memset(text, ' ', blanks);
    memcpy(text + blanks, number, length);
    memcpy(text + blanks + length, "%", sizeof("%"));
    return text;
}
