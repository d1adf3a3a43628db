/* moved.c - the sums of -by=path, function by function and line by line, as a list of changes. */
#include "profiles/report/moved.h"

#include "profiles/report/by_noise.h"
#include "profiles/views/cost.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double DRIFT_MAX = 0.1;

static const char *copy(struct wm_moves *moves, const char *string)
{
    return wm_arena_copy(&moves->arena, string, strlen(string));
}

/* ---- Paths ---- */

static void cost_of(const struct wm_by *by, size_t at, const struct wm_by_sum *row,
                    double cost[WM_COMPARED_SIDES], double variance[WM_COMPARED_SIDES])
{
    double variances[WM_BY_SIDES];
    static const int by_side[WM_COMPARED_SIDES] = {
        [WM_BEFORE] = WM_BY_BASE,
        [WM_AFTER] = WM_BY_NEW,
    };
    double requests = (double)by->columns[at].requests[WM_BY_NEW];
    wm_by_variances(by, row, at, variances);
    for (int side = 0; side < WM_COMPARED_SIDES; side++) {
        cost[side] = row[at * WM_BY_SIDES + (size_t)by_side[side]].value / requests;
        variance[side] = variances[by_side[side]] / (requests * requests);
    }
}

/* The columns but the first, which is all of them together. */
static int take_paths(struct wm_moves *moves, const struct wm_by *by)
{
    moves->paths = calloc(by->count + 1, sizeof(moves->paths[0]));
    if (moves->paths == NULL)
        return -ENOMEM;
    for (size_t i = 1; i < by->count; i++) {
        struct wm_sampled *path = &moves->paths[moves->path_count++];
        path->path = copy(moves, by->columns[i].name);
        if (path->path == NULL)
            return -ENOMEM;
        cost_of(by, i, by->whole, path->cost, path->variance);
    }
    return 0;
}

/* ---- Functions and lines ---- */

static double change_of(const struct wm_moved *row)
{
    return row->cost[WM_AFTER] - row->cost[WM_BEFORE];
}

/* Whether the change is none of noise, and one against the median function too: a machine that was
 * a little slower moves all of them. More than a little is no machine's doing, and is told of all.
 */
static bool is_evident(const struct wm_moves *moves, const struct wm_by *by,
                       const struct wm_by_sum *row, size_t column)
{
    bool drifts = fabs(moves->common_ratio - 1) <= DRIFT_MAX;
    return wm_by_is_evident(by, row, column, 1) &&
           (!drifts || wm_by_is_evident(by, row, column, moves->common_ratio));
}

/* Keeps the row where it is one of the `count` largest changes so far. */
static void keep_largest(struct wm_moved *rows, size_t *count, const struct wm_moved *row)
{
    size_t at = *count;
    while (at > 0 && fabs(change_of(&rows[at - 1])) < fabs(change_of(row)))
        at--;
    if (at == WM_MOVED_MAX)
        return;
    if (*count < WM_MOVED_MAX)
        ++*count;
    memmove(&rows[at + 1], &rows[at], (*count - at - 1) * sizeof(rows[0]));
    rows[at] = *row;
}

static int take_column(struct wm_moves *moves, const struct wm_by *by, size_t column,
                       const struct wm_by_sums *sums, const struct wm_graph *graph)
{
    struct wm_moved *rows = moves->rows + moves->count;
    size_t count = 0;
    for (size_t i = 0; i < graph->order_count; i++) {
        uint32_t node = graph->order[i];
        const struct wm_by_sum *self = sums->self + node * sums->stride;
        double variance[WM_COMPARED_SIDES];
        struct wm_moved row = {
            .path = moves->paths[column - 1].path,
            .place = graph->nodes[node].label,
        };
        cost_of(by, column, self, row.cost, variance);
        row.deviation = sqrt(variance[WM_BEFORE] + variance[WM_AFTER]);
        row.evident = is_evident(moves, by, self, column);
        if (change_of(&row) < 0 || change_of(&row) > 0)
            keep_largest(rows, &count, &row);
    }
    for (size_t i = 0; i < count; i++) {
        rows[i].place = copy(moves, rows[i].place);
        if (rows[i].place == NULL)
            return -ENOMEM;
    }
    moves->count += count;
    return 0;
}

/* ---- The median function ---- */

/* A function in a path: how much more it costs, and how much that counts. */
struct cell {
    double ratio, weight;
};

static int compare_cells(const void *a, const void *b)
{
    const struct cell *left = a, *right = b;
    return (left->ratio > right->ratio) - (left->ratio < right->ratio);
}

static double median_of(struct cell *cells, size_t count)
{
    double all = 0, passed = 0;
    qsort(cells, count, sizeof(cells[0]), compare_cells);
    for (size_t i = 0; i < count; i++)
        all += cells[i].weight;
    for (size_t i = 0; i < count; i++) {
        passed += cells[i].weight;
        if (passed >= all / 2)
            return cells[i].ratio;
    }
    return 0;
}

