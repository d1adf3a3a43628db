/* tagfilter.c - ranges and expressions on labels. What expressions say of a label is asked once
 * for each key and value. */
#include "profiles/report/tagfilter.h"

#include "harness/core/intern.h"
#include "profiles/regex/regex.h"
#include "profiles/report/tagrange.h"
#include "profiles/runs/paths.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_BYTES = 16, ID_BYTES = 17 };

struct wm_tag_filter {
    struct wm_report *report;
    char option[OPTION_BYTES];
    bool has_key, is_path;
    int64_t key; /* string number; negative: no label has it */
    bool is_range;
    struct wm_tag_range range;
    struct wm_regex **expressions;
    size_t expression_count;
    struct wm_intern *labels; /* keys and values that were asked about */
    unsigned char *verdicts;  /* of those: a byte for each expression */
    size_t verdict_capacity;
    bool *found;         /* of one sample: which expressions found something */
    struct wm_text text; /* scratch */
};

/* ---- Made of an option ---- */

static int add_expression(struct wm_tag_filter *filter, const char *from, size_t length,
                          struct wm_error *err)
{
    char *pattern = strndup(from, length);
    struct wm_regex **expression = &filter->expressions[filter->expression_count];
    int rc = pattern == NULL
                 ? wm_fail_at(err, -ENOMEM, filter->option, "no memory for the expression")
                 : wm_regex_new(filter->option, pattern, expression, err);
    free(pattern);
    if (rc == 0)
        filter->expression_count++;
    return rc;
}

static int add_expressions(struct wm_tag_filter *filter, const char *value, const char *between,
                           struct wm_error *err)
{
    size_t count = 1;
    for (const char *at = value; *at != '\0'; at++)
        count += strchr(between, *at) != NULL;
    filter->expressions = calloc(count, sizeof(struct wm_regex *));
    filter->found = calloc(count, sizeof(filter->found[0]));
    int rc = wm_intern_new(&filter->labels);
    if (rc < 0 || filter->expressions == NULL || filter->found == NULL)
        return wm_fail_at(err, -ENOMEM, filter->option, "no memory for the expression");
    for (bool more = true; rc == 0 && more;) {
        size_t length = strcspn(value, between);
        rc = add_expression(filter, value, length, err);
        more = value[length] != '\0';
        value += length + more;
    }
    return rc;
}

static void take_key(struct wm_tag_filter *filter, const char *key, size_t length)
{
    filter->has_key = true;
    filter->key = wm_intern_find(filter->report->profile->strings, key, length);
}

static int prepare(struct wm_tag_filter *filter, const char *value, struct wm_error *err)
{
    size_t key_length = strcspn(value, "=");
    if (value[key_length] == '=') {
        if (key_length > 0) /* an empty key is none */
            take_key(filter, value, key_length);
        value += key_length + 1;
    }
    int rc = wm_tag_range_init(&filter->range, filter->option, value, err);
    if (rc < 0)
        return rc;
    filter->is_range = rc == 1;
    if (!filter->is_range)
        return add_expressions(filter, value, ",", err);
    wm_text_addf(filter->report->notes, "%s:Interpreted '%s' as range, not regexp\n",
                 filter->option + 1, value);
    return 0;
}

static struct wm_tag_filter *new_filter(struct wm_report *report, const char *option)
{
    struct wm_tag_filter *filter = calloc(1, sizeof(*filter));
    if (filter == NULL)
        return NULL;
    filter->report = report;
    snprintf(filter->option, sizeof(filter->option), "%s", option);
    wm_text_init(&filter->text);
    return filter;
}

int wm_tag_filter_new(struct wm_report *report, const char *option, const char *value,
                      struct wm_tag_filter **ret_filter, struct wm_error *err)
{
    if (value == NULL || value[0] == '\0')
        return 0;
    struct wm_tag_filter *filter = new_filter(report, option);
    if (filter == NULL)
        return wm_fail_at(err, -ENOMEM, option, "no memory for the filter");
    int rc = prepare(filter, value, err);
    if (rc == 0) {
        *ret_filter = filter;
        filter = NULL;
    }
    wm_tag_filter_free(filter);
    return rc;
}

