/* comparison_rows.c - runs and benchmark lines to rows with their lots of values. */
#include "profiles/compare/comparison.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct wm_compared *add_row(struct wm_comparison *comparison, struct wm_compared row)
{
    struct wm_compared *rows =
        reallocarray(comparison->rows, comparison->count + 1, sizeof(rows[0]));
    if (rows == NULL)
        return NULL;
    comparison->rows = rows;
    rows[comparison->count] = row;
    return &rows[comparison->count++];
}

/* `side` lacks the subject. */
static int add_missing(struct wm_comparison *comparison, int side, const char *subject)
{
    const char **missing = reallocarray((void *)comparison->missing[side],
                                        comparison->missing_count[side] + 1, sizeof(missing[0]));
    if (missing == NULL)
        return -ENOMEM;
    comparison->missing[side] = missing;
    missing[comparison->missing_count[side]++] = subject;
    return 0;
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
    bool judged, has_speed, sets_speed;
} measures[] = {
    {"CPU/request",    WM_AMOUNT_NS,    cpu_of,    true,  true,  false},
    {"p50",            WM_AMOUNT_NS,    p50_of,    true,  true,  true },
    {"p99",            WM_AMOUNT_NS,    p99_of,    false, false, false},
    {"allocs/request", WM_AMOUNT_COUNT, allocs_of, true,  false, false},
};

enum { MEASURE_COUNT = sizeof(measures) / sizeof(measures[0]) };

static const struct wm_path_row *find_path(const struct wm_run *run, uint64_t id)
{
    for (size_t i = 0; i < run->paths->count; i++)
        if (run->paths->rows[i].id == id && !wm_path_is_closing(&run->paths->rows[i]))
            return &run->paths->rows[i];
    return NULL;
}

static int collect_runs(struct wm_comparison *comparison, const struct wm_set *set, uint64_t id,
                        const struct measure *measure, double **ret_values, size_t *ret_count)
{
    double *values = wm_arena_alloc(&comparison->arena, (set->run_count + 1) * sizeof(values[0]));
    size_t count = 0;
    if (values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < set->run_count; i++) {
        const struct wm_path_row *row = find_path(set->runs[i], id);
        if (row != NULL && row->requests > 0)
            count += measure->get(set->runs[i], row, &values[count]);
    }
    *ret_values = values;
    *ret_count = count;
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
                                  .sets_speed = measure->sets_speed};
        if (sampled != NULL)
            row.sampling = *sampled;
        for (int side = 0; side < WM_COMPARED_SIDES; side++) {
            size_t count;
            int rc = collect_runs(comparison, input->sets[side], path->id, measure, &row.own[side],
                                  &count);
            if (rc < 0)
                return rc;
            row.lots[side] = (struct wm_lot){row.own[side], count};
        }
        if (row.lots[WM_BEFORE].count > 0 && row.lots[WM_AFTER].count > 0 &&
            add_row(comparison, row) == NULL)
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

int wm_comparison_add_paths(struct wm_comparison *comparison,
                            const struct wm_comparison_input *input)
{
    static const enum wm_requests_side sides[WM_COMPARED_SIDES] = {
        [WM_BEFORE] = WM_REQUESTS_BASE,
        [WM_AFTER] = WM_REQUESTS_NEW,
    };
    const struct wm_paths *paths = wm_requests_paths(input->requests);
    const struct wm_path_row **order = calloc(paths->count + 1, sizeof(order[0]));
    int rc = order == NULL ? -ENOMEM : 0;
    for (size_t i = 0; rc == 0 && i < paths->count; i++)
        order[i] = &paths->rows[i];
    if (rc == 0)
        qsort(order, paths->count, sizeof(order[0]), compare_paths);
    for (size_t i = 0; rc == 0 && i < paths->count; i++) {
        const char *name = order[i]->name;
        int side = 0;
        while (side < WM_COMPARED_SIDES &&
               wm_requests_of(input->requests, "path", name, sides[side]) > 0)
            side++;
        rc = side < WM_COMPARED_SIDES ? add_missing(comparison, side, name)
                                      : add_path(comparison, input, order[i]);
    }
    free(order);
    return rc;
}

/* ---- Benchmarks ---- */

