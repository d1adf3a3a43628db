/* paths.c - a run at a glance: its paths, what was not as expected, its segments, its notes. */
#include "profiles/views/view.h"

#include "harness/core/units.h"
#include "profiles/views/columns.h"
#include "profiles/views/cost.h"
#include "profiles/views/json.h"
#include "profiles/views/tree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { INDENT = 2, ROWS_MAX = 100 };

static const double WIDE_INTERVAL = 0.05; /* half of it; above, a share says little */
static const char NOT_MEASURED[] = "–";

struct totals { /* over the execution paths */
    uint64_t requests, errors;
    bool sampled, vague, has_allocs;
    double widest; /* half of the widest interval */
};

static void sum_paths(const struct wm_paths *paths, struct totals *totals)
{
    *totals = (struct totals){0};
    for (size_t i = 0; i < paths->count; i++) {
        const struct wm_path_row *row = &paths->rows[i];
        double half = (row->cpu_share_high - row->cpu_share_low) / 2;
        if (wm_path_is_closing(row))
            continue;
        totals->requests += row->requests;
        totals->errors += row->errors;
        totals->sampled |= row->samples > 0;
        totals->vague |= wm_cost_is_vague(row->samples);
        totals->has_allocs |= row->has_allocs;
        totals->widest = half > totals->widest ? half : totals->widest;
    }
}

static void add_safe(struct wm_text *text, const char *string)
{
    wm_text_add_safe(text, string, strlen(string), 0);
}

static void add_samples(struct wm_text *text, const struct wm_run *run)
{
    char number[WM_UNIT_BYTES];
    if (!(run->hz > 0)) {
        wm_text_add(text, "  not sampled");
        return;
    }
    wm_text_addf(text, "  %s sample%s at %.6g Hz", wm_units_count(run->samples, number),
                 run->samples == 1 ? "" : "s", run->hz);
    if (run->samples_dropped == 0)
        wm_text_add(text, ", none dropped");
    else
        wm_text_addf(text, ", %s dropped", wm_units_count(run->samples_dropped, number));
    if (run->samples_truncated > 0)
        wm_text_addf(text, ", %s truncated", wm_units_count(run->samples_truncated, number));
}

static void add_title(struct wm_text *text, const struct wm_run *run, const char *title)
{
    char number[WM_UNIT_BYTES];
    add_safe(text, title);
    if (run->entry[0] != '\0') {
        wm_text_add(text, "  ");
        wm_text_add_safe(text, run->entry, strlen(run->entry), 40);
    }
    wm_text_addf(text, "  %s request%s", wm_units_count(run->requests, number),
                 run->requests == 1 ? "" : "s");
    if (run->errors > 0)
        wm_text_addf(text, ", %s error%s", wm_units_count(run->errors, number),
                     run->errors == 1 ? "" : "s");
    wm_text_addf(text, " in %s", wm_units_duration(run->seconds * 1e9, number));
    if (run->load[0] != '\0') {
        wm_text_add(text, " (");
        add_safe(text, run->load);
        wm_text_add(text, ")");
    }
    add_samples(text, run);
    wm_text_add(text, "\n");
    if (run->crashed && wm_run_of_server(run))
        wm_text_add(text, "  the server ended during this run: crash.json says how\n");
    else if (run->crashed)
        wm_text_add(text, "  the app crashed during this run: crash.json says where\n");
}

static void add_duration_cell(struct wm_grid *columns, bool measured, double ns)
{
    char number[WM_UNIT_BYTES];
    wm_grid_add(columns, measured ? wm_units_duration(ns, number) : NOT_MEASURED);
}

