/* by.c - which column each sample belongs to. */
#include "profiles/report/by.h"

#include "harness/core/intern.h"
#include "harness/core/units.h"
#include "profiles/report/by_values.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More would be read by nobody, and each costs memory for each function. */
enum { COLUMN_MAX = 40 };

/* ---- Columns ---- */

static int compare_values(const void *a, const void *b)
{
    const struct wm_by_value *left = *(struct wm_by_value *const *)a,
                             *right = *(struct wm_by_value *const *)b;
    double costs[2] = {fabs(left->cost[WM_BY_NEW]), fabs(right->cost[WM_BY_NEW])};
    if (costs[0] != costs[1])
        return costs[0] < costs[1] ? 1 : -1;
    return strcmp(left->name, right->name);
}

static void add_requests(struct wm_by_column *column, const struct wm_by_value *value)
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
static void count_unsampled(struct wm_by_values *values)
{
    struct wm_by *by = values->by;
    const struct wm_report_options *options = by->report->options;
    const char *key, *label;
    char number[WM_UNIT_BYTES];
    size_t count = 0;
    uint64_t requests = 0;
    wm_requests_label(options->requests, 0, &key, &label);
    for (size_t i = 1; label != NULL; wm_requests_label(options->requests, i++, &key, &label)) {
        struct wm_by_value value = {.label = label, .name = label};
        if (strcmp(key, options->by) != 0 ||
            wm_intern_find(values->names, label, strlen(label)) >= 0)
            continue;
        for (int side = 0; side < WM_BY_SIDES; side++)
            value.requests[side] =
                wm_requests_of(options->requests, key, label, (enum wm_requests_side)side);
        if (wm_by_place_of(by, &value) != WM_BY_IN_COLUMN)
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
static void count_all(struct wm_by_values *values)
{
    const struct wm_report_options *options = values->by->report->options;
    bool chosen = options->path != NULL || options->tagfocus != NULL || options->tagignore != NULL;
    if (!values->by->per_request || chosen)
        return;
    if (strcmp(options->by, "segment") == 0)
        count_once(values->by);
    else
        count_unsampled(values);
}

/* Those with the highest cost get columns of their own, the others one together. */
static int make_columns(struct wm_by_values *values)
{
    struct wm_by *by = values->by;
    size_t placed = 0, wanted = by->report->options->by_columns;
    size_t most = wanted > 0 ? wanted : COLUMN_MAX;
    struct wm_by_value **order = calloc(values->count + 1, sizeof(order[0]));
    by->columns = calloc(values->count + 2, sizeof(by->columns[0]));
    if (order == NULL || by->columns == NULL) {
        free(order);
        return -ENOMEM;
    }
    for (size_t i = 0; i < values->count; i++)
        if (values->values[i].place == WM_BY_IN_COLUMN)
            order[placed++] = &values->values[i];
    qsort(order, placed, sizeof(struct wm_by_value *), compare_values);
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
    count_all(values);
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
static int place_samples(struct wm_by_values *values)
{
    struct wm_by *by = values->by;
    struct wm_profile *profile = by->report->profile;
    size_t kept = 0;
    by->column_of = calloc(profile->sample_count + 1, sizeof(by->column_of[0]));
    by->whole = calloc(by->count * WM_BY_SIDES, sizeof(by->whole[0]));
    if (by->column_of == NULL || by->whole == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_by_value *value = &values->values[values->value_of[i]];
        if (value->place != WM_BY_IN_COLUMN && value->place != WM_BY_OVER_ALL)
            continue;
        profile->samples[kept] = profile->samples[i];
        by->column_of[kept] = value->place == WM_BY_OVER_ALL ? WM_BY_SHARED : value->column;
        wm_by_count(by, kept, wm_report_value(by->report, kept), by->whole);
        kept++;
    }
    profile->sample_count = kept;
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

static int find_columns(struct wm_by_values *values)
{
    struct wm_by *by = values->by;
    int rc = make_columns(values);
    if (rc < 0)
        return rc;
    scale_base(by);
    return place_samples(values);
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
    struct wm_by_values values;
    for (size_t i = 0; i < report->profile->sample_count; i++)
        by->compares |= report->profile->samples[i].from_base;
    int rc = wm_by_values_init(&values, by, err);
    if (rc == 0 && (rc = find_columns(&values)) < 0)
        wm_fail(err, rc, "no memory for the columns of -by");
    wm_by_values_done(&values);
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
    free(by->whole);
    free(by->column_of);
    free(by);
}
