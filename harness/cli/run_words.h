/* run_words.h - the notes of `waymark run`: of its plan before, of where to look after. */
#ifndef WM_CLI_RUN_WORDS_H
#define WM_CLI_RUN_WORDS_H

#include "harness/cli/job.h"
#include "harness/core/error.h"
#include "profiles/runs/run.h"

/* Tells what a capture's import found, that a trace is cut off, and how long its own times take.
 * Negative where the trace cannot be read again after that. */
WM_MUST_USE int wm_run_tell_plan(struct wm_job *job, struct wm_error *err);
/* What the import found as a note of the run, if it says more than a number. */
void wm_run_note_import(const struct wm_job *job, struct wm_run *run);
/* The commands that show the run in `folder`. */
void wm_run_tell_next(const struct wm_run *run, const char *folder);

#endif
