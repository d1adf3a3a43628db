/* measure.c - numbers as pprof prints them. */
#include "profiles/views/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *wm_measure(int64_t value, const char *from, const char *to, char *text)
{
    const char *unit = "";
    double scaled = wm_scale(value, from, to, &unit);
    int length = snprintf(text, WM_MEASURE_BYTES, "%.2f", scaled);
    if (length > 3 && strcmp(text + length - 3, ".00") == 0)
        length -= 3;
    text[length] = '\0';
    if (strcmp(text, "0") == 0 || strcmp(text, "-0") == 0) {
        memcpy(text, "0", sizeof("0"));
        return text;
    }
    snprintf(text + length, (size_t)(WM_MEASURE_BYTES - length), "%s", unit);
    return text;
}

const char *wm_percent(int64_t value, int64_t total, char *text)
{
    double ratio = total == 0 ? 0 : fabs((double)value / (double)total) * 100;
    if (ratio >= 99.95 && ratio <= 100.05)
        snprintf(text, WM_PERCENT_BYTES, "  100%%");
    else if (ratio >= 1.0)
        snprintf(text, WM_PERCENT_BYTES, "%5.2f%%", ratio);
    else
        snprintf(text, WM_PERCENT_BYTES, "%5.2g%%", ratio);
    return text;
}
