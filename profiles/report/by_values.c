/* by_values.c - the values of -by's label. */
#include "profiles/report/by_values.h"

#include "harness/core/intern.h"
#include "harness/core/units.h"
#include "profiles/report/by_amount.h"
#include "profiles/report/sample_labels.h"
#include "profiles/runs/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_SHOWN = 8, LEFT_OUT_SHOWN = 8 };

static double *cost_of(struct wm_by_values *values, size_t sample)
{
    bool base = values->by->report->profile->samples[sample].from_base;
    return &values->values[values->value_of[sample]].cost[base ? WM_BY_BASE : WM_BY_NEW];
}

/* ---- The values ---- */

/* A run labels with their entry the samples that are in a request; the others say in `path` what
 * they are. */
static bool is_in_request(const struct wm_by_values *values, const struct wm_profile_sample *sample)
{
    const struct wm_label *labels = values->by->report->profile->labels + sample->first_label;
    if (values->by->report->options->requests == NULL)
        return true;
    for (uint32_t i = 0; i < sample->label_count; i++)
        if (labels[i].key == values->entry_key)
            return true;
    return false;
}

static int name_samples(struct wm_by_values *values, uint32_t key, uint32_t path_key)
{
    const struct wm_report *report = values->by->report;
    struct wm_text name;
    int rc = 0;
    wm_text_init(&name);
    for (size_t i = 0; rc == 0 && i < values->by->report->profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &values->by->report->profile->samples[i];
        wm_text_clear(&name); /* and so it stays where there is no label, but no label is empty */
        if (is_in_request(values, sample))
            values->labelled |= wm_sample_label_add_value(report, sample, key, &name);
        else
            (void)wm_sample_label_add_value(report, sample, path_key, &name);
        int64_t number =
            name.failed ? -ENOMEM : wm_intern_bytes(values->names, name.data, name.length);
        if (number < 0)
            rc = -ENOMEM;
        else
            values->value_of[i] = (uint32_t)number;
    }
    wm_text_done(&name);
    return rc;
}

static int copy_values(struct wm_by_values *values)
{
    struct wm_by *by = values->by;
    struct wm_text text;
    wm_text_init(&text);
    wm_text_addf(&text, "(no %s)", by->report->options->by);
    const char *unlabelled = wm_arena_copy(&by->arena, text.data, text.length);
    wm_text_done(&text);
    values->count = wm_intern_count(values->names);
    values->values = calloc(values->count + 1, sizeof(values->values[0]));
    if (values->values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < values->count; i++) {
        size_t length;
        const char *name = wm_intern_get(values->names, (uint32_t)i, &length);
        values->values[i].label = wm_arena_copy(&by->arena, name, length);
        values->values[i].name = length > 0 ? values->values[i].label : unlabelled;
        if (values->values[i].name == NULL || values->values[i].label == NULL)
            return -ENOMEM;
    }
    return 0;
}

static void sum_values(struct wm_by_values *values)
{
    struct wm_profile *profile = values->by->report->profile;
    for (size_t i = 0; i < profile->sample_count; i++) {
        int64_t *value =
            &profile->values[profile->samples[i].first_value + values->by->report->value_type];
        if (profile->samples[i].from_base)
            *value = (int64_t)(0 - (uint64_t)*value);
        *cost_of(values, i) += (double)*value;
    }
}

/* ---- Requests ---- */

static void find_requests(struct wm_by_values *values)
{
    const struct wm_report_options *options = values->by->report->options;
    for (size_t i = 0; options->requests != NULL && i < values->count; i++) {
        struct wm_by_value *value = &values->values[i];
        for (int side = 0; side < WM_BY_SIDES; side++)
            value->requests[side] = wm_requests_of(options->requests, options->by, value->label,
                                                   (enum wm_requests_side)side);
        values->by->per_request |= value->requests[WM_BY_NEW] > 0;
    }
}

/* What a server does for no one request is part of each, if one wishes. A request that visits
 * several segments is not one to be counted by them. */
static bool is_shared(const struct wm_by *by, const struct wm_by_value *value)
{
    const struct wm_report_options *options = by->report->options;
    return options->fold_background && strcmp(value->label, WM_PATH_BACKGROUND) == 0 &&
           strcmp(options->by, "segment") != 0;
}

enum wm_by_place wm_by_place_of(const struct wm_by *by, const struct wm_by_value *value)
{
    bool now = value->requests[WM_BY_NEW] > 0, before = value->requests[WM_BY_BASE] > 0;
    if (!by->per_request)
        return WM_BY_IN_COLUMN;
    if (!now && !before)
        return is_shared(by, value) ? WM_BY_OVER_ALL : WM_BY_NO_REQUEST;
    if (!by->compares)
        return now ? WM_BY_IN_COLUMN : WM_BY_NO_REQUEST;
    return now && before ? WM_BY_IN_COLUMN : now ? WM_BY_ONLY_NEW : WM_BY_ONLY_BASE;
}

