/* traces.c - every sample with its labels and its frames, leaf first. */
#include "profiles/pprof/sample_stack.h"
#include "profiles/report/banner.h"
#include "profiles/report/label_lines.h"
#include "profiles/report/measure.h"

#include "harness/core/relay.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_COLUMNS = 10 };

static const char SEPARATOR[] =
    "-----------+-------------------------------------------------------\n";

/* Samples that a thread makes at once: some hundred kilobytes of text. */
enum { PART_SAMPLES = 64, THREAD_SAMPLES_LEAST = 4096, THREAD_LOCATIONS_LEAST = 4096 };

/* Frames are copied in pieces of so many bytes, nearly all of them in one: there is memory behind
 * the last of them. */
enum { PIECE_BYTES = 128 };

/* The lines of a location, which stacks share. */
struct frames {
    const char *text; /* the value's column of the first line is left blank */
    size_t length;
};

/* What a thread makes: its part, and what that takes. */
struct part {
    alignas(WM_PARALLEL_LINE) const struct wm_report *report;
    const struct frames *frames; /* by location; all threads' */
    struct wm_text texts;        /* of frames */
    struct wm_text text;
    struct wm_label_lines labels;
    struct wm_memo values; /* as printed */
};

struct traces {
    const struct wm_report *report;
    struct wm_text *text;
    struct wm_error *err;
    struct frames *frames;
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

static int make_labels(struct wm_sample_labels *labels, const struct wm_report *report,
                       struct wm_text *text)
{
    int rc = wm_sample_labels_add(labels, report, false, add_strings, "", text);
    if (rc >= 0)
        rc = wm_sample_labels_add(labels, report, true, add_numbers, "", text);
    return rc < 0 ? rc : 0;
}

/* ---- Frames ---- */

static void add_location(const struct wm_report *report, uint32_t location, struct wm_text *text)
{
    const uint32_t lines = report->profile->locations[location].line_count;
    const uint32_t count = lines > 0 ? lines : 1;
    for (uint32_t i = 0; i < count; i++) {
        struct wm_node_key key;
        wm_node_key_of(report, location, i, &key);
        wm_text_add(text, "             "); /* VALUE_COLUMNS and 3 */
        wm_node_add_label(report, &key, text);
        wm_text_add(text, i + 1 < count ? " (inline)\n" : "\n");
    }
}

static int make_frames(void *user, const struct wm_slice *locations)
{
    struct traces *traces = user;
    struct wm_text *text = &traces->parts[locations->number].texts;
    for (size_t i = locations->first; i < locations->end; i++) {
        const size_t start = text->length;
        add_location(traces->report, (uint32_t)i, text);
        traces->frames[i].length = text->length - start;
    }
    if (wm_text_extend(text, PIECE_BYTES) == NULL)
        return -ENOMEM;
    const char *at = text->data; /* which does not move any more */
    for (size_t i = locations->first; i < locations->end; at += traces->frames[i++].length)
        traces->frames[i].text = at;
    return 0;
}

static int make_all_frames(struct traces *traces)
{
    const size_t count = traces->report->profile->location_count;
    traces->frames = calloc(count + 1, sizeof(traces->frames[0]));
    if (traces->frames == NULL)
        return -ENOMEM;
    const size_t threads = wm_parallel_slices(count, THREAD_LOCATIONS_LEAST);
    return wm_parallel(count, threads, make_frames, traces);
}

/* ---- Samples ---- */

/* All of a stack at once: frames are most of what is printed. */
static int add_frames(struct part *part, const struct wm_profile_sample *sample)
{
    const struct wm_sample_stack stack = wm_sample_stack(part->report->profile, sample);
    const struct frames *frames = part->frames;
    size_t length = 0, blanks = VALUE_COLUMNS;
    for (uint32_t i = 0; i < sample->location_count; i++)
        length += frames[wm_sample_frame(stack, i)].length;
    char *at = wm_text_extend(&part->text, length - blanks + PIECE_BYTES);
    if (at == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < sample->location_count; i++, blanks = 0) {
        const char *from = frames[wm_sample_frame(stack, i)].text + blanks;
        char *end = at + frames[wm_sample_frame(stack, i)].length - blanks;
        for (; at < end; at += PIECE_BYTES, from += PIECE_BYTES)
            memcpy(at, from, PIECE_BYTES);
        at = end;
    }
    wm_text_cut(&part->text, PIECE_BYTES);
    return 0;
}

static void add_value(struct part *part, size_t number)
{
    const struct wm_report *report = part->report;
    char measured[WM_MEASURE_BYTES];
    int64_t value = wm_report_value(report, number);
    if (report->has_divisor)
        value = wm_divide(value, wm_report_divisor(report, number));
    if (wm_memo_add(&part->values, (uint64_t)value, &part->text))
        return;
    const size_t start = part->text.length;
    wm_report_measure(report, value, wm_report_wanted_unit(report), measured);
    wm_text_add_padded(&part->text, measured, -VALUE_COLUMNS);
    wm_memo_keep(&part->values, (uint64_t)value, &part->text, start);
}

static int add_sample(struct part *part, size_t number)
{
    const struct wm_profile_sample *sample = &part->report->profile->samples[number];
    if (sample->location_count == 0)
        return 0;
    wm_text_add_bytes(&part->text, SEPARATOR, sizeof(SEPARATOR) - 1);
    int rc = wm_label_lines_add(&part->labels, number, &part->text);
    if (rc < 0)
        return rc;
    add_value(part, number);
    return add_frames(part, sample);
}

static int make_part(void *user, const struct wm_slice *samples)
{
    struct part *part = &((struct traces *)user)->parts[samples->number];
    int rc = 0;
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
    const size_t count = traces->report->profile->sample_count;
    const struct wm_relay relay = {make_part, take_part, traces};
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++)
        traces->parts[i].frames = traces->frames;
    return wm_relay(&relay, count, PART_SAMPLES, wm_parallel_slices(count, THREAD_SAMPLES_LEAST));
}

/* On the heap, as its parts are much for a stack. */
static struct traces *new_traces(const struct wm_report *report, struct wm_text *text,
                                 struct wm_error *err)
{
    struct traces *traces = aligned_alloc(alignof(struct traces), sizeof(*traces));
    if (traces == NULL)
        return NULL;
    memset(traces, 0, sizeof(*traces));
    traces->report = report;
    traces->text = text;
    traces->err = err;
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++) {
        traces->parts[i].report = report;
        wm_text_init(&traces->parts[i].texts);
        wm_text_init(&traces->parts[i].text);
        wm_label_lines_init(&traces->parts[i].labels, report, make_labels);
    }
    return traces;
}

static void free_traces(struct traces *traces)
{
    for (size_t i = 0; traces != NULL && i < WM_PARALLEL_MAX; i++) {
        wm_text_done(&traces->parts[i].texts);
        wm_text_done(&traces->parts[i].text);
        wm_label_lines_done(&traces->parts[i].labels);
    }
    free(traces != NULL ? traces->frames : NULL);
    free(traces);
}

int wm_print_traces(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct traces *traces = new_traces(report, text, err);
    int rc = traces != NULL ? make_all_frames(traces) : -ENOMEM;
    wm_banner_add_profile(text, report, wm_report_wanted_unit(report));
    if (text->length == 0)
        wm_text_add(text, "\n"); /* a banner of no lines is an empty line here */
    if (rc == 0)
        rc = add_samples(traces);
    if (rc == -ENOMEM)
        wm_fail(err, rc, "no memory for the samples");
    wm_text_add(text, SEPARATOR);
    free_traces(traces);
    return rc;
}
