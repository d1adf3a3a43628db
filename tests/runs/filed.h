/* filed.h - runs to file: small, whole, with known costs. */
#ifndef WM_TESTS_RUNS_FILED_H
#define WM_TESTS_RUNS_FILED_H

#include "harness/core/file.h"
#include "profiles/runs/run.h"

#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>

/* A run of 1000 requests of two paths, of which the first costs `ns` each and the second nothing
 * that was sampled. */
static inline struct wm_run *wm_test_run(uint64_t ns, const char *build_id)
{
    struct wm_run *run = NULL;
    assert_int_equal(wm_run_new(&run), 0);
    run->started = "2026-11-22T14:03:09Z";
    run->entry = "Enter";
    run->load = "closed loop, 1 thread";
    run->requests = 1000;
    run->seconds = 0.5;
    run->hz = 997;
    assert_int_equal(
        wm_run_add_setting(run, &run->identity, &run->identity_count, WM_RUN_BUILD_ID, build_id),
        0);
    assert_int_equal(wm_run_add_setting(run, &run->settings, &run->setting_count, "threads", "1"),
                     0);
    static const char *const slow[] = {"A"}, *const quick[] = {"B"};
    *wm_paths_add(run->paths) = (struct wm_path_row){.id = 1,
                                                     .entry = "Enter",
                                                     .outcome = "",
                                                     .requests = 600,
                                                     .samples = 100,
                                                     .cpu_ns = 600 * ns,
                                                     .weight_square = 3600.0 * (double)(ns * ns),
                                                     .nodes = slow,
                                                     .node_count = 1};
    *wm_paths_add(run->paths) = (struct wm_path_row){
        .id = 2, .entry = "Enter", .outcome = "", .requests = 400, .nodes = quick, .node_count = 1};
    assert_int_equal(wm_paths_finish(run->paths), 0);
    return run;
}

static inline void wm_test_write_run(const char *folder, uint64_t ns, const char *build_id)
{
    struct wm_error err = {0};
    struct wm_run *run = wm_test_run(ns, build_id);
    if (wm_run_write(run, folder, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    wm_run_free(run);
}

/* Into HOME/NAME/NUMBER. */
static inline void wm_test_file_run(const char *home, const char *name, int number, uint64_t ns,
                                    const char *build_id)
{
    char folder[4096];
    snprintf(folder, sizeof(folder), "%s/%s/%d", home, name, number);
    wm_test_write_run(folder, ns, build_id);
}

#endif
