/* one_run.h - one run, from the started host to the written folder. */
#ifndef WM_CLI_ONE_RUN_H
#define WM_CLI_ONE_RUN_H

#include "harness/cli/job.h"
#include "harness/cli/places.h"
#include "harness/core/error.h"
#include "profiles/views/series.h"

#include <stdbool.h>
#include <stdint.h>

/* What a series keeps of each of its runs. */
struct wm_run_outcome {
    int exit_code;
    bool stopped; /* by a signal: of a series, such a run is not written */
    bool written;
    struct wm_series_row totals; /* without side and number */
    char build_id[64];           /* of the app, in part; "": not known */
};

/* Runs `job` and writes to `place`, and to the tag that goes with it. Single: tells the plan
 * before, prints the run after it and where to look next. Negative with `err`, or 0 with the
 * outcome; a crash of the app is an outcome, and told. */
WM_MUST_USE int wm_one_run(struct wm_job *job, struct wm_places *places, struct wm_place *place,
                           struct wm_run_outcome *ret_outcome, struct wm_error *err);

#endif
