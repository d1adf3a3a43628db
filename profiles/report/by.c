/* by.c - which column each sample belongs to. */
#include "profiles/report/by.h"

#include "harness/core/intern.h"
#include "harness/core/units.h"
#include "profiles/report/by_amount.h"
#include "profiles/report/measure.h"
#include "profiles/report/sample_labels.h"
#include "profiles/runs/paths.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More would be read by nobody, and each costs memory for each function. */
enum { COLUMN_MAX = 40, KEYS_SHOWN = 8, LEFT_OUT_SHOWN = 8 };

enum place { IN_COLUMN, SHARED, NO_REQUEST, ONLY_NEW, ONLY_BASE, PLACES };

/* A value of the label. */
struct value {
    const char *label, *name; /* "" and "(no LABEL)" where there is none */
    uint64_t requests[WM_BY_SIDES];
    double cost[WM_BY_SIDES];
    enum place place;
    uint32_t column;
};

struct sorting { /* of samples into values, values into columns */
    struct wm_by *by;
    struct wm_profile *profile;
    struct wm_intern *names;
    struct value *values;
    size_t count;
    uint32_t *value_of; /* per sample */
    uint32_t entry_key;
    bool labelled; /* some sample has the label */
};

static double *cost_of(struct sorting *sorting, size_t sample)
{
    bool base = sorting->profile->samples[sample].from_base;
    return &sorting->values[sorting->value_of[sample]].cost[base ? WM_BY_BASE : WM_BY_NEW];
}

/* ---- The values ---- */

/* A run labels with their entry the samples that are in a request; the others say in `path` what
 * they are. */
static bool is_in_request(const struct sorting *sorting, const struct wm_profile_sample *sample)
{
    const struct wm_label *labels = sorting->profile->labels + sample->first_label;
    if (sorting->by->report->options->requests == NULL)
        return true;
    for (uint32_t i = 0; i < sample->label_count; i++)
        if (labels[i].key == sorting->entry_key)
            return true;
    return false;
}

static int name_samples(struct sorting *sorting, uint32_t key, uint32_t path_key)
{
    const struct wm_report *report = sorting->by->report;
    struct wm_text name;
    int rc = 0;
    wm_text_init(&name);
    for (size_t i = 0; rc == 0 && i < sorting->profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &sorting->profile->samples[i];
        wm_text_clear(&name); /* and so it stays where there is no label, but no label is empty */
        if (is_in_request(sorting, sample))
            sorting->labelled |= wm_sample_label_add_value(report, sample, key, &name);
        else
            (void)wm_sample_label_add_value(report, sample, path_key, &name);
        int64_t number =
            name.failed ? -ENOMEM : wm_intern_bytes(sorting->names, name.data, name.length);
        if (number < 0)
            rc = -ENOMEM;
        else
            sorting->value_of[i] = (uint32_t)number;
    }
    wm_text_done(&name);
    return rc;
}

static int copy_values(struct sorting *sorting)
{
    struct wm_by *by = sorting->by;
    struct wm_text text;
    wm_text_init(&text);
    wm_text_addf(&text, "(no %s)", by->report->options->by);
    const char *unlabelled = wm_arena_copy(&by->arena, text.data, text.length);
    wm_text_done(&text);
    sorting->count = wm_intern_count(sorting->names);
    sorting->values = calloc(sorting->count + 1, sizeof(sorting->values[0]));
    if (sorting->values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < sorting->count; i++) {
        size_t length;
        const char *name = wm_intern_get(sorting->names, (uint32_t)i, &length);
        sorting->values[i].label = wm_arena_copy(&by->arena, name, length);
        sorting->values[i].name = length > 0 ? sorting->values[i].label : unlabelled;
        if (sorting->values[i].name == NULL || sorting->values[i].label == NULL)
            return -ENOMEM;
    }
    return 0;
}

static void sum_values(struct sorting *sorting)
{
    struct wm_profile *profile = sorting->profile;
    for (size_t i = 0; i < profile->sample_count; i++) {
        int64_t *value =
            &profile->values[profile->samples[i].first_value + sorting->by->report->value_type];
        if (profile->samples[i].from_base)
            *value = (int64_t)(0 - (uint64_t)*value);
        *cost_of(sorting, i) += (double)*value;
    }
}

/* ---- Requests ---- */

static void find_requests(struct sorting *sorting)
{
    const struct wm_report_options *options = sorting->by->report->options;
    for (size_t i = 0; options->requests != NULL && i < sorting->count; i++) {
        struct value *value = &sorting->values[i];
        for (int side = 0; side < WM_BY_SIDES; side++)
            value->requests[side] = wm_requests_of(options->requests, options->by, value->label,
                                                   (enum wm_requests_side)side);
        sorting->by->per_request |= value->requests[WM_BY_NEW] > 0;
    }
}

