/* raw.c - all that the profile holds, as text. */
#include "profiles/views/sample_labels.h"

#include "harness/core/relay.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const int64_t NS_PER_SECOND = 1000000000;

/* Samples that a thread makes at once: some hundred kilobytes of text. */
enum { PART_SAMPLES = 512, THREAD_SAMPLES_LEAST = 8192 };

enum { DURATION_CHARACTERS = 4, NUMBER_BYTES = 64, VALUE_COLUMNS = 10 };

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

static void add_header(struct wm_text *text, const struct wm_profile *profile)
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

static void format_strings(const struct wm_report *report, const struct wm_label *const *labels,
                           size_t count, struct wm_text *text)
{
    wm_text_add(text, wm_profile_text(report->profile, labels[0]->key));
    wm_text_add(text, ":[");
    for (size_t i = 0; i < count; i++) {
        wm_text_add(text, i > 0 ? " " : "");
        wm_text_add(text, wm_profile_text(report->profile, labels[i]->string));
    }
    wm_text_add(text, "]");
}

/* One number with a unit makes all of its key have one, if only an empty one. */
static void format_numbers(const struct wm_report *report, const struct wm_label *const *labels,
                           size_t count, struct wm_text *text)
{
    bool units = false;
    for (size_t i = 0; i < count; i++)
        units |= labels[i]->unit != 0;
    wm_text_addf(text, "%s:[", wm_profile_text(report->profile, labels[0]->key));
    for (size_t i = 0; i < count; i++)
        wm_text_addf(text, "%s%" PRId64 "%s%s", i > 0 ? " " : "", labels[i]->number,
                     units ? " " : "", wm_profile_text(report->profile, labels[i]->unit));
    wm_text_add(text, "]");
}

static int add_labels(struct wm_sample_labels *labels, const struct wm_report *report,
                      size_t sample, struct wm_text *text)
{
    static wm_label_format *const formats[] = {format_strings, format_numbers};
    int rc = wm_sample_labels_read(labels, report->profile, sample);
    if (rc < 0 || labels->count == 0)
        return rc;
    const bool there[] = {!wm_label_is_number(labels->labels[0]),
                          wm_label_is_number(labels->labels[labels->count - 1])};
    for (int numbers = 0; rc >= 0 && numbers < 2; numbers++) {
        if (!there[numbers])
            continue;
        wm_text_add(text, "                "); /* 16 blanks */
        rc = wm_sample_labels_add(labels, report, numbers == 1, formats[numbers], " ", text);
        wm_text_add(text, "\n");
    }
    return rc < 0 ? rc : 0;
}

/* An id and a blank, as they are printed: most of what a large profile prints, and never longer. */
struct id_text {
    char characters[24];
    uint32_t length;
};

static struct id_text *find_ids(const struct wm_profile *profile)
{
    struct id_text *ids = calloc(profile->location_count + 1, sizeof(ids[0]));
    for (size_t i = 0; ids != NULL && i < profile->location_count; i++)
        ids[i].length = (uint32_t)snprintf(ids[i].characters, sizeof(ids[i].characters),
                                           "%" PRIu64 " ", profile->locations[i].id);
    return ids;
}

static void add_stack(struct wm_text *text, const struct wm_profile *profile,
                      const struct wm_profile_sample *sample, const struct id_text *ids)
{
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    const size_t most = sample->location_count * sizeof(ids->characters);
    char *start = wm_text_extend(text, most), *at = start;
    if (start == NULL)
        return;
    for (uint32_t i = 0; i < sample->location_count; i++) {
        memcpy(at, ids[wm_sample_frame(stack, i)].characters, sizeof(ids->characters));
        at += ids[wm_sample_frame(stack, i)].length;
    }
    wm_text_cut(text, most - (size_t)(at - start));
}

static void add_sample(struct wm_text *text, const struct wm_profile *profile,
                       const struct wm_profile_sample *sample, const struct id_text *ids)
{
    for (size_t type = 0; type < profile->sample_type_count; type++) {
        wm_text_add(text, " ");
        wm_text_add_number(text, profile->values[sample->first_value + type], VALUE_COLUMNS);
    }
    wm_text_add(text, ": ");
    add_stack(text, profile, sample, ids);
    wm_text_add(text, "\n");
}

/* ---- By threads ---- */

/* What a thread makes, and what that takes. */
struct part {
    alignas(WM_PARALLEL_LINE) struct wm_text text;
    struct wm_sample_labels labels;
};

