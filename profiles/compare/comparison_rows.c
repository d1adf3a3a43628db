/* comparison_rows.c - runs to rows of paths with their lots of values. */
#include "profiles/compare/comparison.h"

#include "profiles/runs/table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const enum wm_requests_side of_side[WM_COMPARED_SIDES] = {
    [WM_BEFORE] = WM_REQUESTS_BASE,
    [WM_AFTER] = WM_REQUESTS_NEW,
};
static const double EXPECTED_CERTAIN = 20;

const struct wm_compared *wm_comparison_add_row(struct wm_comparison *comparison,
                                                struct wm_compared row)
{
    struct wm_compared *rows = wm_table_grow(comparison->rows, comparison->count, sizeof(rows[0]));
    if (rows == NULL)
        return NULL;
    comparison->rows = rows;
    rows[comparison->count] = row;
    return &rows[comparison->count++];
}

int wm_comparison_add_missing(struct wm_comparison *comparison, int side, struct wm_missing one)
{
    struct wm_missing *missing = wm_table_grow(comparison->missing[side],
                                               comparison->missing_count[side], sizeof(missing[0]));
    if (missing == NULL)
        return -ENOMEM;
    comparison->missing[side] = missing;
    missing[comparison->missing_count[side]++] = one;
    return 0;
}

int wm_comparison_add_missing_kinds(struct wm_comparison *comparison,
                                    const struct wm_comparison_input *input)
{
    const struct wm_set *const *sets = input->sets;
    int rc = 0;
    for (int side = 0; rc == 0 && side < WM_COMPARED_SIDES; side++) {
        if (sets[side]->run_count == 0 && sets[1 - side]->run_count > 0)
            rc = wm_comparison_add_missing(comparison, side, (struct wm_missing){"all runs", true});
        if (rc == 0 && sets[side]->bench == NULL && sets[1 - side]->bench != NULL)
            rc = wm_comparison_add_missing(comparison, side,
                                           (struct wm_missing){"all benchmarks", true});
    }
    return rc;
}

/* ---- Paths ---- */

/* The value of a request; false: it was not measured. */
typedef bool measure_fn(const struct wm_run *run, const struct wm_path_row *row, double *ret_value);

static bool cpu_of(const struct wm_run *run, const struct wm_path_row *row, double *ret_value)
{
    *ret_value = (double)row->cpu_ns / (double)row->requests;
    return run->hz > 0;
}

static bool p50_of(const struct wm_run *run, const struct wm_path_row *row, double *ret_value)
{
    (void)run;
    *ret_value = (double)row->p50_ns;
    return row->has_latency;
}

static bool p99_of(const struct wm_run *run, const struct wm_path_row *row, double *ret_value)
{
    (void)run;
    *ret_value = (double)row->p99_ns;
    return row->has_latency;
}

static bool allocs_of(const struct wm_run *run, const struct wm_path_row *row, double *ret_value)
{
    (void)run;
    *ret_value = (double)row->allocs / (double)row->requests;
    return row->has_allocs;
}

/* A check does not look at p99, which other programs on the machine make as much as the app. */
static const struct measure {
    const char *unit;
    enum wm_amount amount;
    measure_fn *get;
    double beyond; /* the part of requests that lies beyond; 0: it is no quantile */
    bool judged, has_speed, sets_speed;
} measures[] = {
    {WM_COMPARED_CPU,  WM_AMOUNT_NS,    cpu_of,    0,    true,  true,  false},
    {"p50",            WM_AMOUNT_NS,    p50_of,    0.5,  true,  true,  true },
    {"p99",            WM_AMOUNT_NS,    p99_of,    0.01, false, false, false},
    {"allocs/request", WM_AMOUNT_COUNT, allocs_of, 0,    true,  false, false},
};

enum { MEASURE_COUNT = sizeof(measures) / sizeof(measures[0]) };

static const struct wm_path_row *find_path(const struct wm_run *run, uint64_t id)
{
    for (size_t i = 0; i < run->paths->count; i++)
        if (run->paths->rows[i].id == id && !wm_path_is_closing(&run->paths->rows[i]))
            return &run->paths->rows[i];
    return NULL;
}

/* What a run's value rests on. */
static double basis_of(const struct measure *measure, const struct wm_path_row *row)
{
    if (measure->get == cpu_of)
        return (double)row->samples;
    return measure->beyond > 0 ? measure->beyond * (double)row->requests : (double)INFINITY;
}

