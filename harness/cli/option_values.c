/* option_values.c - what an option's word means: the parsers that the tables name. */
#include "harness/cli/options.h"

#include "harness/core/units.h"
#include "profiles/views/view.h"

#include <errno.h>
#include <string.h>

enum { HZ_MAX = 10000 };

int wm_option_string(const char *value, void *field, struct wm_error *err)
{
    if (value[0] == '\0')
        return wm_fail(err, -EINVAL, "the value is empty");
    *(const char **)field = value;
    return 0;
}

int wm_option_flag(const char *value, void *field, struct wm_error *err)
{
    (void)value;
    (void)err;
    *(bool *)field = true;
    return 0;
}

int wm_option_seed(const char *value, void *field, struct wm_error *err)
{
    if (wm_units_parse_count(value, field) < 0)
        return wm_fail(err, -EINVAL, "'%.60s' is not a whole number", value);
    return 0;
}

int wm_option_count(const char *value, void *field, struct wm_error *err)
{
    uint64_t count;
    if (wm_units_parse_count(value, &count) < 0 || count == 0)
        return wm_fail(err, -EINVAL,
                       "'%.60s' is not a whole number above 0, such as 200000 or 200k", value);
    *(uint64_t *)field = count;
    return 0;
}

int wm_option_duration(const char *value, void *field, struct wm_error *err)
{
    uint64_t ns;
    if (wm_units_parse_duration(value, &ns) < 0 || ns == 0)
        return wm_fail(err, -EINVAL,
                       "'%.60s' is not a time above 0 with a unit (ns, us, ms, s, m, h), such as "
                       "10s",
                       value);
    *(uint64_t *)field = ns;
    return 0;
}

int wm_option_hz(const char *value, void *field, struct wm_error *err)
{
    uint64_t hz;
    if (wm_units_parse_count(value, &hz) < 0 || hz > HZ_MAX)
        return wm_fail(err, -EINVAL, "'%.60s' is not a whole number from 0 to %d", value, HZ_MAX);
    *(uint64_t *)field = hz;
    return 0;
}

int wm_option_rate(const char *value, void *field, struct wm_error *err)
{
    if (wm_units_parse_rate(value, field) < 0)
        return wm_fail(err, -EINVAL, "'%.60s' is not a rate above 0, such as 5000/s", value);
    return 0;
}

int wm_option_percent(const char *value, void *field, struct wm_error *err)
{
    char digits[32];
    double percent;
    size_t length = strlen(value);
    if (length > 0 && value[length - 1] == '%')
        length--;
    bool fits = length < sizeof(digits);
    if (fits) {
        memcpy(digits, value, length);
        digits[length] = '\0';
    }
    if (!fits || wm_units_parse_decimal(digits, &percent) < 0 || percent < 0 || percent > 100)
        return wm_fail(err, -EINVAL, "'%.60s' is not a percentage from 0 to 100", value);
    *(double *)field = percent / 100;
    return 0;
}

int wm_option_format(const char *value, void *field, struct wm_error *err)
{
    static const struct {
        const char *name;
        enum wm_view_format format;
    } formats[] = {
        {"text", WM_VIEW_TEXT},
        {"csv",  WM_VIEW_CSV },
        {"json", WM_VIEW_JSON}
    };
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (strcmp(value, formats[i].name) != 0)
            continue;
        *(enum wm_view_format *)field = formats[i].format;
        return 0;
    }
    return wm_fail(err, -EINVAL, "'%.60s' is not text, csv or json", value);
}
