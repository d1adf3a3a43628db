/* trend_cells.c - costs, changes and commits as cells of a table; the scale of a drawing. */
#include "profiles/views/trend.h"

#include "harness/core/csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *wm_trend_unit(const struct wm_trend_line *line)
{
    return line->kind == WM_TAG_BENCHMARK ? "time/op" : "CPU/request";
}

const char *wm_trend_cost(const struct wm_tag_result *result, char cell[WM_TREND_CELL_BYTES])
{
    char ns[WM_UNIT_BYTES], half[WM_UNIT_BYTES];
    double width = fmax(result->high_ns - result->ns, result->ns - result->low_ns);
    if (!result->known)
        snprintf(cell, WM_TREND_CELL_BYTES, "–");
    else if (width > 0)
        snprintf(cell, WM_TREND_CELL_BYTES, "%s ± %s", wm_units_duration(result->ns, ns),
                 wm_units_duration(width, half));
    else
        snprintf(cell, WM_TREND_CELL_BYTES, "%s", wm_units_duration(result->ns, ns));
    return cell;
}

const char *wm_trend_change(double ns, double before_ns, char cell[WM_UNIT_BYTES])
{
    cell[0] = '\0';
    if (before_ns > 0)
        snprintf(cell, WM_UNIT_BYTES, "%+.1f%%", (ns / before_ns - 1) * 100);
    return cell;
}

const char *wm_trend_commit(const struct wm_tag *tag, char cell[WM_TREND_COMMIT_BYTES])
{
    const struct wm_run *facts = tag->facts;
    const char *commit = wm_run_setting(facts->identity, facts->identity_count, WM_RUN_COMMIT);
    const char *dirty = wm_run_setting(facts->identity, facts->identity_count, WM_RUN_DIRTY);
    snprintf(cell, WM_TREND_COMMIT_BYTES, "%.7s%s", commit[0] != '\0' ? commit : "–",
             strcmp(dirty, "true") == 0 ? " dirty" : "");
    return cell;
}

bool wm_trend_goes_on(const struct wm_trend_line *line, size_t i,
                      struct wm_tag_difference *ret_difference)
{
    return wm_tag_comparable(line->points[i].tag->facts, line->points[i - 1].tag->facts,
                             ret_difference);
}

void wm_trend_range(const struct wm_trend_line *line, double *ret_low_ns, double *ret_high_ns)
{
    double low = (double)INFINITY, high = 0, least = (double)INFINITY, most = 0;
    for (size_t i = 0; i < line->count; i++) {
        const struct wm_tag_result *result = line->points[i].result;
        low = fmin(low, result->ns);
        high = fmax(high, result->ns);
        least = fmin(least, result->low_ns);
        most = fmax(most, result->high_ns);
    }
    double room = fmax(high - low, high / 10);
    *ret_low_ns = fmax(0, fmax(least, low - room));
    *ret_high_ns = fmin(most, high + room);
    if (!(*ret_high_ns > *ret_low_ns)) {
        *ret_low_ns = low - room / 2;
        *ret_high_ns = high + room / 2;
    }
}

void wm_trend_add_csv_ns(struct wm_text *text, const struct wm_tag_result *result, double ns)
{
    char number[64] = ""; /* from integers: printf would follow the locale's decimal point */
    uint64_t thousandths = (uint64_t)(fmax(0, ns) * 1000 + 0.5);
    if (result->known)
        snprintf(number, sizeof(number), "%" PRIu64 ".%03" PRIu64, thousandths / 1000,
                 thousandths % 1000);
    wm_csv_add(text, number);
}
