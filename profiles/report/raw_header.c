/* raw_header.c - what stands above the samples of raw: times and durations as Go writes them. */
#include "profiles/report/raw_header.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const int64_t NS_PER_SECOND = 1000000000;

enum { DURATION_CHARACTERS = 4, NUMBER_BYTES = 64 };

/* A fraction without zeros at its end: "1.5" from 1500 thousandths. */
static void add_decimal(struct wm_text *text, uint64_t value, int decimals)
{
    char digits[NUMBER_BYTES];
    uint64_t one = 1;
    for (int i = 0; i < decimals; i++)
        one *= 10;
    int length = snprintf(digits, sizeof(digits), "%" PRIu64 ".%0*" PRIu64, value / one, decimals,
                          value % one);
    while (length > 0 && digits[length - 1] == '0')
        length--;
    if (digits[length - 1] == '.')
        length--;
    wm_text_add_bytes(text, digits, (size_t)length);
}

/* As Go writes a duration: "1h2m3.5s", "200ms". */
static void add_duration(struct wm_text *text, int64_t duration_ns)
{
    static const struct {
        uint64_t below;
        int decimals;
        const char *unit;
    } small[] = {
        {1000,       0, "ns" },
        {1000000,    3, "µs"},
        {1000000000, 6, "ms" },
    };
    uint64_t ns = duration_ns < 0 ? 0 - (uint64_t)duration_ns : (uint64_t)duration_ns;
    if (duration_ns < 0)
        wm_text_add(text, "-");
    for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
        if (ns >= small[i].below)
            continue;
        add_decimal(text, ns, small[i].decimals);
        wm_text_add(text, small[i].unit);
        return;
    }
    uint64_t minute_ns = 60 * (uint64_t)NS_PER_SECOND, minutes = ns / minute_ns;
    if (minutes >= 60)
        wm_text_addf(text, "%" PRIu64 "h", minutes / 60);
    if (minutes > 0)
        wm_text_addf(text, "%" PRIu64 "m", minutes % 60);
    add_decimal(text, ns % minute_ns, 9);
    wm_text_add(text, "s");
}

/* Its first characters, as the reference cuts it. */
static void add_short_duration(struct wm_text *text, int64_t duration_ns)
{
    struct wm_text whole;
    size_t length = 0;
    wm_text_init(&whole);
    add_duration(&whole, duration_ns);
    for (int i = 0; i < DURATION_CHARACTERS && length < whole.length; i++)
        length += wm_text_utf8_length(whole.data + length, whole.length - length);
    wm_text_addf(text, "Duration: %.*s\n", (int)length, whole.data);
    text->failed |= whole.failed;
    wm_text_done(&whole);
}

static void add_time(struct wm_text *text, int64_t time_ns)
{
    struct tm local;
    char date[NUMBER_BYTES], zone[NUMBER_BYTES];
    int64_t ns = time_ns % NS_PER_SECOND;
    time_t seconds = time_ns / NS_PER_SECOND - (ns < 0);
    if (localtime_r(&seconds, &local) == NULL)
        return;
    strftime(date, sizeof(date), "%Y-%m-%d %H:%M:", &local);
    strftime(zone, sizeof(zone), "%z %Z", &local);
    wm_text_addf(text, "Time: %s%s", date, local.tm_sec < 10 ? "0" : "");
    add_decimal(text,
                (uint64_t)local.tm_sec * (uint64_t)NS_PER_SECOND +
                    (uint64_t)(ns < 0 ? ns + NS_PER_SECOND : ns),
                9);
    wm_text_addf(text, " %s\n", zone);
}

static void add_types(struct wm_text *text, const struct wm_profile *profile)
{
    for (size_t i = 0; i < profile->sample_type_count; i++) {
        const struct wm_value_type *type = &profile->sample_types[i];
        wm_text_addf(text, "%s%s/%s%s", i > 0 ? " " : "", wm_profile_text(profile, type->type),
                     wm_profile_text(profile, type->unit),
                     type->type == profile->default_sample_type ? "[dflt]" : "");
    }
    wm_text_add(text, "\n");
}

void wm_raw_add_header(struct wm_text *text, const struct wm_profile *profile)
{
    for (size_t i = 0; i < profile->comment_count; i++)
        wm_text_addf(text, "Comment: %s\n", wm_profile_text(profile, profile->comments[i]));
    wm_text_addf(text, "PeriodType: %s %s\nPeriod: %" PRId64 "\n",
                 wm_profile_text(profile, profile->period_type.type),
                 wm_profile_text(profile, profile->period_type.unit), profile->period);
    if (profile->time_ns != 0)
        add_time(text, profile->time_ns);
    if (profile->duration_ns != 0)
        add_short_duration(text, profile->duration_ns);
    wm_text_add(text, "Samples:\n");
    add_types(text, profile);
}
