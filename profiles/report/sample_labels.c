/* sample_labels.c - sorts and groups the labels of one sample after the other. */
#include "profiles/report/sample_labels.h"

#include "profiles/report/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wm_sample_label_line {
    size_t at, length; /* in the text */
};

void wm_sample_labels_init(struct wm_sample_labels *labels)
{
    memset(labels, 0, sizeof(*labels));
    wm_text_init(&labels->text);
}

void wm_sample_labels_done(struct wm_sample_labels *labels)
{
    free(labels->labels);
    free(labels->lines);
    wm_text_done(&labels->text);
}

bool wm_label_is_number(const struct wm_label *label)
{
    return label->string == 0;
}

static int compare_labels(const void *a, const void *b, void *user)
{
    const struct wm_label *const *left = a, *const *right = b;
    const struct wm_profile *profile = user;
    if (wm_label_is_number(*left) != wm_label_is_number(*right))
        return wm_label_is_number(*left) ? 1 : -1;
    if ((*left)->key != (*right)->key)
        return strcmp(wm_profile_text(profile, (*left)->key),
                      wm_profile_text(profile, (*right)->key));
    return *left < *right ? -1 : *left > *right;
}

int wm_sample_labels_read(struct wm_sample_labels *labels, const struct wm_profile *profile,
                          size_t sample)
{
    const struct wm_profile_sample *from = &profile->samples[sample];
    if (from->label_count > labels->capacity) {
        size_t capacity = from->label_count + labels->capacity;
        const struct wm_label **grown =
            reallocarray(labels->labels, capacity, sizeof(const struct wm_label *));
        if (grown == NULL)
            return -ENOMEM;
        labels->labels = grown;
        labels->capacity = capacity;
    }
    labels->count = 0;
    for (uint32_t i = 0; i < from->label_count; i++) {
        const struct wm_label *label = &profile->labels[from->first_label + i];
        if (label->string != 0 || label->number != 0 || label->unit != 0)
            labels->labels[labels->count++] = label;
    }
    /* Most samples have one label or none. */
    if (labels->count > 1)
        qsort_r(labels->labels, labels->count, sizeof(const struct wm_label *), compare_labels,
                (void *)(uintptr_t)profile);
    return 0;
}

size_t wm_sample_labels_group(const struct wm_sample_labels *labels, size_t from)
{
    const struct wm_label *first = labels->labels[from];
    size_t end = from + 1;
    while (end < labels->count && labels->labels[end]->key == first->key &&
           wm_label_is_number(labels->labels[end]) == wm_label_is_number(first))
        end++;
    return end;
}

static int add_line(struct wm_sample_labels *labels, size_t at)
{
    if (labels->line_count == labels->line_capacity) {
        size_t capacity = labels->line_capacity == 0 ? 16 : 2 * labels->line_capacity;
        struct wm_sample_label_line *lines =
            reallocarray(labels->lines, capacity, sizeof(lines[0]));
        if (lines == NULL)
            return -ENOMEM;
        labels->lines = lines;
        labels->line_capacity = capacity;
    }
    labels->lines[labels->line_count++] =
        (struct wm_sample_label_line){at, labels->text.length - at};
    return 0;
}

static int compare_lines(const void *a, const void *b, void *user)
{
    const struct wm_sample_label_line *left = a, *right = b;
    const char *text = user;
    size_t least = left->length < right->length ? left->length : right->length;
    int order = memcmp(text + left->at, text + right->at, least);
    if (order == 0 && left->length != right->length)
        return left->length < right->length ? -1 : 1;
    return order;
}

int wm_sample_labels_add(struct wm_sample_labels *labels, const struct wm_report *report,
                         bool numbers, wm_label_format *format, const char *between,
                         struct wm_text *text)
{
    size_t end;
    wm_text_clear(&labels->text);
    labels->line_count = 0;
    for (size_t i = 0; i < labels->count; i = end) {
        size_t at = labels->text.length;
        end = wm_sample_labels_group(labels, i);
        if (wm_label_is_number(labels->labels[i]) != numbers)
            continue;
        format(report, labels->labels + i, end - i, &labels->text);
        if (labels->text.failed || add_line(labels, at) < 0)
            return -ENOMEM;
    }
    if (labels->line_count > 1)
        qsort_r(labels->lines, labels->line_count, sizeof(labels->lines[0]), compare_lines,
                labels->text.data);
    for (size_t i = 0; i < labels->line_count; i++) {
        wm_text_add(text, i > 0 ? between : "");
        wm_text_add_bytes(text, labels->text.data + labels->lines[i].at, labels->lines[i].length);
    }
    return (int)labels->line_count;
}

/* Texts first, then numbers in the wanted unit; without any unit in the sample they stay bare. */
bool wm_sample_label_add_value(const struct wm_report *report,
                               const struct wm_profile_sample *sample, uint32_t key,
                               struct wm_text *text)
{
    const struct wm_profile *profile = report->profile;
    const struct wm_label *labels = profile->labels + sample->first_label;
    char number[WM_MEASURE_BYTES];
    bool any = false, has_unit = false;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        if (labels[i].key != key)
            continue;
        has_unit = has_unit || (labels[i].string == 0 && labels[i].unit != 0);
        if (labels[i].string == 0)
            continue;
        wm_text_add(text, any ? "," : "");
        wm_text_add(text, wm_profile_text(profile, labels[i].string));
        any = true;
    }
    const char *to = has_unit ? wm_report_wanted_unit(report) : "";
    for (uint32_t i = 0; i < sample->label_count; i++) {
        if (labels[i].key != key || labels[i].string != 0)
            continue;
        wm_text_add(text, any ? "," : "");
        wm_text_add(text, wm_measure(labels[i].number, wm_profile_text(profile, labels[i].unit), to,
                                     number));
        any = true;
    }
    return any;
}