struct samples {
    const struct wm_report *report;
    const struct id_text *ids;
    struct wm_text *text;
    struct wm_error *err;
    struct part parts[WM_PARALLEL_MAX];
};

static int make_part(void *user, const struct wm_slice *items)
{
    struct samples *samples = user;
    struct part *part = &samples->parts[items->number];
    const struct wm_profile *profile = samples->report->profile;
    int rc = 0;
    for (size_t i = items->first; rc == 0 && i < items->end; i++) {
        add_sample(&part->text, profile, &profile->samples[i], samples->ids);
        rc = add_labels(&part->labels, samples->report, i, &part->text);
    }
    return rc;
}

static int take_part(void *user, const struct wm_slice *items)
{
    struct samples *samples = user;
    return wm_report_drain_part(samples->report, samples->text, &samples->parts[items->number].text,
                                samples->err);
}

static int add_samples(const struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    const size_t count = report->profile->sample_count;
    const size_t threads = wm_parallel_slices(count, THREAD_SAMPLES_LEAST);
    struct id_text *ids = find_ids(report->profile);
    struct samples samples = {.report = report, .ids = ids, .text = text, .err = err};
    const struct wm_relay relay = {make_part, take_part, &samples};
    for (size_t i = 0; i < threads; i++) {
        wm_text_init(&samples.parts[i].text);
        wm_sample_labels_init(&samples.parts[i].labels);
    }
    int rc = ids != NULL ? wm_relay(&relay, count, PART_SAMPLES, threads) : -ENOMEM;
    for (size_t i = 0; i < threads; i++) {
        wm_text_done(&samples.parts[i].text);
        wm_sample_labels_done(&samples.parts[i].labels);
    }
    free(ids);
    return rc == -ENOMEM ? wm_fail(err, rc, "no memory for the samples") : rc;
}

/* ---- What samples speak of ---- */

static void add_line(struct wm_text *text, const struct wm_profile *profile,
                     const struct wm_line *line)
{
    const struct wm_function *function = &profile->functions[line->function];
    wm_text_addf(text, "%s %s:%" PRId64 " s=%" PRId64, wm_profile_text(profile, function->name),
                 wm_profile_text(profile, function->file), line->line, function->start_line);
    if (function->name != function->system_name)
        wm_text_addf(text, "(%s)", wm_profile_text(profile, function->system_name));
}

static void add_location(struct wm_text *text, const struct wm_profile *profile,
                         const struct wm_location *location)
{
    wm_text_addf(text, "%6" PRIu64 ": 0x%" PRIx64 " ", location->id, location->address);
    if (location->mapping != 0)
        wm_text_addf(text, "M=%" PRIu64 " ", profile->mappings[location->mapping - 1].id);
    wm_text_add(text, location->folded ? "[F] " : "");
    for (uint32_t i = 0; i < location->line_count; i++) {
        if (i > 0)
            wm_text_addf(text, "\n%13s", "");
        add_line(text, profile, &profile->lines[location->first_line + i]);
    }
    wm_text_add(text, "\n");
}

static void add_mapping(struct wm_text *text, const struct wm_profile *profile,
                        const struct wm_mapping *mapping)
{
    wm_text_addf(text, "%" PRIu64 ": 0x%" PRIx64 "/0x%" PRIx64 "/0x%" PRIx64 " %s %s %s%s%s%s\n",
                 mapping->id, mapping->start, mapping->limit, mapping->offset,
                 wm_profile_text(profile, mapping->file),
                 wm_profile_text(profile, mapping->build_id), mapping->has_functions ? "[FN]" : "",
                 mapping->has_filenames ? "[FL]" : "", mapping->has_lines ? "[LN]" : "",
                 mapping->has_inlines ? "[IN]" : "");
}

int wm_print_raw(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    const struct wm_profile *profile = report->profile;
    add_header(text, profile);
    int rc = add_samples(report, text, err);
    wm_text_add(text, "Locations\n");
    for (size_t i = 0; rc == 0 && i < profile->location_count; i++) {
        add_location(text, profile, &profile->locations[i]);
        rc = wm_report_drain(report, text, err);
    }
    wm_text_add(text, "Mappings\n");
    for (size_t i = 0; i < profile->mapping_count; i++)
        add_mapping(text, profile, &profile->mappings[i]);
    return rc;
}