/* What a server does for no one request is part of each, if one wishes. A request that visits
 * several segments is not one to be counted by them. */
static bool is_shared(const struct wm_by *by, const struct value *value)
{
    const struct wm_report_options *options = by->report->options;
    return options->fold_background && strcmp(value->label, WM_PATH_BACKGROUND) == 0 &&
           strcmp(options->by, "segment") != 0;
}

static enum place place_of(const struct wm_by *by, const struct value *value)
{
    bool now = value->requests[WM_BY_NEW] > 0, before = value->requests[WM_BY_BASE] > 0;
    if (!by->per_request)
        return IN_COLUMN;
    if (!now && !before)
        return is_shared(by, value) ? SHARED : NO_REQUEST;
    if (!by->compares)
        return now ? IN_COLUMN : NO_REQUEST;
    return now && before ? IN_COLUMN : now ? ONLY_NEW : ONLY_BASE;
}

static void add_one_left_out(struct wm_by *by, const struct value *value, enum place place)
{
    enum { NAME_COLUMNS = 60 };
    char amount[WM_BY_AMOUNT_BYTES], count[WM_UNIT_BYTES];
    int side = place == ONLY_BASE ? WM_BY_BASE : WM_BY_NEW;
    double cost = value->cost[side];
    wm_text_add_safe(&by->left_out, value->name, strlen(value->name), NAME_COLUMNS);
    if (place == NO_REQUEST || place == SHARED) {
        wm_text_addf(&by->left_out, " %s", wm_by_amount(by->report, cost, amount));
        return;
    }
    uint64_t requests = value->requests[side];
    wm_text_addf(&by->left_out, " %s each (%s)",
                 wm_by_amount(by->report, cost / (double)requests, amount),
                 wm_units_count(requests, count));
}