static void add_one_left_out(struct wm_by *by, const struct wm_by_value *value,
                             enum wm_by_place place)
{
    enum { NAME_COLUMNS = 60 };
    char amount[WM_BY_AMOUNT_BYTES], count[WM_UNIT_BYTES];
    int side = place == WM_BY_ONLY_BASE ? WM_BY_BASE : WM_BY_NEW;
    double cost = value->cost[side];
    wm_text_add_safe(&by->left_out, value->name, strlen(value->name), NAME_COLUMNS);
    if (place == WM_BY_NO_REQUEST || place == WM_BY_OVER_ALL) {
        wm_text_addf(&by->left_out, " %s", wm_by_amount(by->report, cost, amount));
        return;
    }
    uint64_t requests = value->requests[side];
    wm_text_addf(&by->left_out, " %s each (%s)",
                 wm_by_amount(by->report, cost / (double)requests, amount),
                 wm_units_count(requests, count));
}

/* Tells what is in no column of its own, so that nothing is missed. */
static void tell_left_out(struct wm_by_values *values)
{
    static const char *const words[WM_BY_PLACES] = {
        [WM_BY_OVER_ALL] = "shared out over the columns by their requests",
        [WM_BY_NO_REQUEST] = "in no request, so in no column",
        [WM_BY_ONLY_NEW] = "new, so not compared",
        [WM_BY_ONLY_BASE] = "gone, so not compared",
    };
    struct wm_by *by = values->by;
    for (enum wm_by_place place = WM_BY_OVER_ALL; place < WM_BY_PLACES; place++) {
        size_t told = 0, more = 0;
        for (size_t i = 0; i < values->count; i++) {
            const struct wm_by_value *value = &values->values[i];
            if (value->place != place)
                continue;
            if (told == LEFT_OUT_SHOWN) {
                more++;
                continue;
            }
            if (told++ == 0)
                wm_text_addf(&by->left_out, "%s: ", words[place]);
            else
                wm_text_add(&by->left_out, ", ");
            add_one_left_out(by, value, place);
        }
        if (more > 0)
            wm_text_addf(&by->left_out, ", and %zu more", more);
        if (told > 0)
            wm_text_add(&by->left_out, "\n");
    }
}

/* ---- All of them ---- */

/* The keys of a sample's labels behind the `count` that were seen; how many there are then. */
static size_t see_keys(const struct wm_profile *profile, const struct wm_profile_sample *sample,
                       uint32_t seen[KEYS_SHOWN], size_t count)
{
    for (uint32_t i = 0; i < sample->label_count && count < KEYS_SHOWN; i++) {
        uint32_t key = profile->labels[sample->first_label + i].key;
        size_t at = 0;
        while (at < count && seen[at] != key)
            at++;
        if (at == count)
            seen[count++] = key;
    }
    return count;
}

static int fail_unlabelled(const struct wm_by_values *values, struct wm_error *err)
{
    const struct wm_profile *profile = values->by->report->profile;
    struct wm_text keys;
    uint32_t seen[KEYS_SHOWN];
    size_t count = 0;
    wm_text_init(&keys);
    for (size_t i = 0; i < profile->sample_count; i++)
        count = see_keys(profile, &profile->samples[i], seen, count);
    bool there = false; /* but only on samples of the harness */
    for (size_t i = 0; i < count; i++) {
        const char *key = wm_profile_text(profile, seen[i]);
        there |= strcmp(key, values->by->report->options->by) == 0;
        wm_text_add(&keys, i > 0 ? ", " : "");
        wm_text_add_safe(&keys, key, strlen(key), 40);
    }
    int rc =
        there ? wm_fail_at(err, -EINVAL, "-by", "no sample is in a request")
              : wm_fail_at(err, -EINVAL, "-by", "no sample has the label '%.60s'; labels here: %s",
                           values->by->report->options->by, count > 0 ? keys.data : "none");
    wm_text_done(&keys);
    return rc;
}

int wm_by_values_init(struct wm_by_values *values, struct wm_by *by, struct wm_error *err)
{
    struct wm_profile *profile = by->report->profile;
    *values = (struct wm_by_values){.by = by};
    int64_t key = wm_profile_string(profile, by->report->options->by);
    int64_t path_key = wm_profile_string(profile, "path");
    int64_t entry_key = wm_profile_string(profile, "entry");
    values->value_of = calloc(profile->sample_count + 1, sizeof(values->value_of[0]));
    bool failed = key < 0 || path_key < 0 || entry_key < 0 || values->value_of == NULL;
    int rc = failed ? -ENOMEM : wm_intern_new(&values->names);
    values->entry_key = (uint32_t)entry_key;
    if (rc == 0)
        rc = name_samples(values, (uint32_t)key, (uint32_t)path_key);
    if (rc == 0 && !values->labelled)
        return fail_unlabelled(values, err);
    if (rc == 0)
        rc = copy_values(values);
    if (rc < 0)
        return wm_fail(err, rc, "no memory for the columns of -by");
    sum_values(values);
    find_requests(values);
    for (size_t i = 0; i < values->count; i++)
        values->values[i].place = wm_by_place_of(by, &values->values[i]);
    tell_left_out(values);
    return 0;
}

void wm_by_values_done(struct wm_by_values *values)
{
    wm_intern_free(values->names);
    free(values->values);
    free(values->value_of);
    *values = (struct wm_by_values){.by = NULL};
}
