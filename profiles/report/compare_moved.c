/* compare_moved.c - the functions and lines that moved, path by path. */
#include "harness/core/units.h"
#include "profiles/report/compare.h"
#include "profiles/views/columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { INDENT = 2 };

static const double Z_95 = 1.959964;
static const char NOTHING[] = "–";

static const char *cost_cell(double cost, char *cell)
{
    return cost > 0 ? wm_units_duration(cost, cell) : NOTHING;
}

static void add_moved_row(struct wm_grid *grid, const struct wm_moved *row)
{
    char amount[WM_UNIT_BYTES], cell[WM_COMPARE_CELL_BYTES];
    double change = row->cost[WM_AFTER] - row->cost[WM_BEFORE];
    (void)snprintf(cell, sizeof(cell), "%c%s", change < 0 ? '-' : '+',
                   wm_units_duration(fabs(change), amount));
    wm_grid_add(grid, cell);
    (void)snprintf(cell, sizeof(cell), "± %s", wm_units_duration(Z_95 * row->deviation, amount));
    wm_grid_add(grid, cell);
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        wm_grid_add(grid, cost_cell(row->cost[side], amount));
    (void)snprintf(cell, sizeof(cell), "%s", row->is_line ? "line" : "function");
    wm_grid_add(grid, cell);
    wm_grid_add(grid, row->place);
}

/* Somebody will look somewhere: what moved most, the way its path did. */
static void add_none(const struct wm_moves *moves, const char *path, size_t indent,
                     struct wm_text *text)
{
    char amount[WM_UNIT_BYTES];
    const struct wm_moved *most = NULL;
    for (size_t i = 0; most == NULL && i < moves->path_count; i++)
        if (strcmp(moves->paths[i].path, path) == 0)
            most = wm_moves_first(moves, path,
                                  moves->paths[i].cost[WM_AFTER] > moves->paths[i].cost[WM_BEFORE]);
    wm_text_addf(text, "%*sno function beyond the noise of sampling and what all share",
                 (int)indent, "");
    if (most != NULL) {
        double change = most->cost[WM_AFTER] - most->cost[WM_BEFORE];
        wm_text_addf(text, "; most: %c%s ", change < 0 ? '-' : '+',
                     wm_units_duration(fabs(change), amount));
        wm_text_add_safe(text, most->place, strlen(most->place), 0);
    }
    wm_text_add(text, "\n");
}

int wm_compare_add_moved(const struct wm_moves *moves, const char *path, size_t indent,
                         struct wm_text *text)
{
    static const struct wm_grid_column columns[] = {
        {NULL, true,  false, 0 },
        {NULL, false, false, 0 },
        {NULL, true,  false, 0 },
        {NULL, true,  false, 0 },
        {NULL, false, false, 0 },
        {NULL, false, false, 20},
    };
    struct wm_grid *grid = NULL;
    size_t count = 0;
    int rc = wm_grid_new(columns, sizeof(columns) / sizeof(columns[0]), &grid);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < moves->count; i++) {
        if (strcmp(moves->rows[i].path, path) != 0 || !moves->rows[i].evident)
            continue;
        add_moved_row(grid, &moves->rows[i]);
        count++;
    }
    if (count > 0)
        rc = wm_grid_print(grid, indent, text);
    else
        add_none(moves, path, indent, text);
    wm_grid_free(grid);
    return rc;
}

static bool has_changed(const struct wm_comparison *comparison, const char *path)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const struct wm_compared *row = &comparison->rows[i];
        if (row->of_path && row->amount == WM_AMOUNT_NS && row->verdict != WM_VERDICT_SAME &&
            strcmp(row->subject, path) == 0)
            return true;
    }
    return false;
}

int wm_compare_add_moves(const struct wm_compare_view *view, struct wm_text *text)
{
    const struct wm_moves *moves = view->moves;
    char before[WM_UNIT_BYTES], after[WM_UNIT_BYTES];
    bool first = true;
    int rc = 0;
    for (size_t i = 0; rc == 0 && moves != NULL && i < moves->path_count; i++) {
        const struct wm_sampled *path = &moves->paths[i];
        if (!has_changed(view->comparison, path->path))
            continue;
        wm_text_add(text, first ? "\n  What moved: self CPU of one request, change ± 95% interval, "
                                  "before, after (means)\n"
                                : "");
        first = false;
        wm_text_add(text, "  ");
        wm_text_add_safe(text, path->path, strlen(path->path), 0);
        wm_text_addf(text, ": %s before, %s after\n", cost_cell(path->cost[WM_BEFORE], before),
                     cost_cell(path->cost[WM_AFTER], after));
        rc = wm_compare_add_moved(moves, path->path, 2 * INDENT, text);
    }
    return rc;
}
