/* series.c - the table that ends a series of runs. */
#include "profiles/views/series.h"

#include "harness/core/units.h"
#include "profiles/views/columns.h"
#include "profiles/views/cost.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 100 };

static double rate_of(const struct wm_series_row *row)
{
    return row->seconds > 0 ? (double)row->requests / row->seconds : NAN;
}

static double cost_of(const struct wm_series_row *row)
{
    return row->requests > 0 && row->samples > 0 ? row->cpu_ns / (double)row->requests : NAN;
}

static const char *show_rate(double value, char *text)
{
    return wm_units_rate(value, text);
}

static const char *show_cost(double value, char *text)
{
    return wm_units_duration(value, text);
}

/* The two figures whose spread is told. */
static const struct figure {
    const char *name;
    double (*of)(const struct wm_series_row *row);
    const char *(*show)(double value, char *text);
} figures[] = {
    {"requests/s",  rate_of, show_rate},
    {"CPU/request", cost_of, show_cost},
};
enum { FIGURE_COUNT = sizeof(figures) / sizeof(figures[0]) };

struct spread {
    size_t count;
    double median, low, high, deviation; /* of the mean */
};

static int compare_values(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void measure(double *values, size_t count, struct spread *spread)
{
    double sum = 0, squares = 0;
    *spread = (struct spread){.count = count};
    if (count == 0)
        return;
    qsort(values, count, sizeof(values[0]), compare_values);
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    double mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    spread->median = (values[(count - 1) / 2] + values[count / 2]) / 2;
    spread->low = values[0];
    spread->high = values[count - 1];
    if (count > 1 && mean > 0)
        spread->deviation = sqrt(squares / (double)(count - 1)) / mean;
}

static int find_spread(const struct wm_series_row *rows, size_t count, const char *side,
                       const struct figure *figure, struct spread *spread)
{
    double *values = calloc(count + 1, sizeof(*values));
    size_t found = 0;
    if (values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].side, side) == 0 && isfinite(figure->of(&rows[i])))
            values[found++] = figure->of(&rows[i]);
    measure(values, found, spread);
    free(values);
    return 0;
}

static void add_name(struct wm_grid *grid, const struct wm_series_row *row)
{
    char name[64];
    snprintf(name, sizeof(name), "%.40s%s%u", row->side, row->side[0] != '\0' ? "/" : "",
             row->number);
    wm_grid_add(grid, name);
}

static void add_row(struct wm_grid *grid, const struct wm_series_row *row, bool faults)
{
    char number[WM_UNIT_BYTES], cost[WM_COST_BYTES];
    add_name(grid, row);
    wm_grid_add(grid, wm_units_count(row->requests, number));
    wm_grid_add(grid, wm_units_duration(row->seconds * 1e9, number));
    wm_grid_add(grid, isfinite(rate_of(row)) ? wm_units_rate(rate_of(row), number) : "–");
    wm_grid_add(grid, wm_cost((uint64_t)row->cpu_ns, row->requests, row->samples, cost));
    wm_grid_add(grid, wm_units_count(row->samples, number));
    if (faults) {
        wm_grid_add(grid, wm_units_count(row->errors, number));
        wm_grid_add(grid, wm_units_count(row->mismatches, number));
    }
}

static int add_rows(const struct wm_series_row *rows, size_t count, struct wm_text *text)
{
    static const struct wm_grid_column columns[] = {
        {"run",         false, false, 0},
        {"requests",    true,  false, 0},
        {"time",        true,  false, 0},
        {"requests/s",  true,  false, 0},
        {"CPU/request", true,  false, 0},
        {"samples",     true,  false, 0},
        {"errors",      true,  false, 0},
        {"mismatches",  true,  false, 0},
    };
    enum { PLAIN = 6, ALL = 8 };
    struct wm_grid *grid = NULL;
    bool faults = false;
    for (size_t i = 0; i < count; i++)
        faults = faults || rows[i].errors + rows[i].mismatches > 0;
    int rc = wm_grid_new(columns, faults ? ALL : PLAIN, &grid);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < count && i < ROWS_MAX; i++)
        add_row(grid, &rows[i], faults);
    rc = wm_grid_print(grid, 0, text);
    wm_grid_free(grid);
    if (count > ROWS_MAX)
        wm_text_addf(text, "… and %zu more\n", count - ROWS_MAX);
    return rc;
}

static int add_spread(const struct wm_series_row *rows, size_t count, const char *side,
                      struct wm_text *text)
{
    char median[WM_UNIT_BYTES], low[WM_UNIT_BYTES], high[WM_UNIT_BYTES], part[WM_UNIT_BYTES];
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        struct spread spread;
        int rc = find_spread(rows, count, side, &figures[i], &spread);
        if (rc < 0)
            return rc;
        if (spread.count < 2)
            continue;
        wm_text_addf(text, "%s%s%-11s  median %s, %s to %s, spread %s\n", side,
                     side[0] != '\0' ? "  " : "", figures[i].name,
                     figures[i].show(spread.median, median), figures[i].show(spread.low, low),
                     figures[i].show(spread.high, high), wm_units_share(spread.deviation, part));
    }
    return 0;
}

/* Only the medians: whether that is more than noise is another question (waymark compare). */
static int add_change(const struct wm_series_row *rows, size_t count, struct wm_text *text)
{
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        struct spread a = {0}, b = {0};
        int rc = find_spread(rows, count, "a", &figures[i], &a);
        if (rc == 0)
            rc = find_spread(rows, count, "b", &figures[i], &b);
        if (rc < 0)
            return rc;
        if (a.count > 0 && b.count > 0 && a.median > 0)
            wm_text_addf(text, "b against a, medians: %s %+.1f%%\n", figures[i].name,
                         (b.median / a.median - 1) * 100);
    }
    return 0;
}

int wm_view_series(const struct wm_series_row *rows, size_t count, struct wm_text *text,
                   struct wm_error *err)
{
    static const char *const sides[] = {"", "a", "b"};
    int rc = add_rows(rows, count, text);
    wm_text_add(text, "\n");
    for (size_t i = 0; rc == 0 && i < sizeof(sides) / sizeof(sides[0]); i++)
        rc = add_spread(rows, count, sides[i], text);
    if (rc == 0)
        rc = add_change(rows, count, text);
    if (rc < 0 || text->failed)
        return wm_fail(err, -ENOMEM, "no memory to print the runs");
    return 0;
}