static const unsigned char *verdicts_of(struct wm_tag_filter *filter, const struct wm_label *label);

/* Names such as "A+B" are typed as the path table prints them: an expression that finds no path,
 * but is one's name, is that name. What is neither is told with the names that there are. */
static int settle_path(struct wm_tag_filter *filter, const char *expression, struct wm_error *err)
{
    enum { SHOWN = 8 };
    const struct wm_profile *profile = filter->report->profile;
    struct wm_text names;
    bool found = false, is_name = false;
    size_t count = 0;
    wm_text_init(&names);
    for (size_t i = 0; i < profile->sample_count && !found; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        for (uint32_t at = 0; at < sample->label_count && !found; at++) {
            const struct wm_label *label = &profile->labels[sample->first_label + at];
            if ((int64_t)label->key != filter->key || label->string == 0)
                continue;
            size_t known = wm_intern_count(filter->labels);
            const unsigned char *verdicts = verdicts_of(filter, label);
            const char *name = wm_profile_text(profile, label->string);
            found = verdicts == NULL || verdicts[0] != 0;
            if (wm_intern_count(filter->labels) == known) /* seen before */
                continue;
            is_name |= strcmp(name, expression) == 0;
            if (count++ < SHOWN) {
                wm_text_add(&names, count > 1 ? ", " : "");
                wm_text_add_safe(&names, name, strlen(name), 60);
            }
        }
    }
    int rc = 0;
    if (!found && is_name) {
        struct wm_text literal;
        wm_text_init(&literal);
        wm_text_addf(&literal, "^\\Q%s\\E$", expression);
        wm_regex_free(filter->expressions[0]);
        filter->expression_count = 0;
        wm_intern_free(filter->labels); /* the verdicts were of the other expression */
        filter->labels = NULL;
        rc = wm_intern_new(&filter->labels);
        rc = rc < 0 || literal.failed ? wm_fail(err, -ENOMEM, "no memory for the filter")
                                      : add_expression(filter, literal.data, literal.length, err);
        wm_text_done(&literal);
    } else if (!found && count > 0) {
        wm_text_addf(filter->report->notes, "-path: no path is '%.100s'; there %s %s%s\n",
                     expression, count == 1 ? "is" : "are", names.data,
                     count > SHOWN ? ", ..." : "");
    }
    wm_text_done(&names);
    return rc;
}

int wm_tag_filter_new_path(struct wm_report *report, const char *expression,
                           struct wm_tag_filter **ret_filter, struct wm_error *err)
{
    if (expression == NULL || expression[0] == '\0')
        return 0;
    struct wm_tag_filter *filter = new_filter(report, "-path");
    if (filter == NULL)
        return wm_fail_at(err, -ENOMEM, "-path", "no memory for the filter");
    filter->is_path = true;
    take_key(filter, "path", strlen("path"));
    int rc = add_expressions(filter, expression, "", err);
    if (rc == 0)
        rc = settle_path(filter, expression, err);
    if (rc == 0) {
        *ret_filter = filter;
        filter = NULL;
    }
    wm_tag_filter_free(filter);
    return rc;
}

void wm_tag_filter_free(struct wm_tag_filter *filter)
{
    if (filter == NULL)
        return;
    for (size_t i = 0; i < filter->expression_count; i++) {
        if (wm_regex_gave_up(filter->expressions[i]))
            wm_text_addf(filter->report->notes, "%s: matching took too long for some labels\n",
                         filter->option);
        wm_regex_free(filter->expressions[i]);
    }
    free(filter->expressions);
    wm_tag_range_done(&filter->range);
    wm_intern_free(filter->labels);
    free(filter->verdicts);
    free(filter->found);
    wm_text_done(&filter->text);
    free(filter);
}

