/* by_amount.c - amounts per request. */
#include "profiles/report/by_amount.h"

#include "harness/core/units.h"
#include "profiles/report/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Three figures, never an exponent that a person has to decode. */
static void print_figures(double amount, const char *unit, char *text)
{
    if (amount >= 999.5)
        (void)snprintf(text, WM_BY_AMOUNT_BYTES, "%.0f%.40s", amount, unit);
    else if (amount >= 0.001)
        (void)snprintf(text, WM_BY_AMOUNT_BYTES, "%.3g%.40s", amount, unit);
    else
        (void)snprintf(text, WM_BY_AMOUNT_BYTES, "%.2g%.40s", amount, unit);
}

/* How many `to` make one of the sample type's own unit; *ret_unit says what it came to. */
static double factor(const struct wm_report *report, const char *to, const char **ret_unit)
{
    static const int64_t many = INT64_C(1) << 50; /* so that no digits are lost on the way */
    return wm_scale(many, report->unit, to, ret_unit) / (double)many;
}

const char *wm_by_amount(const struct wm_report *report, double amount,
                         char text[WM_BY_AMOUNT_BYTES])
{
    const char *wanted = report->options->unit, *unit;
    char *digits = text;
    amount /= report->options->divide_by;
    if (amount < 0)
        *digits++ = '-';
    char number[WM_BY_AMOUNT_BYTES];
    double size = fabs(amount), scale;
    bool chosen = wanted != NULL && strcmp(wanted, "minimum") != 0 && strcmp(wanted, "auto") != 0;
    if (chosen) {
        scale = factor(report, wanted, &unit);
        print_figures(size * scale, unit, number);
    } else if (scale = factor(report, "nanoseconds", &unit), strcmp(unit, "ns") == 0) {
        wm_units_duration(size * scale, number);
    } else if (scale = factor(report, "bytes", &unit), strcmp(unit, "B") == 0) {
        wm_units_bytes(size * scale, number);
    } else {
        print_figures(size, "", number);
    }
    (void)snprintf(digits, WM_BY_AMOUNT_BYTES - 1, "%.90s", number);
    return text;
}