/* The values of a side's runs. */
static int collect_runs(struct wm_comparison *comparison, const struct wm_set *set, uint64_t id,
                        const struct measure *measure, int side, struct wm_compared *compared)
{
    double *values = wm_arena_alloc(&comparison->arena, (set->run_count + 1) * sizeof(values[0]));
    double requests = 0;
    size_t count = 0;
    if (values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < set->run_count; i++) {
        const struct wm_path_row *row = find_path(set->runs[i], id);
        if (row == NULL || row->requests == 0 || !measure->get(set->runs[i], row, &values[count]))
            continue;
        requests += (double)row->requests;
        compared->fewest = fmin(compared->fewest, basis_of(measure, row));
        count++;
    }
    compared->own[side] = values;
    compared->lots[side] = (struct wm_lot){values, count};
    compared->per_run[side] = count > 0 ? requests / (double)count : 0;
    return 0;
}

static const struct wm_sampled *find_sampled(const struct wm_comparison_input *input,
                                             const char *path)
{
    for (size_t i = 0; i < input->sampled_count; i++)
        if (strcmp(input->sampled[i].path, path) == 0)
            return &input->sampled[i];
    return NULL;
}

static int add_path(struct wm_comparison *comparison, const struct wm_comparison_input *input,
                    const struct wm_path_row *path)
{
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        const struct measure *measure = &measures[i];
        const struct wm_sampled *sampled =
            measure->get == cpu_of ? find_sampled(input, path->name) : NULL;
        struct wm_compared row = {.subject = path->name,
                                  .unit = measure->unit,
                                  .amount = measure->amount,
                                  .of_path = true,
                                  .judged = measure->judged,
                                  .counted = measure->amount == WM_AMOUNT_COUNT,
                                  .has_speed = measure->has_speed,
                                  .sets_speed = measure->sets_speed,
                                  .fewest = (double)INFINITY};
        if (sampled != NULL)
            row.sampling = *sampled;
        for (int side = 0; side < WM_COMPARED_SIDES; side++) {
            int rc = collect_runs(comparison, input->sets[side], path->id, measure, side, &row);
            if (rc < 0)
                return rc;
        }
        if (row.lots[WM_BEFORE].count > 0 && row.lots[WM_AFTER].count > 0 &&
            wm_comparison_add_row(comparison, row) == NULL)
            return -ENOMEM;
    }
    return 0;
}

static int compare_paths(const void *a, const void *b)
{
    const struct wm_path_row *left = *(const struct wm_path_row *const *)a;
    const struct wm_path_row *right = *(const struct wm_path_row *const *)b;
    if (left->cpu_ns != right->cpu_ns)
        return left->cpu_ns < right->cpu_ns ? 1 : -1;
    return strcmp(left->name, right->name);
}

/* The side without requests of this path; WM_COMPARED_SIDES: both have some. */
static int lacking_side(const struct wm_requests *requests, const char *path)
{
    int side = 0;
    while (side < WM_COMPARED_SIDES && wm_requests_of(requests, "path", path, of_side[side]) > 0)
        side++;
    return side;
}

/* How many requests the side would have had, by the share that the other has. By chance there are
 * none of twenty in one of 5e8 comparisons. */
static bool is_certain(const struct wm_requests *requests, const char *path, int lacking)
{
    enum wm_requests_side here = of_side[lacking], there = of_side[1 - lacking];
    double all = (double)wm_requests_all(requests, there);
    double share = (double)wm_requests_of(requests, "path", path, there) / all;
    return share * (double)wm_requests_all(requests, here) >= EXPECTED_CERTAIN;
}

/* The row, or what one side lacks, and then its entry point. */
static int add_or_miss(struct wm_comparison *comparison, const struct wm_comparison_input *input,
                       const struct wm_path_row *path, struct wm_intern *entries)
{
    int side = lacking_side(input->requests, path->name);
    if (side == WM_COMPARED_SIDES)
        return add_path(comparison, input, path);
    struct wm_missing one = {path->name, is_certain(input->requests, path->name, side)};
    if (one.certain && wm_intern_string(entries, path->entry) < 0)
        return -ENOMEM;
    return wm_comparison_add_missing(comparison, side, one);
}

int wm_comparison_add_paths(struct wm_comparison *comparison,
                            const struct wm_comparison_input *input)
{
    struct wm_intern *entries = NULL;
    const struct wm_paths *paths = wm_requests_paths(input->requests);
    const struct wm_path_row **order = calloc(paths->count + 1, sizeof(order[0]));
    int rc = order == NULL ? -ENOMEM : wm_intern_new(&entries);
    for (size_t i = 0; rc == 0 && i < paths->count; i++)
        order[i] = &paths->rows[i];
    if (rc == 0)
        qsort(order, paths->count, sizeof(order[0]), compare_paths);
    for (size_t i = 0; rc == 0 && i < paths->count; i++)
        rc = add_or_miss(comparison, input, order[i], entries);
    if (rc == 0)
        rc = wm_comparison_add_entries(comparison, input, entries);
    if (rc == 0)
        rc = wm_comparison_add_background(comparison, input);
    wm_intern_free(entries);
    free(order);
    return rc;
}
