/* files.h - the single files of a run folder. Private to this room. */
#ifndef WM_RUNS_FILES_H
#define WM_RUNS_FILES_H

#include "profiles/runs/run.h"

#define WM_RUN_JSON "run.json"
#define WM_RUN_PATHS "paths.csv"
#define WM_RUN_SEGMENTS "segments.csv"
#define WM_RUN_MISMATCHES "mismatches.csv"
#define WM_RUN_PROFILE "profile.pb.gz"
#define WM_RUN_CRASH "crash.json"

/* run_json.c: settings, machine, totals, notes. */
WM_MUST_USE int wm_run_json_write(const struct wm_run *run, const char *file, struct wm_error *err);
WM_MUST_USE int wm_run_json_read(struct wm_run *run, const char *file, struct wm_error *err);

/* mismatches.c: expectations that were not met. */
WM_MUST_USE int wm_run_mismatches_write(const struct wm_run *run, const char *file,
                                        struct wm_error *err);
WM_MUST_USE int wm_run_mismatches_read(struct wm_run *run, const char *file, struct wm_error *err);

#endif
