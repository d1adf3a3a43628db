/* compare.c - two sides as tables, one for each unit, then what moved, then how sure all that is.
 *
 *   CPU/request             before    after  change        p   95% interval  evidence
 *   ProcessOrder:approved  17.5 µs  18.1 µs   +3.2%  <0.0001  +2.5% … +3.9%  ranks of 10 + 10
 *   ProcessRefund          7.74 µs  7.76 µs       ~     0.61  -0.4% … +0.9%  ranks of 10 + 10
 *   geomean                                   +1.6%  */
#include "profiles/report/compare.h"

#include "harness/core/units.h"
#include "profiles/views/columns.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { INDENT = 2 };

static const char NOTHING[] = "–";
static const double COUNT_PLAIN_MAX = 1e6; /* above, digits behind the point say nothing */
static const double P_TOLD_MIN = 0.0001;
static const double INTERVAL_TOLD_MAX = 9; /* ten times as much: so much more is no measure */

/* ---- Cells ---- */

const char *wm_compare_value(enum wm_amount amount, double value, char *cell)
{
    switch (amount) {
    case WM_AMOUNT_NS:
        return wm_units_duration(value, cell);
    case WM_AMOUNT_BYTES:
        return wm_units_bytes(value, cell);
    case WM_AMOUNT_COUNT:
        break;
    }
    if (value >= COUNT_PLAIN_MAX && value < 0x1p63)
        return wm_units_count((uint64_t)value, cell);
    (void)snprintf(cell, WM_COMPARE_CELL_BYTES, "%.6g", value);
    return cell;
}

const char *wm_compare_side(const struct wm_compared *row, int side, char *cell)
{
    bool unseen = row->of_path && row->amount == WM_AMOUNT_NS && !(row->middles[side] > 0);
    return unseen ? NOTHING : wm_compare_value(row->amount, row->middles[side], cell);
}

const char *wm_compare_change(double change, bool told, char *cell)
{
    if (!told)
        return "~";
    if (isinf(change))
        return "from 0";
    if (isnan(change))
        return "no ratio";
    (void)snprintf(cell, WM_COMPARE_CELL_BYTES, fabs(change) < 0.1 ? "%+.2f%%" : "%+.1f%%",
                   100 * change);
    return cell;
}

static const char *p_cell(double p, char *cell)
{
    if (isnan(p))
        return NOTHING;
    if (p < P_TOLD_MIN)
        return "<0.0001";
    (void)snprintf(cell, WM_COMPARE_CELL_BYTES, p < 0.01 ? "%.4f" : "%.3f", p);
    return cell;
}

bool wm_compare_knows_no_runs(const struct wm_compared *row)
{
    return row->evidence == WM_EVIDENCE_SAMPLING &&
           (row->lots[WM_BEFORE].count < 2 || row->lots[WM_AFTER].count < 2);
}

bool wm_compare_is_unlike(const struct wm_compared *row)
{
    double least = wm_rank_test_least_p(row->lots[WM_BEFORE].count, row->lots[WM_AFTER].count);
    return row->evidence == WM_EVIDENCE_NONE && least < WM_COMPARED_LEVEL;
}

const char *wm_compare_evidence(const struct wm_compared *row, char *cell)
{
    size_t before = row->lots[WM_BEFORE].count, after = row->lots[WM_AFTER].count;
    switch (row->evidence) {
    case WM_EVIDENCE_RANKS:
        (void)snprintf(cell, WM_COMPARE_CELL_BYTES, "ranks of %zu + %zu%s", before, after,
                       row->at_one_speed ? " *" : "");
        return cell;
    case WM_EVIDENCE_MEANS:
        (void)snprintf(cell, WM_COMPARE_CELL_BYTES, "means of %zu + %zu", before, after);
        return cell;
    case WM_EVIDENCE_SAMPLING:
        (void)snprintf(cell, WM_COMPARE_CELL_BYTES, "samples of %zu + %zu%s", before, after,
                       wm_compare_knows_no_runs(row) ? " †" : "");
        return cell;
    case WM_EVIDENCE_COUNT:
        return "counted";
    case WM_EVIDENCE_NONE:
        break;
    }
    if (wm_compare_is_unlike(row))
        return "none: unlike runs";
    (void)snprintf(cell, WM_COMPARE_CELL_BYTES, "none: %zu + %zu", before, after);
    return cell;
}

static const char *interval(const struct wm_compared *row, char *cell)
{
    if (isnan(row->low))
        return NOTHING;
    if (row->low <= -1 && row->high > INTERVAL_TOLD_MAX)
        return NOTHING;
    if (row->high > INTERVAL_TOLD_MAX)
        (void)snprintf(cell, WM_COMPARE_CELL_BYTES, "%+.1f%% … >%+.0f%%", 100 * row->low,
                       100 * INTERVAL_TOLD_MAX);
    else
        (void)snprintf(cell, WM_COMPARE_CELL_BYTES, "%+.1f%% … %+.1f%%", 100 * row->low,
                       100 * row->high);
    return cell;
}

/* ---- Tables ---- */

