/* files.h - the single files of a run folder. Private to this room. */
#ifndef WM_RUNS_FILES_H
#define WM_RUNS_FILES_H

#include "harness/core/json.h"
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

/* A list of settings as an object of strings; members that are no strings are passed over. */
void wm_run_settings_write(struct wm_json_writer *json, const char *key,
                           const struct wm_run_setting *settings, size_t count);
WM_MUST_USE int wm_run_settings_read(struct wm_run *run, const struct wm_json *json,
                                     struct wm_run_setting **ret_settings, size_t *ret_count);

/* mismatches.c: expectations that were not met. */
WM_MUST_USE int wm_run_mismatches_write(const struct wm_run *run, const char *file,
                                        struct wm_error *err);
WM_MUST_USE int wm_run_mismatches_read(struct wm_run *run, const char *file, struct wm_error *err);

#endif