/* ---- Asked about a label ---- */

static bool finds_path_id(const struct wm_tag_filter *filter, const char *name)
{
    const struct wm_paths *paths = filter->report->options->paths;
    char id[ID_BYTES];
    for (size_t i = 0; paths != NULL && i < paths->count; i++) {
        const struct wm_path_row *row = &paths->rows[i];
        if (wm_path_is_closing(row) || strcmp(row->name, name) != 0)
            continue;
        snprintf(id, sizeof(id), "%016" PRIx64, row->id);
        if (wm_regex_finds(filter->expressions[0], id, strlen(id)))
            return true;
    }
    return false;
}

static void ask(struct wm_tag_filter *filter, const struct wm_label *label, unsigned char *verdicts)
{
    const struct wm_profile *profile = filter->report->profile;
    struct wm_text *text = &filter->text;
    wm_text_clear(text);
    if (!filter->has_key) {
        wm_text_add(text, wm_profile_text(profile, label->key));
        wm_text_add(text, ":");
    }
    wm_text_add(text, wm_profile_text(profile, label->string));
    for (size_t i = 0; i < filter->expression_count; i++)
        verdicts[i] = wm_regex_finds(filter->expressions[i], text->data, text->length) ||
                      (filter->is_path && finds_path_id(filter, text->data));
}

/* What each expression says of a label with a text; NULL: no memory. */
static const unsigned char *verdicts_of(struct wm_tag_filter *filter, const struct wm_label *label)
{
    const uint32_t key[2] = {label->key, label->string};
    size_t known = wm_intern_count(filter->labels), count = filter->expression_count;
    int64_t number = wm_intern_bytes(filter->labels, key, sizeof(key));
    if (number < 0)
        return NULL;
    if ((size_t)number < known)
        return filter->verdicts + (size_t)number * count;
    if ((known + 1) * count > filter->verdict_capacity) {
        size_t capacity = 2 * (known + 1) * count;
        unsigned char *verdicts = realloc(filter->verdicts, capacity);
        if (verdicts == NULL)
            return NULL;
        filter->verdicts = verdicts;
        filter->verdict_capacity = capacity;
    }
    ask(filter, label, filter->verdicts + known * count);
    return filter->text.failed ? NULL : filter->verdicts + known * count;
}

static bool concerns(const struct wm_tag_filter *filter, const struct wm_label *label)
{
    bool is_number = label->string == 0;
    return is_number == filter->is_range && (!filter->has_key || label->key == filter->key);
}

static bool range_holds(const struct wm_tag_filter *filter, const struct wm_profile_sample *sample)
{
    const struct wm_label *labels = filter->report->profile->labels + sample->first_label;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        const struct wm_label *label = &labels[i];
        if (concerns(filter, label) &&
            wm_tag_range_holds(&filter->range, label->number,
                               wm_report_label_unit(filter->report, label->key)))
            return true;
    }
    return false;
}

int wm_tag_filter_matches(struct wm_tag_filter *filter, const struct wm_profile_sample *sample)
{
    const struct wm_label *labels = filter->report->profile->labels + sample->first_label;
    size_t found = 0, count = filter->expression_count;
    if (filter->is_range)
        return range_holds(filter, sample);
    memset(filter->found, 0, count * sizeof(filter->found[0]));
    for (uint32_t i = 0; i < sample->label_count; i++) {
        if (!concerns(filter, &labels[i]))
            continue;
        const unsigned char *verdicts = verdicts_of(filter, &labels[i]);
        if (verdicts == NULL)
            return -ENOMEM;
        for (size_t at = 0; at < count; at++) {
            found += verdicts[at] && !filter->found[at];
            filter->found[at] |= verdicts[at] != 0;
        }
    }
    return filter->has_key ? found > 0 : found == count;
}