static void add_row(struct wm_grid *grid, const struct wm_compared *row)
{
    char cell[WM_COMPARE_CELL_BYTES];
    wm_grid_add(grid, row->subject);
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        wm_grid_add(grid, wm_compare_side(row, side, cell));
    wm_grid_add(grid, wm_compare_change(row->change, row->verdict != WM_VERDICT_SAME, cell));
    wm_grid_add(grid, p_cell(row->p_corrected, cell));
    wm_grid_add(grid, interval(row, cell));
    wm_grid_add(grid, wm_compare_evidence(row, cell));
}

static void add_mean(struct wm_grid *grid, const struct wm_compared_mean *mean)
{
    char cell[WM_COMPARE_CELL_BYTES];
    if (mean->count < 2)
        return;
    wm_grid_add(grid, "geomean");
    wm_grid_add(grid, "");
    wm_grid_add(grid, "");
    wm_grid_add(grid, wm_compare_change(mean->change, true, cell));
    for (int i = 0; i < 3; i++)
        wm_grid_add(grid, "");
}

static int add_unit(const struct wm_comparison *comparison, const struct wm_compared_mean *mean,
                    struct wm_text *text)
{
    struct wm_text unit;
    wm_text_init(&unit);
    wm_text_add_safe(&unit, mean->unit, strlen(mean->unit), 0);
    const struct wm_grid_column columns[] = {
        {unit.data,      false, false, 20},
        {"before",       true,  false, 0 },
        {"after",        true,  false, 0 },
        {"change",       true,  false, 0 },
        {"p",            true,  false, 0 },
        {"95% interval", true,  false, 0 },
        {"evidence",     false, true,  0 },
    };
    struct wm_grid *grid = NULL;
    int rc =
        unit.failed ? -ENOMEM : wm_grid_new(columns, sizeof(columns) / sizeof(columns[0]), &grid);
    if (rc < 0)
        goto out;
    for (size_t i = 0; i < comparison->count; i++)
        if (strcmp(comparison->rows[i].unit, mean->unit) == 0)
            add_row(grid, &comparison->rows[i]);
    add_mean(grid, mean);
    wm_text_add(text, "\n");
    rc = wm_grid_print(grid, INDENT, text);
out:
    wm_grid_free(grid);
    wm_text_done(&unit);
    return rc;
}

static bool has_below_zero(const struct wm_comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (isnan(comparison->rows[i].change) && comparison->rows[i].verdict != WM_VERDICT_SAME)
            return true;
    return false;
}

static void add_key(const struct wm_compare_view *view, struct wm_text *text)
{
    char cell[WM_COMPARE_CELL_BYTES];
    wm_text_addf(
        text,
        "\n  before, after: medians, of samples and means the mean; p: Mann-Whitney U, "
        "corrected for %zu questions at once (Holm)\n"
        "  95%% interval: of that row's test alone, not corrected: one in twenty misses by "
        "chance\n"
        "  ~: no evidence of a change (p is %g or more",
        view->comparison->question_count, WM_COMPARED_LEVEL);
    if (view->threshold > 0)
        wm_text_addf(text, ", or it is smaller than %s",
                     wm_compare_change(view->threshold, true, cell) + 1);
    wm_text_add(text, ")\n");
    if (has_below_zero(view->comparison))
        wm_text_add(text, "  no ratio: of values below 0 there is none, nor a threshold\n");
}

static void add_side(const char *title, const struct wm_set *set, struct wm_text *text)
{
    wm_text_addf(text, "%s ", title);
    wm_text_add_safe(text, set->name, strlen(set->name), 0);
    if (set->run_count > 0)
        wm_text_addf(text, " (%zu run%s)", set->run_count, set->run_count == 1 ? "" : "s");
}

static int add_tables(const struct wm_compare_view *view, struct wm_text *text)
{
    const struct wm_comparison *comparison = view->comparison;
    int rc = 0;
    add_side("before", view->sets[WM_BEFORE], text);
    add_side("   after", view->sets[WM_AFTER], text);
    wm_text_add(text, comparison->take_turns ? ", in turns\n" : "\n");
    for (size_t i = 0; rc == 0 && i < comparison->mean_count; i++)
        rc = add_unit(comparison, &comparison->means[i], text);
    if (rc == 0)
        rc = wm_compare_add_moves(view, text);
    add_key(view, text);
    wm_compare_add_strength(
        comparison, comparison->question_count,
        wm_comparison_runs_needed(comparison->question_count, WM_COMPARED_LEVEL), text);
    wm_compare_add_notes(view, text);
    return rc;
}

int wm_view_compare(const struct wm_compare_view *view, enum wm_view_format format,
                    struct wm_text *text, struct wm_error *err)
{
    int rc = 0;
    switch (format) {
    case WM_VIEW_TEXT:
        rc = add_tables(view, text);
        break;
    case WM_VIEW_CSV:
        wm_compare_add_csv(view->comparison, text);
        break;
    case WM_VIEW_JSON:
        wm_compare_add_json(view, text);
        break;
    }
    if (rc < 0 || text->failed)
        return wm_fail(err, -ENOMEM, "no memory to print the comparison");
    return 0;
}
