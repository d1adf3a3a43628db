/* tags.c - the labels: for each key what its values cost. */
#include "profiles/report/measure.h"
#include "profiles/report/report.h"
#include "profiles/report/tabs.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What tells two labels apart; all bytes of it are compared. */
struct tag_key {
    uint32_t key, string;
    int64_t number;
};

struct tag {
    uint32_t key;
    size_t text; /* number in tags.texts */
    int64_t value;
};

struct sums {
    struct wm_intern *known;
    int64_t *values;
    size_t count, capacity;
};

/* By string number: where the last label with this string was summed. Nearly always the next one is
 * of the same key. */
struct recent {
    uint32_t key, sum_plus_1;
};

struct tags {
    const struct wm_report *report;
    struct wm_intern *texts; /* of the values, as printed */
    struct tag *rows;
    size_t count;
};

static int64_t find_sum(struct sums *sums, const void *key, size_t length)
{
    int64_t id = wm_intern_bytes(sums->known, key, length);
    if (id < 0 || (size_t)id < sums->count)
        return id;
    if (sums->count == sums->capacity) {
        size_t capacity = sums->capacity == 0 ? 64 : 2 * sums->capacity;
        int64_t *values = reallocarray(sums->values, capacity, sizeof(values[0]));
        if (values == NULL)
            return -ENOMEM;
        sums->values = values;
        sums->capacity = capacity;
    }
    sums->values[sums->count++] = 0;
    return id;
}

static int add_to(struct sums *sums, const void *key, size_t length, int64_t value)
{
    int64_t id = find_sum(sums, key, length);
    if (id < 0)
        return -ENOMEM;
    sums->values[id] = wm_add_wrapping(sums->values[id], value);
    return 0;
}

static int sum_label(struct sums *sums, struct recent *recent, const struct wm_label *label,
                     int64_t value)
{
    const struct tag_key key = {label->key, label->string, label->string == 0 ? label->number : 0};
    if (label->string == 0)
        return label->number != 0 || label->unit != 0 ? add_to(sums, &key, sizeof(key), value) : 0;
    recent += label->string;
    if (recent->sum_plus_1 == 0 || recent->key != label->key) {
        int64_t id = find_sum(sums, &key, sizeof(key));
        if (id < 0)
            return -ENOMEM;
        *recent = (struct recent){label->key, (uint32_t)id + 1};
    }
    int64_t *sum = &sums->values[recent->sum_plus_1 - 1];
    *sum = wm_add_wrapping(*sum, value);
    return 0;
}

/* Labels are summed as numbers first: there are many of them, and few different ones. */
static int sum_labels(const struct wm_report *report, struct sums *sums)
{
    const struct wm_profile *profile = report->profile;
    struct recent *recent = calloc(wm_intern_count(profile->strings) + 1, sizeof(recent[0]));
    int rc = recent != NULL ? 0 : -ENOMEM;
    for (size_t i = 0; rc == 0 && i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        const int64_t value = wm_report_value(report, i);
        for (uint32_t at = 0; rc == 0 && at < sample->label_count; at++)
            rc = sum_label(sums, recent, &profile->labels[sample->first_label + at], value);
    }
    free(recent);
    return rc;
}

