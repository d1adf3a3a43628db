/* compare_check.c - what a check found, short enough for the log of a build.
 *
 *   new: 1 measure is worse beyond noise and 3.00%
 *            what   measure      before   after  change  evidence
 *     worse  PathB  CPU/request  300 µs  361 µs  +20.2%  ranks of 10 + 10
 *     gone: PathC, which the baseline has, so it was not compared
 *     moved most in PathB: checksum +60.4 µs a request  */
#include "profiles/report/compare.h"

#include "harness/core/units.h"
#include "profiles/views/columns.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { INDENT = 2 };

static void add_row(struct wm_grid *grid, const struct wm_compared *row)
{
    char cell[WM_COMPARE_CELL_BYTES];
    wm_grid_add(grid, "worse");
    wm_grid_add(grid, row->subject);
    wm_grid_add(grid, row->unit);
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        wm_grid_add(grid, wm_compare_side(row, side, cell));
    wm_grid_add(grid, wm_compare_change(row->change, true, cell));
    wm_grid_add(grid, wm_compare_evidence(row, cell));
}

static int add_rows(const struct wm_comparison *comparison, const bool *worse, struct wm_text *text)
{
    static const struct wm_grid_column columns[] = {
        {"",         false, false, 0 },
        {"what",     false, false, 20},
        {"measure",  false, false, 0 },
        {"before",   true,  false, 0 },
        {"after",    true,  false, 0 },
        {"change",   true,  false, 0 },
        {"evidence", false, true,  0 },
    };
    struct wm_grid *grid = NULL;
    int rc = wm_grid_new(columns, sizeof(columns) / sizeof(columns[0]), &grid);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < comparison->count; i++)
        if (worse[i])
            add_row(grid, &comparison->rows[i]);
    rc = wm_grid_print(grid, INDENT, text);
    wm_grid_free(grid);
    return rc;
}

static bool is_worse(const struct wm_comparison *comparison, const bool *worse, const char *path)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (worse[i] && comparison->rows[i].of_path &&
            strcmp(comparison->rows[i].subject, path) == 0)
            return true;
    return false;
}

/* The function is named even where the noise could have made its part, since somebody has to look
 * somewhere; then it says so. */
static void add_first(const struct wm_moves *moves, const char *path, struct wm_text *text)
{
    char amount[WM_UNIT_BYTES];
    const struct wm_moved *first = wm_moves_first(moves, path, true);
    if (first == NULL)
        return;
    wm_text_add(text, "  moved most in ");
    wm_text_add_safe(text, path, strlen(path), 0);
    wm_text_add(text, ": ");
    wm_text_add_safe(text, first->place, strlen(first->place), 0);
    wm_text_addf(text, " +%s a request%s\n",
                 wm_units_duration(first->cost[WM_AFTER] - first->cost[WM_BEFORE], amount),
                 first->evident ? "" : ", which noise could have made");
}

static int add_moves(const struct wm_compare_view *view, const bool *worse, struct wm_text *text)
{
    const struct wm_moves *moves = view->moves;
    int rc = 0;
    for (size_t i = 0; rc == 0 && moves != NULL && i < moves->path_count; i++) {
        const char *path = moves->paths[i].path;
        if (!is_worse(view->comparison, worse, path))
            continue;
        add_first(moves, path, text);
        rc = wm_compare_add_moved(moves, path, 2 * INDENT, text);
    }
    return rc;
}

/* Of what is not there nobody knows whether it got worse: it may be what did, under another name.
 */
static void add_gone(const struct wm_compare_view *view, struct wm_text *text)
{
    const struct wm_comparison *comparison = view->comparison;
    for (size_t i = 0; i < comparison->missing_count[WM_AFTER]; i++) {
        const struct wm_missing *missing = &comparison->missing[WM_AFTER][i];
        if (!missing->certain)
            continue;
        wm_text_add(text, "  gone: ");
        wm_text_add_safe(text, missing->subject, strlen(missing->subject), 0);
        wm_text_add(text, ", which the baseline has, so it was not compared\n");
    }
}

static void add_forgiven(const struct wm_judgement *judgement, struct wm_text *text)
{
    char cell[WM_COMPARE_CELL_BYTES];
    if (judgement->shift > 0)
        wm_text_addf(text,
                     "  forgiven: up to %s that all times share, which the machine may have made\n",
                     wm_compare_change(judgement->shift, true, cell) + 1);
    if (judgement->sampled_shift > 0)
        wm_text_addf(text,
                     "  forgiven: up to %s where sampling is the evidence, by which runs may "
                     "differ\n",
                     wm_compare_change(judgement->sampled_shift, true, cell) + 1);
}

int wm_view_check(const struct wm_compare_view *view, const struct wm_judgement *judgement,
                  struct wm_text *text, struct wm_error *err)
{
    char cell[WM_COMPARE_CELL_BYTES];
    int rc = 0;
    wm_text_add_safe(text, view->sets[WM_AFTER]->name, strlen(view->sets[WM_AFTER]->name), 0);
    if (judgement->worse_count == 0)
        wm_text_addf(text, ": no path and no benchmark%s is worse beyond noise and %s\n",
                     judgement->gone_count > 0 ? " that is still there" : "",
                     wm_compare_change(view->threshold, true, cell) + 1);
    else
        wm_text_addf(text, ": %zu measure%s worse beyond noise and %s\n", judgement->worse_count,
                     judgement->worse_count == 1 ? " is" : "s are",
                     wm_compare_change(view->threshold, true, cell) + 1);
    if (judgement->worse_count > 0) {
        rc = add_rows(view->comparison, judgement->worse, text);
        if (rc == 0)
            rc = add_moves(view, judgement->worse, text);
    }
    add_gone(view, text);
    add_forgiven(judgement, text);
    wm_compare_add_strength(view->comparison, judgement->question_count, judgement->runs_needed,
                            text);
    wm_compare_add_notes(view, text);
    if (rc < 0 || text->failed)
        return wm_fail(err, -ENOMEM, "no memory to print the check");
    return 0;
}
