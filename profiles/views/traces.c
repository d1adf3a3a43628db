/* traces.c - every sample with its labels and its frames, leaf first. */
#include "profiles/views/banner.h"
#include "profiles/views/measure.h"
#include "profiles/views/sample_labels.h"

#include "harness/core/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_COLUMNS = 10 };

static const char SEPARATOR[] =
    "-----------+-------------------------------------------------------\n";

struct frames {
    const char *text; /* the value's column of the first line is left blank */
    size_t length;
};

struct traces {
    const struct wm_report *report;
    struct wm_text *text;
    struct wm_sample_labels labels;
    /* The lines of a location: stacks share most of them. */
    struct frames *frames;
    struct wm_arena arena;
    struct wm_text scratch;
};

static void add_strings(const struct wm_report *report, const struct wm_label *const *labels,
                        size_t count, struct wm_text *text)
{
    wm_text_add_padded(text, wm_profile_text(report->profile, labels[0]->key), -VALUE_COLUMNS);
    wm_text_add(text, ": ");
    for (size_t i = 0; i < count; i++) {
        wm_text_add(text, " ");
        wm_text_add(text, wm_profile_text(report->profile, labels[i]->string));
    }
    wm_text_add(text, "\n");
}

static void add_numbers(const struct wm_report *report, const struct wm_label *const *labels,
                        size_t count, struct wm_text *text)
{
    char value[WM_MEASURE_BYTES];
    const char *unit = wm_report_label_unit(report, labels[0]->key);
    wm_text_add_padded(text, wm_profile_text(report->profile, labels[0]->key), -VALUE_COLUMNS);
    wm_text_add(text, ": ");
    for (size_t i = 0; i < count; i++)
        wm_text_addf(text, " %s", wm_measure(labels[i]->number, unit, "auto", value));
    wm_text_add(text, "\n");
}

static int add_labels(struct traces *traces, size_t sample)
{
    int rc = wm_sample_labels_read(&traces->labels, traces->report->profile, sample);
    if (rc == 0 && traces->labels.count > 0)
        rc = wm_sample_labels_add(&traces->labels, traces->report, false, add_strings, "",
                                  traces->text);
    if (rc >= 0 && traces->labels.count > 0)
        rc = wm_sample_labels_add(&traces->labels, traces->report, true, add_numbers, "",
                                  traces->text);
    return rc < 0 ? rc : 0;
}

static int make_frames(struct traces *traces, uint32_t location)
{
    struct frames *frames = &traces->frames[location];
    struct wm_text *text = &traces->scratch;
    uint32_t lines = traces->report->profile->locations[location].line_count;
    uint32_t count = lines > 0 ? lines : 1;
    wm_text_clear(text);
    for (uint32_t i = 0; i < count; i++) {
        struct wm_node_key key;
        wm_node_key_of(traces->report, location, i, &key);
        wm_text_addf(text, "%*s   ", VALUE_COLUMNS, "");
        wm_node_add_label(traces->report, &key, text);
        wm_text_add(text, i + 1 < count ? " (inline)\n" : "\n");
    }
    if (text->failed)
        return -ENOMEM;
    frames->text = wm_arena_copy(&traces->arena, text->data, text->length);
    frames->length = text->length;
    return frames->text != NULL ? 0 : -ENOMEM;
}

/* All of a stack at once: frames are most of what is printed. */
static int add_frames(struct traces *traces, const struct wm_profile_sample *sample,
                      const char *value)
{
    const uint32_t *stack = traces->report->profile->sample_locations + sample->first_location;
    size_t length = 0;
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < sample->location_count; i++) {
        if (traces->frames[stack[i]].text == NULL)
            rc = make_frames(traces, stack[i]);
        length += traces->frames[stack[i]].length;
    }
    if (rc < 0)
        return rc;
    wm_text_add_padded(traces->text, value, -VALUE_COLUMNS);
    char *at = wm_text_extend(traces->text, length - VALUE_COLUMNS);
    for (uint32_t i = 0; at != NULL && i < sample->location_count; i++) {
        const struct frames *frames = &traces->frames[stack[i]];
        size_t blanks = i == 0 ? VALUE_COLUMNS : 0;
        memcpy(at, frames->text + blanks, frames->length - blanks);
        at += frames->length - blanks;
    }
    return at != NULL ? 0 : -ENOMEM;
}

static int add_sample(struct traces *traces, size_t number, struct wm_error *err)
{
    const struct wm_report *report = traces->report;
    const struct wm_profile_sample *sample = &report->profile->samples[number];
    char measured[WM_MEASURE_BYTES];
    if (sample->location_count == 0)
        return 0;
    wm_text_add(traces->text, SEPARATOR);
    int rc = add_labels(traces, number);
    if (rc < 0)
        return wm_fail(err, rc, "no memory for the labels");
    int64_t value = wm_report_value(report, number);
    if (report->has_divisor)
        value = wm_divide(value, wm_report_divisor(report, number));
    wm_report_measure(report, value, wm_report_wanted_unit(report), measured);
    rc = add_frames(traces, sample, measured);
    if (rc < 0)
        return wm_fail(err, rc, "no memory for the frames");
    return wm_report_drain(report, traces->text, err);
}

int wm_print_traces(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct traces traces = {.report = report, .text = text};
    const struct wm_profile *profile = report->profile;
    wm_sample_labels_init(&traces.labels);
    wm_arena_init(&traces.arena);
    wm_text_init(&traces.scratch);
    traces.frames = calloc(profile->location_count + 1, sizeof(traces.frames[0]));
    int rc = traces.frames == NULL ? -ENOMEM : 0;
    wm_banner_add_profile(text, report, wm_report_wanted_unit(report));
    if (text->length == 0)
        wm_text_add(text, "\n"); /* a banner of no lines is an empty line here */
    if (rc < 0)
        wm_fail(err, rc, "no memory for the samples");
    for (size_t i = 0; rc == 0 && i < profile->sample_count; i++)
        rc = add_sample(&traces, i, err);
    wm_text_add(text, SEPARATOR);
    wm_sample_labels_done(&traces.labels);
    wm_arena_done(&traces.arena);
    wm_text_done(&traces.scratch);
    free(traces.frames);
    return rc;
}
