/* bench_place.h - where the results of `waymark bench` go: a folder like a run's, or a tag of the
 * record, whose own folder then holds bench.txt and the profile. */
#ifndef WM_CLI_BENCH_PLACE_H
#define WM_CLI_BENCH_PLACE_H

#include "harness/cli/crash.h"
#include "harness/cli/places.h"

/* Zeroed is closed. */
struct wm_bench_place {
    struct wm_places places; /* a single run's, or a tag's */
    const char *folder;      /* of its files: one of those; after it was opened */
};

/* Refuses what cannot be written later; a tag that holds benchmarks or runs already, unless it is
 * replaced by --force. `run` has its settings, machine and identity. */
WM_MUST_USE int wm_bench_place_open(struct wm_bench_place *place,
                                    const struct wm_run_values *values, const struct wm_run *run,
                                    struct wm_error *err);
/* Writes the run, and the crash report of one that crashed. */
WM_MUST_USE int wm_bench_place_write(struct wm_bench_place *place, const struct wm_run *run,
                                     const struct wm_crash_report *report, struct wm_error *err);
/* Folders that were made and stayed empty go. */
void wm_bench_place_close(struct wm_bench_place *place);

#endif