/* The same benchmark and unit. Packages tell benchmarks of one name apart. */
static bool is_same(const struct wm_bench_result *left, const struct wm_bench_result *right)
{
    return strcmp(left->name, right->name) == 0 && strcmp(left->package, right->package) == 0;
}

static int collect_lines(struct wm_comparison *comparison, const struct wm_benchfile *file,
                         const struct wm_bench_result *like, const char *unit,
                         struct wm_lot *ret_lot)
{
    double *values = wm_arena_alloc(&comparison->arena, (file->result_count + 1) * sizeof(*values));
    size_t count = 0;
    if (values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < file->result_count; i++) {
        const struct wm_bench_result *result = &file->results[i];
        for (size_t m = 0; is_same(result, like) && m < result->measure_count; m++) {
            if (strcmp(result->measures[m].unit, unit) != 0)
                continue;
            values[count++] = result->measures[m].value;
            break;
        }
    }
    *ret_lot = (struct wm_lot){values, count};
    return 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Whose own metrics these are says only their unit: so much for each operation is a cost, so much
 * in a second is none, and of anything else a check cannot tell which way is worse. */
static struct wm_compared row_of(const char *subject, const char *unit)
{
    return (struct wm_compared){
        .subject = subject,
        .unit = unit,
        .amount = ends_with(unit, "ns/op")    ? WM_AMOUNT_NS
                  : strcmp(unit, "B/op") == 0 ? WM_AMOUNT_BYTES
                                              : WM_AMOUNT_COUNT,
        .counted = strcmp(unit, "B/op") == 0 || strcmp(unit, "allocs/op") == 0,
        .judged = ends_with(unit, "/op") || ends_with(unit, "/s"),
        .more_is_better = ends_with(unit, "/s"),
    };
}

static int add_measure(struct wm_comparison *comparison, const struct wm_comparison_input *input,
                       const struct wm_bench_result *result, const char *subject, const char *unit)
{
    struct wm_compared row = row_of(subject, unit);
    for (int side = 0; side < WM_COMPARED_SIDES; side++) {
        int rc = collect_lines(comparison, input->sets[side]->bench, result, unit, &row.lots[side]);
        if (rc < 0)
            return rc;
    }
    if (row.lots[WM_BEFORE].count == 0 || row.lots[WM_AFTER].count == 0)
        return 0;
    return add_row(comparison, row) != NULL ? 0 : -ENOMEM;
}

static const struct wm_bench_result *first_of(const struct wm_benchfile *file,
                                              const struct wm_bench_result *like)
{
    for (size_t i = 0; i < file->result_count; i++)
        if (is_same(&file->results[i], like))
            return &file->results[i];
    return NULL;
}

/* A benchmark of one side, and its rows where the other has it too; these are added with the first
 * side's. */
static int add_benchmark(struct wm_comparison *comparison, const struct wm_comparison_input *input,
                         int side, const struct wm_bench_result *result)
{
    const struct wm_benchfile *file = input->sets[side]->bench;
    const struct wm_benchfile *other = input->sets[1 - side]->bench;
    bool has_namesake =
        wm_benchfile_has_namesake(file, result) || wm_benchfile_has_namesake(other, result);
    const char *subject = wm_bench_title(result, has_namesake, &comparison->arena);
    int rc = 0;
    if (subject == NULL)
        return -ENOMEM;
    if (first_of(other, result) == NULL)
        return add_missing(comparison, 1 - side, subject);
    for (size_t i = 0; rc == 0 && side == WM_BEFORE && i < result->measure_count; i++)
        rc = add_measure(comparison, input, result, subject, result->measures[i].unit);
    return rc;
}

int wm_comparison_add_bench(struct wm_comparison *comparison,
                            const struct wm_comparison_input *input)
{
    int rc = 0;
    for (int side = 0; rc == 0 && side < WM_COMPARED_SIDES; side++) {
        const struct wm_benchfile *file = input->sets[side]->bench;
        for (size_t i = 0; rc == 0 && i < file->result_count; i++)
            if (first_of(file, &file->results[i]) == &file->results[i])
                rc = add_benchmark(comparison, input, side, &file->results[i]);
    }
    return rc;
}
