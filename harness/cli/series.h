/* series.h - `--repeat` and `--interleave`: several runs, one after the other, into a set. */
#ifndef WM_CLI_SERIES_H
#define WM_CLI_SERIES_H

#include "harness/cli/job.h"
#include "harness/cli/places.h"
#include "harness/cli/run_options.h"
#include "harness/core/error.h"

/* Runs them by turns (A B A B …, so that a drift of the machine hits both), prints what each took
 * and how far they lie apart, and what to do next. Ends early, with what is whole so far, at a
 * signal, a crash or a refusal. Negative with `err`, or the exit code; `values` is the job's own.
 */
WM_MUST_USE int wm_series_run(struct wm_job *job, struct wm_places *places,
                              struct wm_run_values *values, struct wm_error *err);

#endif
