/* legacy_contention.c - what waited for locks:
 *
 *   --- contentionz 1 ---
 *   cycles/second = 3201000000
 *   sampling period = 100
 *   18446744073 23 @ 0xbccc97 0xc61202 ...        (cycles, times, the lock's user) */
#include "profiles/pprof/legacy.h"

#include "profiles/pprof/scale.h"

#include <errno.h>
#include <stdlib.h>

enum attribute { ATTRIBUTE_HZ, ATTRIBUTE_PERIOD, ATTRIBUTE_DURATION, ATTRIBUTE_NONE };

struct contention {
    struct wm_legacy *legacy;
    int64_t attributes[ATTRIBUTE_NONE + 1];
};

static bool is_header(struct wm_slice line)
{
    return wm_slice_begins(line, "--- contentionz ") || wm_slice_begins(line, "--- mutex:") ||
           wm_slice_begins(line, "--- contention:");
}

bool wm_legacy_is_contention(struct wm_legacy *legacy)
{
    return wm_legacy_next_line(legacy) && is_header(legacy->line);
}

/* A decimal, or hexadecimal with "0x" before it. */
static bool read_value(struct wm_slice text, int64_t *ret_value)
{
    uint64_t value;
    struct wm_slice rest = text;
    if (wm_slice_begins(text, "0x") && wm_slice_hex(&rest, &value) && value <= INT64_MAX) {
        *ret_value = (int64_t)value;
        return rest.length == 0;
    }
    return wm_slice_number(&rest, true, ret_value) && rest.length == 0;
}

/* "name = value"; 0 when the line is none. */
static int read_attribute(struct contention *contention)
{
    static const struct {
        const char *name;
        enum attribute attribute;
    } known[] = {
        {"cycles/second",     ATTRIBUTE_HZ      },
        {"sampling period",   ATTRIBUTE_PERIOD  },
        {"ms since reset",    ATTRIBUTE_DURATION},
        {"discarded samples", ATTRIBUTE_NONE    },
    };
    struct wm_slice line = contention->legacy->line, value = wm_slice_find(line, "=");
    if (value.at == NULL)
        return 0;
    struct wm_slice name = wm_slice_trim((struct wm_slice){line.at, line.length - value.length});
    wm_slice_skip(&value, "=");
    value = wm_slice_trim(value);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct wm_slice rest = name;
        if (!wm_slice_skip(&rest, known[i].name) || rest.length > 0)
            continue;
        if (known[i].attribute == ATTRIBUTE_NONE ||
            read_value(value, &contention->attributes[known[i].attribute]))
            return 1;
    }
    return wm_legacy_malformed(contention->legacy, "an attribute that no such profile has");
}

/* From the first number on that is followed by another and " @": there may be words of a log
 * before. */
static bool find_numbers(struct wm_slice *line, int64_t *ret_delay, int64_t *ret_times)
{
    struct wm_slice at = *line;
    for (; at.length > 0; wm_slice_step(&at)) {
        struct wm_slice rest = at;
        if (!wm_slice_number(&rest, false, ret_delay))
            continue;
        wm_slice_skip_all(&rest, ' ');
        if (wm_slice_number(&rest, false, ret_times) && wm_slice_skip(&rest, " @")) {
            *line = rest;
            return true;
        }
    }
    return false;
}

static int read_stack(const struct contention *contention)
{
    struct wm_legacy *legacy = contention->legacy;
    struct wm_slice line = legacy->line;
    const int64_t hz = contention->attributes[ATTRIBUTE_HZ], period = legacy->profile->period;
    int64_t delay, times;
    if (!find_numbers(&line, &delay, &times))
        return wm_legacy_malformed(legacy, "a stack that is not like '4711 23 @ 0x1f 0x2e'");
    if (period > 0 && hz > 0)
        delay = wm_truncate((double)delay * (double)period / ((double)hz / 1e9));
    if (period > 0)
        times = (int64_t)((uint64_t)times * (uint64_t)period);
    int64_t values[2] = {times, delay};
    int rc = wm_legacy_push_text(legacy, wm_legacy_addresses(line), -1);
    return rc == 0 ? wm_legacy_sample(legacy, NULL, values) : rc;
}

int wm_legacy_read_contention(struct wm_legacy *legacy)
{
    struct contention contention = {.legacy = legacy, .attributes = {[ATTRIBUTE_PERIOD] = 1}};
    int rc = wm_legacy_type(legacy, "contentions", "count");
    if (rc == 0)
        rc = wm_legacy_type(legacy, "delay", "nanoseconds");
    if (rc < 0)
        return rc;
    bool more = wm_legacy_next_line(legacy);
    do
        more = wm_legacy_next_said(legacy);
    while (more && !wm_slice_begins(legacy->line, "---") && (rc = read_attribute(&contention)) > 0);
    if (rc < 0)
        return rc;
    rc = wm_legacy_period(legacy, "contentions", "count", contention.attributes[ATTRIBUTE_PERIOD]);
    uint64_t duration_ms = (uint64_t)contention.attributes[ATTRIBUTE_DURATION];
    legacy->profile->duration_ns = (int64_t)(duration_ms * 1000000);
    while (rc == 0 && more && !wm_slice_begins(legacy->line, "---")) {
        rc = read_stack(&contention);
        more = wm_legacy_next_said(legacy);
    }
    return rc == 0 ? wm_legacy_read_announced_maps(legacy) : rc;
}