/* Of so few samples a ratio says nothing. */
static bool is_vague(const struct wm_by_sum *sum)
{
    return sum->value * sum->value < WM_COST_SAMPLES_MIN * sum->square || !(sum->value > 0);
}

static int find_common_ratio(struct wm_moves *moves, const struct wm_by *by,
                             const struct wm_by_sums *sums, const struct wm_graph *graph)
{
    struct cell *cells = calloc(graph->order_count * by->count + 1, sizeof(cells[0]));
    size_t count = 0;
    if (cells == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->order_count; i++) {
        for (size_t column = 1; column < by->count; column++) {
            const struct wm_by_sum *self =
                sums->self + graph->order[i] * sums->stride + column * WM_BY_SIDES;
            if (is_vague(&self[WM_BY_NEW]) || is_vague(&self[WM_BY_BASE]))
                continue;
            cells[count++] = (struct cell){self[WM_BY_NEW].value / self[WM_BY_BASE].value,
                                           self[WM_BY_BASE].value};
        }
    }
    moves->common_ratio = median_of(cells, count);
    free(cells);
    return 0;
}

static int take_rows(struct wm_moves *moves, const struct wm_by *by,
                     enum wm_granularity granularity, struct wm_error *err)
{
    static const struct wm_graph_wish wish = {.edges = WM_EDGES_NONE};
    struct wm_report_options options = *by->report->options;
    struct wm_report report = *by->report;
    struct wm_graph *graph = NULL;
    struct wm_by_sums sums = {.stride = 0};
    options.granularity = granularity;
    report.options = &options;
    int rc = wm_graph_new(&report, &wish, &graph, err);
    if (rc == 0 && graph != NULL)
        rc = wm_by_sums_init(&sums, by, graph, false);
    if (rc == 0 && graph != NULL && granularity == WM_BY_FUNCTIONS)
        rc = find_common_ratio(moves, by, &sums, graph);
    size_t first = moves->count;
    for (size_t column = 1; rc == 0 && graph != NULL && column < by->count; column++)
        rc = take_column(moves, by, column, &sums, graph);
    for (size_t i = first; i < moves->count; i++)
        moves->rows[i].is_line = granularity == WM_BY_LINES;
    wm_by_sums_done(&sums);
    wm_graph_free(graph);
    return rc;
}

static int take_all(struct wm_report *report, void *user, struct wm_error *err)
{
    struct wm_moves *moves = user;
    struct wm_by *by = NULL;
    int rc = wm_by_new(report, &by, err);
    if (rc < 0)
        return rc;
    moves->rows = calloc(2 * WM_MOVED_MAX * by->count + 1, sizeof(moves->rows[0]));
    moves->is_partial = by->count > WM_MOVES_PATH_MAX;
    rc = moves->rows == NULL ? -ENOMEM : take_paths(moves, by);
    if (rc == 0)
        rc = take_rows(moves, by, WM_BY_FUNCTIONS, err);
    if (rc == 0)
        rc = take_rows(moves, by, WM_BY_LINES, err);
    wm_by_free(by);
    return rc < 0 ? wm_fail(err, rc, "no memory for what moved") : 0;
}

int wm_moves_find(struct wm_profile *profile, const struct wm_requests *requests,
                  struct wm_moves **ret_moves, struct wm_error *err)
{
    struct wm_report_options options;
    struct wm_text notes;
    struct wm_moves *moves = calloc(1, sizeof(*moves));
    if (moves == NULL)
        return wm_fail(err, -ENOMEM, "no memory for what moved");
    wm_arena_init(&moves->arena);
    wm_text_init(&notes);
    wm_report_options_init(&options);
    options.view = "top";
    options.sample_index = "cpu";
    options.by = "path";
    options.by_columns = WM_MOVES_PATH_MAX;
    options.requests = requests;
    options.trim = false;
    const struct wm_report_work work = {take_all, moves};
    int rc = wm_report_apply(profile, &options, &work, &notes, err);
    wm_text_done(&notes);
    if (rc < 0) {
        wm_moves_free(moves);
        return rc;
    }
    *ret_moves = moves;
    return 0;
}

void wm_moves_free(struct wm_moves *moves)
{
    if (moves == NULL)
        return;
    wm_arena_done(&moves->arena);
    free(moves->rows);
    free(moves->paths);
    free(moves);
}

const struct wm_moved *wm_moves_first(const struct wm_moves *moves, const char *path, bool upwards)
{
    const struct wm_moved *first = NULL;
    for (size_t i = 0; i < moves->count; i++) {
        const struct wm_moved *row = &moves->rows[i];
        if (row->is_line || strcmp(row->path, path) != 0 || (change_of(row) > 0) != upwards)
            continue;
        if (first == NULL || (row->evident && !first->evident))
            first = row;
    }
    return first;
}