static void add_path_row(struct wm_grid *columns, const struct wm_path_row *row,
                         const struct totals *totals)
{
    char number[WM_UNIT_BYTES], cost[WM_COST_BYTES], cell[2 * WM_UNIT_BYTES];
    double requests = (double)row->requests;
    wm_grid_add(columns, row->name);
    wm_grid_add(columns, wm_units_count(row->requests, number));
    wm_grid_add(columns, totals->requests == 0
                             ? NOT_MEASURED
                             : wm_units_share(requests / (double)totals->requests, number));
    if (totals->errors > 0)
        wm_grid_add(columns, wm_units_count(row->errors, number));
    wm_grid_add(columns, wm_cost(row->cpu_ns, row->requests, row->samples, cost));
    snprintf(cell, sizeof(cell), "%s ± %.1f", wm_units_share(row->cpu_share, number),
             (row->cpu_share_high - row->cpu_share_low) * 50);
    wm_grid_add(columns, totals->sampled ? cell : NOT_MEASURED);
    add_duration_cell(columns, row->has_latency, (double)row->p50_ns);
    add_duration_cell(columns, row->has_latency, (double)row->p99_ns);
    add_duration_cell(columns, row->has_latency, (double)row->max_ns);
    if (totals->has_allocs) {
        snprintf(cell, sizeof(cell), "%.1f", (double)row->allocs / requests);
        wm_grid_add(columns, row->has_allocs && row->requests > 0 ? cell : NOT_MEASURED);
    }
}

static void add_left_out(struct wm_text *text, const struct wm_paths *paths, size_t count)
{
    char number[WM_UNIT_BYTES];
    double share = 0;
    size_t seen = 0;
    for (size_t i = 0; i < paths->count; i++)
        if (!wm_path_is_closing(&paths->rows[i]) && seen++ >= ROWS_MAX)
            share += paths->rows[i].cpu_share;
    wm_text_addf(text, "  … and %zu more with %s of the CPU: paths.csv has them all\n", count,
                 wm_units_share(share, number));
}

/* All CPU, where none of it is told by path. */
static void add_whole_cpu(struct wm_text *text, const struct wm_run *run)
{
    char cpu[WM_UNIT_BYTES];
    if (strcmp(run->target, WM_RUN_CONNECT) == 0)
        wm_text_add(text, "  no CPU: of a server that was not started here only the outside is "
                          "seen\n");
    else
        wm_text_addf(text, "  %s of CPU in all\n",
                     wm_units_duration(
                         (double)(wm_run_of_server(run) ? run->app_cpu_ns : run->cpu_ns), cpu));
}

/* What no path can be charged with, so that the sum is seen to be whole. */
static void add_closing_rows(struct wm_text *text, const struct wm_run *run)
{
    char cpu[WM_UNIT_BYTES], share[WM_UNIT_BYTES];
    const struct wm_paths *paths = run->paths;
    for (size_t i = 0; i < paths->count; i++) {
        const struct wm_path_row *row = &paths->rows[i];
        if (!wm_path_is_closing(row) || row->cpu_ns == 0)
            continue;
        wm_text_addf(text, "  %s: %s of CPU, ", row->name,
                     wm_units_duration((double)row->cpu_ns, cpu));
        wm_text_add(text, wm_path_in_shares(row) ? wm_units_share(row->cpu_share, share)
                                                 : "not in the shares");
        if (strcmp(row->name, WM_PATH_BACKGROUND) == 0)
            wm_text_add(text, ": work of no one request; paths --fold-background shares it out");
        wm_text_add(text, "\n");
    }
}

