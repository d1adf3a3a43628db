/* traces.c - every sample with its labels and its frames, leaf first. */
#include "profiles/views/banner.h"
#include "profiles/views/measure.h"
#include "profiles/views/sample_labels.h"

#include "harness/core/arena.h"
#include "harness/core/relay.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_COLUMNS = 10 };

static const char SEPARATOR[] =
    "-----------+-------------------------------------------------------\n";

struct frames {
    const char *text; /* the value's column of the first line is left blank */
    size_t length;
};

/* Samples that a thread makes at once: some hundred kilobytes of text. */
enum { PART_SAMPLES = 64, THREAD_SAMPLES_LEAST = 4096 };

/* What a thread makes: its part, and what that takes. */
struct part {
    alignas(WM_PARALLEL_LINE) const struct wm_report *report;
    const struct frames *frames; /* by location; all threads' */
    struct wm_text text;
    struct wm_sample_labels labels;
};

struct traces {
    const struct wm_report *report;
    struct wm_text *text;
    struct wm_error *err;
    /* The lines of a location: stacks share most of them. */
    struct frames *frames;
    struct wm_arena arena;
    struct part parts[WM_PARALLEL_MAX];
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

static int add_labels(struct part *part, size_t sample)
{
    int rc = wm_sample_labels_read(&part->labels, part->report->profile, sample);
    if (rc == 0 && part->labels.count > 0)
        rc = wm_sample_labels_add(&part->labels, part->report, false, add_strings, "", &part->text);
    if (rc >= 0 && part->labels.count > 0)
        rc = wm_sample_labels_add(&part->labels, part->report, true, add_numbers, "", &part->text);
    return rc < 0 ? rc : 0;
}

static int make_frames(struct traces *traces, uint32_t location, struct wm_text *text)
{
    struct frames *frames = &traces->frames[location];
    uint32_t lines = traces->report->profile->locations[location].line_count;
    uint32_t count = lines > 0 ? lines : 1;
    wm_text_clear(text);
    for (uint32_t i = 0; i < count; i++) {
        struct wm_node_key key;
        wm_node_key_of(traces->report, location, i, &key);
        wm_text_add_padded(text, "", VALUE_COLUMNS + 3);
        wm_node_add_label(traces->report, &key, text);
        wm_text_add(text, i + 1 < count ? " (inline)\n" : "\n");
    }
    if (text->failed)
        return -ENOMEM;
    frames->text = wm_arena_copy(&traces->arena, text->data, text->length);
    frames->length = text->length;
    return frames->text != NULL ? 0 : -ENOMEM;
}

static int make_all_frames(struct traces *traces)
{
    const size_t locations = traces->report->profile->location_count;
    struct wm_text text;
    traces->frames = calloc(locations + 1, sizeof(traces->frames[0]));
    int rc = traces->frames == NULL ? -ENOMEM : 0;
    wm_text_init(&text);
    for (size_t i = 0; rc == 0 && i < locations; i++)
        rc = make_frames(traces, (uint32_t)i, &text);
    wm_text_done(&text);
    return rc;
}

/* All of a stack at once: frames are most of what is printed. */
static int add_frames(struct part *part, const struct wm_profile_sample *sample, const char *value)
{
    const struct wm_sample_stack stack = wm_sample_stack(part->report->profile, sample);
    size_t length = 0;
    for (uint32_t i = 0; i < sample->location_count; i++)
        length += part->frames[wm_sample_frame(stack, i)].length;
    wm_text_add_padded(&part->text, value, -VALUE_COLUMNS);
    char *at = wm_text_extend(&part->text, length - VALUE_COLUMNS);
    for (uint32_t i = 0; at != NULL && i < sample->location_count; i++) {
        const struct frames *frames = &part->frames[wm_sample_frame(stack, i)];
        size_t blanks = i == 0 ? VALUE_COLUMNS : 0;
        memcpy(at, frames->text + blanks, frames->length - blanks);
        at += frames->length - blanks;
    }
    return at != NULL ? 0 : -ENOMEM;
}

static int add_sample(struct part *part, size_t number)
{
    const struct wm_report *report = part->report;
    const struct wm_profile_sample *sample = &report->profile->samples[number];
    char measured[WM_MEASURE_BYTES];
    if (sample->location_count == 0)
        return 0;
    wm_text_add_bytes(&part->text, SEPARATOR, sizeof(SEPARATOR) - 1);
    int rc = add_labels(part, number);
    if (rc < 0)
        return rc;
    int64_t value = wm_report_value(report, number);
    if (report->has_divisor)
        value = wm_divide(value, wm_report_divisor(report, number));
    wm_report_measure(report, value, wm_report_wanted_unit(report), measured);
    return add_frames(part, sample, measured);
}

static int make_part(void *user, const struct wm_slice *samples)
{
    struct part *part = &((struct traces *)user)->parts[samples->number];
    int rc = 0;
    wm_text_clear(&part->text);
    for (size_t i = samples->first; rc == 0 && i < samples->end; i++)
        rc = add_sample(part, i);
    return rc;
}

static int take_part(void *user, const struct wm_slice *samples)
{
    struct traces *traces = user;
    return wm_report_drain_part(traces->report, traces->text, &traces->parts[samples->number].text,
                                traces->err);
}

static int add_samples(struct traces *traces)
{
    const size_t samples = traces->report->profile->sample_count;
    const size_t threads = wm_parallel_slices(samples, THREAD_SAMPLES_LEAST);
    const struct wm_relay relay = {make_part, take_part, traces};
    for (size_t i = 0; i < threads; i++) {
        traces->parts[i].report = traces->report;
        traces->parts[i].frames = traces->frames;
        wm_text_init(&traces->parts[i].text);
        wm_sample_labels_init(&traces->parts[i].labels);
    }
    int rc = wm_relay(&relay, samples, PART_SAMPLES, threads);
    for (size_t i = 0; i < threads; i++) {
        wm_text_done(&traces->parts[i].text);
        wm_sample_labels_done(&traces->parts[i].labels);
    }
    return rc;
}

int wm_print_traces(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct traces traces = {.report = report, .text = text, .err = err};
    wm_arena_init(&traces.arena);
    int rc = make_all_frames(&traces);
    wm_banner_add_profile(text, report, wm_report_wanted_unit(report));
    if (text->length == 0)
        wm_text_add(text, "\n"); /* a banner of no lines is an empty line here */
    if (rc == 0)
        rc = add_samples(&traces);
    if (rc == -ENOMEM)
        wm_fail(err, rc, "no memory for the samples");
    wm_text_add(text, SEPARATOR);
    wm_arena_done(&traces.arena);
    free(traces.frames);
    return rc;
}
