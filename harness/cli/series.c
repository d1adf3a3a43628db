/* series.c - runs by turns: A A A, or A B A B. */
#include "harness/cli/series.h"

#include "harness/cli/one_run.h"
#include "harness/cli/print.h"
#include "harness/cli/run_words.h"
#include "harness/cli/session.h"
#include "profiles/views/series.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 2 };

struct side {
    const char *name; /* of its folder; "": the runs stand in the set itself */
    const char *app;
    char build_id[sizeof(((struct wm_run_outcome *)NULL)->build_id)]; /* of its first run */
};

struct series {
    struct wm_job *job;
    struct wm_places *places;
    struct wm_run_values *values;
    struct side sides[SIDE_MAX];
    size_t side_count;
    struct wm_series_row *rows; /* of the runs that were written */
    size_t count;
    int exit_code;
    bool ended; /* before all runs were made */
};

/* An app that is built anew meanwhile would pass for the old one. */
static int check_build(struct side *side, const struct wm_run_outcome *outcome,
                       struct wm_error *err)
{
    if (side->build_id[0] == '\0')
        memcpy(side->build_id, outcome->build_id, sizeof(side->build_id));
    if (strcmp(side->build_id, outcome->build_id) == 0)
        return 0;
    return wm_fail_at(err, -ESTALE, side->app,
                      "was built anew during the series: its last run is of another build");
}

static void take_row(struct series *series, const struct side *side, uint32_t number,
                     const struct wm_run_outcome *outcome)
{
    series->rows[series->count] = outcome->totals;
    series->rows[series->count].side = side->name;
    series->rows[series->count].number = number;
    series->count++;
}

/* A refusal or a crash ends the series; a check that failed is told at its end. */
static void take_exit(struct series *series, const struct wm_run_outcome *outcome)
{
    if (outcome->exit_code > series->exit_code)
        series->exit_code = outcome->exit_code;
    if (outcome->exit_code > WM_EXIT_CHECK_FAILED || outcome->stopped)
        series->ended = true;
}

static int run_next(struct series *series, struct side *side, uint32_t turn, struct wm_error *err)
{
    struct wm_run_outcome outcome = {0};
    struct wm_place place = {.claim = {.fd = -1}};
    char progress[64];
    snprintf(progress, sizeof(progress), "run %s%s%" PRIu32 " of %" PRIu64 ": ", side->name,
             side->name[0] != '\0' ? "/" : "", turn, series->values->repeat);
    wm_print_progress_begin(progress);
    series->values->app = side->app;
    int rc = wm_job_aim(series->job, side->app, err);
    if (rc == 0)
        rc = wm_place_open(series->places, side->name, turn, &place, err);
    if (rc == 0)
        rc = wm_one_run(series->job, series->places, &place, &outcome, err);
    uint32_t number = place.claim.number != 0 && !place.filed_too ? place.claim.number : turn;
    wm_place_close(&place);
    wm_print_progress_begin("");
    if (outcome.written)
        take_row(series, side, number, &outcome);
    take_exit(series, &outcome);
    return rc < 0 || !outcome.written ? rc : check_build(side, &outcome, err);
}

static int run_all(struct series *series, struct wm_error *err)
{
    int rc = 0;
    for (uint32_t turn = 1; turn <= series->values->repeat; turn++) {
        for (size_t i = 0; i < series->side_count; i++) {
            rc = run_next(series, &series->sides[i], turn, err);
            series->ended = series->ended || wm_session_stop_pending();
            bool last = turn == series->values->repeat && i + 1 == series->side_count;
            if (rc < 0 || (series->ended && !last))
                return rc;
        }
    }
    series->ended = false;
    return rc;
}

static void tell_next(const struct series *series)
{
    const struct wm_places *places = series->places;
    const char *folder = places->base[0] != '\0' ? places->base : places->tag_folder;
    wm_print_note("\n%zu run%s in %s; next:", series->count, series->count == 1 ? "" : "s", folder);
    if (places->tag != NULL)
        wm_print_note("  waymark show %s", places->tag);
    if (series->side_count > 1)
        wm_print_note("  waymark compare %s/a %s/b", folder, folder);
    else
        wm_print_note("  waymark compare OTHER %s", places->base[0] != '\0' ? folder : places->tag);
    const struct wm_series_row *row = &series->rows[0];
    wm_print_note("  waymark paths %s/%s%s%" PRIu32, folder, row->side,
                  row->side[0] != '\0' ? "/" : "", row->number);
}

/* What is whole is worth its table, however the series ended. */
static int print_series(const struct series *series, struct wm_error *err)
{
    struct wm_text text;
    uint64_t wanted = series->values->repeat * series->side_count;
    if (series->ended)
        wm_print_note("the series was ended after %zu of %" PRIu64 " runs%s", series->count, wanted,
                      series->count > 0 ? "; they are kept" : "");
    if (series->count == 0)
        return 0;
    wm_text_init(&text);
    int rc = wm_view_series(series->rows, series->count, &text, err);
    if (rc == 0)
        rc = wm_print_result(&text, err);
    wm_text_done(&text);
    if (rc == 0)
        tell_next(series);
    return rc;
}

int wm_series_run(struct wm_job *job, struct wm_places *places, struct wm_run_values *values,
                  struct wm_error *err)
{
    struct series series = {.job = job, .places = places, .values = values};
    struct wm_error later = {0};
    bool two = values->interleave != NULL;
    series.sides[series.side_count++] = (struct side){.name = two ? "a" : "", .app = values->app};
    if (two)
        series.sides[series.side_count++] = (struct side){.name = "b", .app = values->interleave};
    series.rows = calloc(values->repeat * series.side_count, sizeof(series.rows[0]));
    if (series.rows == NULL)
        return wm_fail(err, -ENOMEM, "no memory for %" PRIu64 " runs", values->repeat);
    int rc = two ? wm_job_aim(job, values->interleave, err) : 0; /* is it there? */
    if (rc == 0)
        rc = wm_run_tell_plan(job, err);
    if (rc == 0)
        rc = run_all(&series, err);
    int printed = print_series(&series, rc < 0 ? &later : err);
    free(series.rows);
    if (rc < 0 || printed < 0)
        return rc < 0 ? rc : printed;
    return series.count == 0 && series.exit_code == WM_EXIT_DONE ? WM_EXIT_INTERRUPTED
                                                                 : series.exit_code;
}