static int add_path_table(struct wm_text *text, const struct wm_run *run,
                          const struct totals *totals)
{
    static const struct wm_grid_column all[] = {
        {"path",        false, false, 20},
        {"requests",    true,  false, 0 },
        {"share",       true,  false, 0 },
        {"errors",      true,  false, 0 },
        {"CPU/request", true,  false, 0 },
        {"CPU share",   true,  false, 0 },
        {"p50",         true,  false, 0 },
        {"p99",         true,  false, 0 },
        {"max",         true,  false, 0 },
        {"allocs",      true,  true,  0 },
    };
    enum { ERRORS = 3, ALLOCS = 9, COUNT = 10 };
    struct wm_grid_column used[COUNT];
    struct wm_grid *columns = NULL;
    size_t count = 0, rows = 0, left_out = 0;
    for (size_t i = 0; i < COUNT; i++)
        if ((i != ERRORS || totals->errors > 0) && (i != ALLOCS || totals->has_allocs))
            used[count++] = all[i];
    int rc = wm_grid_new(used, count, &columns);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < run->paths->count; i++) {
        if (wm_path_is_closing(&run->paths->rows[i]))
            continue;
        if (rows++ < ROWS_MAX)
            add_path_row(columns, &run->paths->rows[i], totals);
        else
            left_out++;
    }
    rc = wm_grid_print(columns, INDENT, text);
    wm_grid_free(columns);
    if (left_out > 0)
        add_left_out(text, run->paths, left_out);
    return rc;
}

static int add_mismatches(struct wm_text *text, const struct wm_run *run)
{
    static const struct wm_grid_column columns[] = {
        {"expected", false, false, 20},
        {"taken",    false, false, 20},
        {"requests", true,  false, 0 },
        {"mix line", true,  false, 0 },
        {"example",  false, false, 20},
    };
    char number[WM_UNIT_BYTES];
    struct wm_grid *table = NULL;
    struct wm_text cell;
    if (run->mismatches == 0 && run->mismatch_row_count == 0)
        return 0;
    wm_text_addf(text, "\n  %s request%s did not take the expected path\n",
                 wm_units_count(run->mismatches, number), run->mismatches == 1 ? "" : "s");
    int rc = wm_grid_new(columns, sizeof(columns) / sizeof(columns[0]), &table);
    if (rc < 0)
        return rc;
    wm_text_init(&cell);
    for (size_t i = 0; i < run->mismatch_row_count; i++) {
        const struct wm_mismatch *row = &run->mismatch_rows[i];
        wm_grid_add(table, row->expected);
        wm_grid_add(table, row->taken);
        wm_grid_add(table, wm_units_count(row->requests, number));
        snprintf(number, sizeof(number), "%" PRIu32, row->line);
        wm_grid_add(table, number);
        wm_text_clear(&cell);
        wm_text_addf(&cell, "#%" PRIu64 " %s", row->example_index, row->example);
        wm_grid_add(table, cell.data);
    }
    rc = cell.failed ? -ENOMEM : 0;
    if (rc == 0 && run->mismatch_row_count > 0)
        rc = wm_grid_print(table, INDENT, text);
    wm_text_done(&cell);
    wm_grid_free(table);
    return rc;
}

static void add_failures(struct wm_text *text, const struct wm_run *run)
{
    char number[WM_UNIT_BYTES];
    for (size_t i = 0; i < run->failure_count; i++) {
        wm_text_add(text, i == 0 ? "  failed: " : ", ");
        add_safe(text, run->failures[i].reason);
        wm_text_addf(text, " %s", wm_units_count(run->failures[i].requests, number));
    }
    if (run->failure_count > 0)
        wm_text_add(text, "\n");
}

/* What went wrong between us and a server, and whether it was us. */
static void add_served(struct wm_text *text, const struct wm_run *run)
{
    char number[WM_UNIT_BYTES], p99[WM_UNIT_BYTES], wait[WM_UNIT_BYTES];
    const char *gap = "  ";
    add_failures(text, run);
    if (run->queue_wait_max_ns > 0)
        wm_text_addf(text,
                     "  up to %s requests waited for a connection (p99 %s), the longest for %s\n",
                     wm_units_count(run->queue_max, number), wm_units_count(run->queue_p99, p99),
                     wm_units_duration((double)run->queue_wait_max_ns, wait));
    if (run->processes > 1) {
        wm_text_addf(text, "%s%s processes of the server", gap,
                     wm_units_count(run->processes, number));
        gap = ", ";
    }
    if (run->reconnects > 0) {
        wm_text_addf(text, "%s%s connection%s opened again", gap,
                     wm_units_count(run->reconnects, number), run->reconnects == 1 ? "" : "s");
        gap = ", ";
    }
    if (run->harness_busy > 0) {
        wm_text_addf(text, "%sthe harness was busy %s of the time", gap,
                     wm_units_share(run->harness_busy, number));
        gap = ", ";
    }
    if (gap[0] == ',')
        wm_text_add(text, "\n");
}