/* As printed, different numbers may be the same. The sums of `from` go to (key, text). */
static int join_texts(struct tags *tags, const struct sums *from, struct sums *to)
{
    const struct wm_report *report = tags->report;
    const char *wanted = wm_report_wanted_unit(report);
    char measured[WM_MEASURE_BYTES];
    for (size_t i = 0; i < from->count; i++) {
        struct tag_key key;
        memcpy(&key, wm_intern_get(from->known, (uint32_t)i, NULL), sizeof(key));
        const char *text =
            key.string != 0
                ? wm_profile_text(report->profile, key.string)
                : wm_measure(key.number, wm_report_label_unit(report, key.key), wanted, measured);
        int64_t number = wm_intern_string(tags->texts, text);
        uint32_t pair[2] = {key.key, (uint32_t)number};
        int rc = number < 0 ? -ENOMEM : add_to(to, pair, sizeof(pair), from->values[i]);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int compare_rows(const void *a, const void *b, void *user)
{
    const struct tag *left = a, *right = b;
    const struct tags *tags = user;
    const struct wm_profile *profile = tags->report->profile;
    if (left->key != right->key)
        return strcmp(wm_profile_text(profile, left->key), wm_profile_text(profile, right->key));
    int64_t left_size = wm_magnitude(left->value), right_size = wm_magnitude(right->value);
    if (left_size != right_size)
        return left_size > right_size ? -1 : 1;
    return strcmp(wm_intern_get(tags->texts, (uint32_t)left->text, NULL),
                  wm_intern_get(tags->texts, (uint32_t)right->text, NULL));
}

static int make_rows(struct tags *tags, const struct sums *sums)
{
    tags->rows = calloc(sums->count + 1, sizeof(tags->rows[0]));
    if (tags->rows == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < sums->count; i++) {
        uint32_t pair[2];
        memcpy(pair, wm_intern_get(sums->known, (uint32_t)i, NULL), sizeof(pair));
        tags->rows[tags->count++] = (struct tag){pair[0], pair[1], sums->values[i]};
    }
    qsort_r(tags->rows, tags->count, sizeof(tags->rows[0]), compare_rows, tags);
    return 0;
}

/* Adds the rows [from, to), which are all of one key's. */
static void add_key(const struct tags *tags, size_t from, size_t to, struct wm_text *text)
{
    const struct wm_report *report = tags->report;
    const char *wanted = wm_report_wanted_unit(report), *unit;
    char percent[WM_PERCENT_BYTES];
    int64_t total = 0;
    for (size_t i = from; i < to; i++)
        total = wm_add_wrapping(total, tags->rows[i].value);
    double scaled = wm_scale(total, report->unit, wanted, &unit);
    wm_text_addf(text, "%s:\t Total %.1f%s\n",
                 wm_profile_text(report->profile, tags->rows[from].key), scaled, unit);
    for (size_t i = from; i < to; i++) {
        const struct tag *tag = &tags->rows[i];
        scaled = wm_scale(tag->value, report->unit, wanted, &unit);
        wm_text_addf(text, " \t%.1f%s", scaled, unit);
        if (total > 0)
            wm_text_addf(text, " (%s)", wm_percent(tag->value, total, percent));
        wm_text_add(text, ":\t ");
        wm_text_add(text, wm_intern_get(tags->texts, (uint32_t)tag->text, NULL));
        wm_text_add(text, "\n");
    }
    wm_text_add(text, "\n");
}

static int add_rows(const struct tags *tags, struct wm_text *text)
{
    struct wm_text lines;
    wm_text_init(&lines);
    size_t end;
    for (size_t i = 0; i < tags->count; i = end) {
        for (end = i + 1; end < tags->count && tags->rows[end].key == tags->rows[i].key; end++)
            ;
        add_key(tags, i, end, &lines);
    }
    int rc = lines.failed ? -ENOMEM : wm_tabs_add(text, lines.data);
    wm_text_done(&lines);
    return rc;
}

int wm_print_tags(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct tags tags = {.report = report};
    struct sums by_number = {0}, by_text = {0};
    int rc = wm_intern_new(&by_number.known);
    if (rc == 0)
        rc = wm_intern_new(&by_text.known);
    if (rc == 0)
        rc = wm_intern_new(&tags.texts);
    if (rc == 0)
        rc = sum_labels(report, &by_number);
    if (rc == 0)
        rc = join_texts(&tags, &by_number, &by_text);
    if (rc == 0)
        rc = make_rows(&tags, &by_text);
    if (rc == 0)
        rc = add_rows(&tags, text);
    if (rc < 0)
        wm_fail(err, rc, "no memory for the labels");
    wm_intern_free(by_number.known);
    wm_intern_free(by_text.known);
    wm_intern_free(tags.texts);
    free(by_number.values);
    free(by_text.values);
    free(tags.rows);
    return rc;
}