/* Tells what is in no column of its own, so that nothing is missed. */
static void tell_left_out(struct sorting *sorting)
{
    static const char *const words[PLACES] = {
        [SHARED] = "shared out over the columns by their requests",
        [NO_REQUEST] = "in no request, so in no column",
        [ONLY_NEW] = "new, so not compared",
        [ONLY_BASE] = "gone, so not compared",
    };
    struct wm_by *by = sorting->by;
    for (enum place place = SHARED; place < PLACES; place++) {
        size_t told = 0, more = 0;
        for (size_t i = 0; i < sorting->count; i++) {
            const struct value *value = &sorting->values[i];
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

/* ---- Columns ---- */

static int compare_values(const void *a, const void *b)
{
    const struct value *left = *(struct value *const *)a, *right = *(struct value *const *)b;
    double costs[2] = {fabs(left->cost[WM_BY_NEW]), fabs(right->cost[WM_BY_NEW])};
    if (costs[0] != costs[1])
        return costs[0] < costs[1] ? 1 : -1;
    return strcmp(left->name, right->name);
}

static void add_requests(struct wm_by_column *column, const struct value *value)
{
    for (int side = 0; side < WM_BY_SIDES; side++)
        column->requests[side] += value->requests[side];
}

/* A request visits many segments, but is one request. */
static void count_once(struct wm_by *by)
{
    for (int side = 0; side < WM_BY_SIDES; side++)
        by->columns[0].requests[side] =
            wm_requests_all(by->report->options->requests, (enum wm_requests_side)side);
}

/* Requests without any sample cost next to nothing, but they are requests: without them the cost of
 * one would be told too high. */
static void count_unsampled(struct sorting *sorting)
{
    struct wm_by *by = sorting->by;
    const struct wm_report_options *options = by->report->options;
    const char *key, *label;
    char number[WM_UNIT_BYTES];
    size_t count = 0;
    uint64_t requests = 0;
    wm_requests_label(options->requests, 0, &key, &label);
    for (size_t i = 1; label != NULL; wm_requests_label(options->requests, i++, &key, &label)) {
        struct value value = {.label = label, .name = label};
        if (strcmp(key, options->by) != 0 ||
            wm_intern_find(sorting->names, label, strlen(label)) >= 0)
            continue;
        for (int side = 0; side < WM_BY_SIDES; side++)
            value.requests[side] =
                wm_requests_of(options->requests, key, label, (enum wm_requests_side)side);
        if (place_of(by, &value) != IN_COLUMN)
            continue;
        count++;
        requests += value.requests[WM_BY_NEW];
        add_requests(&by->columns[0], &value);
    }
    if (count > 0)
        wm_text_addf(&by->left_out,
                     "no sample, so no column: %zu %s%s with %s requests, in \"all\"\n", count,
                     options->by, count == 1 ? "" : "s", wm_units_count(requests, number));
}

/* "all" is all requests of the runs, unless samples are chosen by what requests are. */
static void count_all(struct sorting *sorting)
{
    const struct wm_report_options *options = sorting->by->report->options;
    bool chosen = options->path != NULL || options->tagfocus != NULL || options->tagignore != NULL;
    if (!sorting->by->per_request || chosen)
        return;
    if (strcmp(options->by, "segment") == 0)
        count_once(sorting->by);
    else
        count_unsampled(sorting);
}

/* Those with the highest cost get columns of their own, the others one together. */
static int make_columns(struct sorting *sorting)
{
    struct wm_by *by = sorting->by;
    size_t placed = 0, wanted = by->report->options->by_columns;
    size_t most = wanted > 0 ? wanted : COLUMN_MAX;
    struct value **order = calloc(sorting->count + 1, sizeof(order[0]));
    by->columns = calloc(sorting->count + 2, sizeof(by->columns[0]));
    if (order == NULL || by->columns == NULL) {
        free(order);
        return -ENOMEM;
    }
    for (size_t i = 0; i < sorting->count; i++)
        if (sorting->values[i].place == IN_COLUMN)
            order[placed++] = &sorting->values[i];
    qsort(order, placed, sizeof(struct value *), compare_values);
    by->columns[0].name = "all";
    by->count = 1;
    for (size_t i = 0; i < placed; i++) {
        if (by->count <= most)
            by->columns[by->count++].name = order[i]->name;
        else
            by->columns[most].name = "(others)";
        order[i]->column = (uint32_t)by->count - 1;
        add_requests(&by->columns[by->count - 1], order[i]);
        add_requests(&by->columns[0], order[i]);
    }
    if (placed > most)
        wm_text_addf(by->report->notes, "-by: %zu values of %s share the column (others)\n",
                     placed - most + 1, by->report->options->by);
    free(order);
    count_all(sorting);
    return 0;
}

static void scale_base(struct wm_by *by)
{
    for (size_t i = 0; i < by->count; i++) {
        struct wm_by_column *column = &by->columns[i];
        bool known = by->per_request && column->requests[WM_BY_BASE] > 0;
        column->scale =
            known ? (double)column->requests[WM_BY_NEW] / (double)column->requests[WM_BY_BASE] : 1;
    }
}

/* Samples in no column go. */
static int place_samples(struct sorting *sorting)
{
    struct wm_by *by = sorting->by;
    struct wm_profile *profile = sorting->profile;
    size_t kept = 0;
    by->column_of = calloc(profile->sample_count + 1, sizeof(by->column_of[0]));
    struct wm_by_sum *whole = calloc(by->count * WM_BY_SIDES, sizeof(whole[0]));
    if (by->column_of == NULL || whole == NULL) {
        free(whole);
        return -ENOMEM;
    }
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct value *value = &sorting->values[sorting->value_of[i]];
        if (value->place != IN_COLUMN && value->place != SHARED)
            continue;
        profile->samples[kept] = profile->samples[i];
        by->column_of[kept] = value->place == SHARED ? WM_BY_SHARED : value->column;
        wm_by_count(by, kept, wm_report_value(by->report, kept), whole);
        kept++;
    }
    profile->sample_count = kept;
    for (size_t i = 0; i < by->count; i++)
        memcpy(by->columns[i].whole, &whole[i * WM_BY_SIDES], sizeof(by->columns[i].whole));
    free(whole);
    return 0;
}

static void add_sample(struct wm_by_sum *sum, double weight, double ticks)
{
    sum->value += weight;
    sum->square += weight * weight / ticks;
}

static double part_of(const struct wm_by *by, int side, size_t column)
{
    double all = (double)by->columns[0].requests[side];
    return all > 0 ? (double)by->columns[column].requests[side] / all : 0;
}

void wm_by_count(const struct wm_by *by, size_t sample, int64_t value, struct wm_by_sum *sums)
{
    const struct wm_profile *profile = by->report->profile;
    const struct wm_profile_sample *from = &profile->samples[sample];
    uint32_t column = by->column_of[sample];
    int side = from->from_base ? WM_BY_BASE : WM_BY_NEW;
    double ticks =
        by->knows_noise ? fabs((double)profile->values[from->first_value + by->ticks_type]) : 1;
    if (ticks < 1)
        ticks = 1;
    if (column != WM_BY_SHARED) {
        double weight = (double)value * (from->from_base ? by->columns[column].scale : 1);
        add_sample(&sums[side], weight, ticks);
        add_sample(&sums[column * WM_BY_SIDES + (size_t)side], weight, ticks);
        return;
    }
    for (size_t at = 0; at < by->count; at++) {
        double scale = from->from_base ? by->columns[at].scale : 1;
        add_sample(&sums[at * WM_BY_SIDES + (size_t)side],
                   (double)value * part_of(by, side, at) * scale, ticks);
    }
}

/* ---- All of it ---- */

/* Profilers that count ticks say so in a type of this name. */
static void find_ticks(struct wm_by *by)
{
    const struct wm_profile *profile = by->report->profile;
    for (size_t i = 0; i < profile->sample_type_count; i++) {
        if (strcmp(wm_profile_text(profile, profile->sample_types[i].type), "samples") != 0)
            continue;
        by->knows_noise = true;
        by->ticks_type = i;
        return;
    }
}

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

static int fail_unlabelled(const struct sorting *sorting, struct wm_error *err)
{
    const struct wm_profile *profile = sorting->profile;
    struct wm_text keys;
    uint32_t seen[KEYS_SHOWN];
    size_t count = 0;
    wm_text_init(&keys);
    for (size_t i = 0; i < profile->sample_count; i++)
        count = see_keys(profile, &profile->samples[i], seen, count);
    bool there = false; /* but only on samples of the harness */
    for (size_t i = 0; i < count; i++) {
        const char *key = wm_profile_text(profile, seen[i]);
        there |= strcmp(key, sorting->by->report->options->by) == 0;
        wm_text_add(&keys, i > 0 ? ", " : "");
        wm_text_add_safe(&keys, key, strlen(key), 40);
    }
    int rc =
        there ? wm_fail_at(err, -EINVAL, "-by", "no sample is in a request")
              : wm_fail_at(err, -EINVAL, "-by", "no sample has the label '%.60s'; labels here: %s",
                           sorting->by->report->options->by, count > 0 ? keys.data : "none");
    wm_text_done(&keys);
    return rc;
}

static int find_columns(struct sorting *sorting, struct wm_error *err)
{
    struct wm_by *by = sorting->by;
    int64_t key = wm_profile_string(sorting->profile, by->report->options->by);
    int64_t path_key = wm_profile_string(sorting->profile, "path");
    int64_t entry_key = wm_profile_string(sorting->profile, "entry");
    sorting->value_of = calloc(sorting->profile->sample_count + 1, sizeof(sorting->value_of[0]));
    bool failed = key < 0 || path_key < 0 || entry_key < 0 || sorting->value_of == NULL;
    int rc = failed ? -ENOMEM : wm_intern_new(&sorting->names);
    sorting->entry_key = (uint32_t)entry_key;
    if (rc == 0)
        rc = name_samples(sorting, (uint32_t)key, (uint32_t)path_key);
    if (rc == 0 && !sorting->labelled)
        return fail_unlabelled(sorting, err);
    if (rc == 0)
        rc = copy_values(sorting);
    if (rc == 0) {
        sum_values(sorting);
        find_requests(sorting);
        for (size_t i = 0; i < sorting->count; i++)
            sorting->values[i].place = place_of(by, &sorting->values[i]);
        tell_left_out(sorting);
        rc = make_columns(sorting);
    }
    if (rc == 0) {
        scale_base(by);
        rc = place_samples(sorting);
    }
    return rc < 0 ? wm_fail(err, rc, "no memory for the columns of -by") : 0;
}

int wm_by_new(struct wm_report *report, struct wm_by **ret_by, struct wm_error *err)
{
    struct wm_by *by = calloc(1, sizeof(*by));
    if (by == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the columns of -by");
    by->report = report;
    wm_arena_init(&by->arena);
    wm_text_init(&by->left_out);
    find_ticks(by);
    struct sorting sorting = {.by = by, .profile = report->profile};
    for (size_t i = 0; i < report->profile->sample_count; i++)
        by->compares |= report->profile->samples[i].from_base;
    int rc = find_columns(&sorting, err);
    wm_intern_free(sorting.names);
    free(sorting.values);
    free(sorting.value_of);
    if (rc < 0) {
        wm_by_free(by);
        return rc;
    }
    *ret_by = by;
    return 0;
}

void wm_by_free(struct wm_by *by)
{
    if (by == NULL)
        return;
    wm_arena_done(&by->arena);
    wm_text_done(&by->left_out);
    free(by->columns);
    free(by->column_of);
    free(by);
}