/* Under somebody else's load nobody measures latencies. */
static const char *say_latencies(const struct wm_run *run)
{
    if (strcmp(run->target, WM_RUN_WATCH) == 0)
        return "";
    return wm_run_of_server(run) ? "; latencies are with it" : "; latencies are without it";
}

/* How far the figures can be trusted, then whatever the run noted. */
static void add_notes(struct wm_text *text, const struct wm_run *run, const struct totals *totals)
{
    char number[WM_UNIT_BYTES], share[WM_UNIT_BYTES];
    if (totals->sampled && totals->widest > WIDE_INTERVAL)
        wm_text_addf(text,
                     "  few samples: CPU shares are only sure within ± %.0f points; run longer\n",
                     totals->widest * 100);
    if (totals->vague)
        wm_text_addf(text,
                     "  costs in parentheses rest on fewer than %d samples: ± 50 %% and more\n",
                     (int)WM_COST_SAMPLES_MIN);
    if (run->hz > 0 && run->sampling_share > 0)
        wm_text_addf(text, "  sampling cost about %s of the CPU, %s for each sample (%s)%s\n",
                     wm_units_share(run->sampling_share, share),
                     wm_units_duration((double)run->sample_cost_ns, number), run->sampler,
                     say_latencies(run));
    if (run->open_loop && run->late_p99_ns > 0)
        wm_text_addf(text,
                     "  requests were sent up to %s late (p99); latency counts from when "
                     "they were due\n",
                     wm_units_duration((double)run->late_p99_ns, number));
    if (run->unfinished > 0)
        wm_text_addf(text, "  %s request%s did not end\n", wm_units_count(run->unfinished, number),
                     run->unfinished == 1 ? "" : "s");
    for (size_t i = 0; i < run->note_count; i++) {
        wm_text_add(text, "  note: ");
        add_safe(text, run->notes[i]);
        wm_text_add(text, "\n");
    }
}

static int add_run(struct wm_text *text, const struct wm_run *run, const char *title)
{
    struct totals totals;
    sum_paths(run->paths, &totals);
    add_title(text, run, title);
    wm_text_add(text, "\n");
    int rc = add_path_table(text, run, &totals);
    if (rc < 0)
        return rc;
    if (run->hz > 0)
        add_closing_rows(text, run);
    else
        add_whole_cpu(text, run);
    rc = add_mismatches(text, run);
    if (rc < 0)
        return rc;
    wm_text_add(text, "\n");
    if (run->segments->count > 0) {
        rc = wm_tree_add(run, text);
        if (rc < 0)
            return rc;
    }
    wm_tree_add_coverage(run, text);
    add_served(text, run);
    add_notes(text, run, &totals);
    return 0;
}

int wm_view_paths(const struct wm_run *run, const char *title, enum wm_view_format format,
                  struct wm_text *text, struct wm_error *err)
{
    int rc = 0;
    switch (format) {
    case WM_VIEW_TEXT:
        rc = add_run(text, run, title);
        break;
    case WM_VIEW_CSV:
        wm_paths_add_csv(run->paths, text);
        break;
    case WM_VIEW_JSON:
        wm_view_add_json(run, title, text);
        break;
    }
    if (rc < 0 || text->failed)
        return wm_fail(err, -ENOMEM, "no memory to print the run");
    return 0;
}
