/* test_run.c - the run folder: refused, made ready, written, read, replaced. */
#include "tests/support/support.h"

#include "harness/core/arena.h"
#include "harness/core/file.h"
#include "harness/core/json.h"
#include "profiles/runs/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has(const char *folder, const char *name)
{
    char *file = wm_file_join_dup(folder, name);
    bool found = wm_file_exists(file);
    free(file);
    return found;
}

static struct wm_run *build_run(void)
{
    static struct wm_run_setting settings[] = {
        {"seed",     "7"            },
        {"workload", "mix \"1\".csv"},
    };
    static struct wm_run_setting identity[] = {
        {WM_RUN_BUILD_ID, "beef"}
    };
    static struct wm_mismatch mismatch = {
        "ProcessOrder:approved", 3, "ProcessRefund", 0xabc, 12, 4711, "op=order sku=17",
    };
    struct wm_run *run = NULL;
    assert_int_equal(wm_run_new(&run), 0);
    run->started = "2026-11-22T14:03:09Z";
    run->entry = "HandleRequest";
    run->load = "closed loop, 1 thread";
    run->seconds = 4.25;
    run->requests = UINT64_C(9007199254740993); /* not a double */
    run->errors = 2;
    run->mismatches = 12;
    run->cpu_ns = 4000;
    run->app_cpu_ns = 4001;
    run->samples = 5;
    run->samples_dropped = 6;
    run->samples_truncated = 7;
    run->hz = 997;
    run->sampler = "perf_event";
    run->sampling_share = 0.015;
    run->open_loop = true;
    run->late_p99_ns = 8;
    run->sites = 12;
    run->sites_reached = 11;
    run->coverage = 11.0 / 12;
    run->settings = settings;
    run->setting_count = 2;
    run->identity = identity;
    run->identity_count = 1;
    run->mismatch_rows = &mismatch;
    run->mismatch_row_count = 1;
    wm_run_note(run, "note %d of %s", 1, "this run");
    wm_run_note(run, "another");
    struct wm_path_row *row = wm_paths_add(run->paths);
    row->id = 1;
    row->entry = "HandleRequest";
    row->requests = 3;
    assert_int_equal(wm_paths_finish(run->paths), 0);
    *wm_segments_add(run->segments) = (struct wm_segment_row){.segment = "A", .file = "a.c"};
    assert_int_equal(wm_profile_new(&run->profile), 0);
    assert_int_equal(wm_profile_add_sample_type(run->profile, "cpu", "nanoseconds"), 0);
    return run;
}

static void write_run(const struct wm_run *run, const char *folder)
{
    struct wm_error err = {0};
    if (wm_run_write(run, folder, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
}

static void test_run_comes_back_as_it_went(void **state)
{
    (void)state;
    char *parent = wm_test_folder();
    char *folder = wm_file_join_dup(parent, "runs/a");
    struct wm_run *run = build_run(), *again = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_run_prepare(folder, false, &err), 0);
    write_run(run, folder);
    assert_true(has(folder, "profile.pb.gz"));
    assert_int_equal(wm_run_read(folder, &again, &err), 0);
    assert_true(again->requests == run->requests && again->samples_truncated == 7);
    assert_true(again->seconds > 4.2499 && again->seconds < 4.2501);
    assert_true(again->open_loop && !again->crashed);
    assert_string_equal(again->load, run->load);
    assert_string_equal(again->sampler, "perf_event");
    assert_int_equal(again->sites_reached, 11);
    assert_int_equal(again->note_count, 2);
    assert_string_equal(again->notes[0], "note 1 of this run");
    assert_int_equal(again->mismatch_row_count, 1);
    assert_string_equal(again->mismatch_rows[0].example, "op=order sku=17");
    assert_int_equal(again->mismatch_rows[0].path_id, 0xabc);
    assert_int_equal(again->paths->count, 1);
    assert_int_equal(again->segments->count, 1);
    assert_int_equal(again->setting_count, 2);
    assert_string_equal(wm_run_setting(again->settings, 2, "workload"), "mix \"1\".csv");
    assert_string_equal(wm_run_setting(again->identity, again->identity_count, WM_RUN_BUILD_ID),
                        "beef");
    assert_string_equal(wm_run_setting(again->machine, again->machine_count, "cpu"), "");
    assert_null(again->profile);
    wm_run_free(run);
    wm_run_free(again);
    free(folder);
    wm_test_folder_remove(parent);
}

static void test_run_of_a_server_comes_back_with_what_failed(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_run *run = build_run(), *again = NULL;
    struct wm_error err = {0};
    write_run(run, folder);
    assert_int_equal(wm_run_read(folder, &again, &err), 0);
    assert_false(wm_run_of_server(again));
    wm_run_free(again);
    run->target = WM_RUN_SERVER;
    run->protocol = "resp";
    run->processes = 3;
    run->queue_max = 40;
    run->queue_p99 = 20;
    run->queue_wait_max_ns = 5000;
    run->reconnects = 6;
    run->background_cpu_ns = 700;
    run->harness_busy = 0.25;
    assert_int_equal(wm_run_add_failure(run, "connection \"reset\"", 12), 0);
    assert_int_equal(wm_run_add_failure(run, "timed out", 1), 0);
    assert_int_equal(wm_run_add_failure(run, "not HTTP", 2), 0);
    write_run(run, folder);
    assert_int_equal(wm_run_read(folder, &again, &err), 0);
    assert_true(wm_run_of_server(again));
    assert_string_equal(again->target, "server");
    assert_string_equal(again->protocol, "resp");
    assert_int_equal(again->processes, 3);
    assert_int_equal(again->queue_max + again->queue_p99 + again->queue_wait_max_ns, 5060);
    assert_int_equal(again->reconnects, 6);
    assert_int_equal(again->background_cpu_ns, 700);
    assert_true(again->harness_busy > 0.249 && again->harness_busy < 0.251);
    assert_int_equal(again->failure_count, 3);
    assert_string_equal(again->failures[0].reason, "connection \"reset\"");
    assert_int_equal(again->failures[2].requests, 2);
    wm_run_free(run);
    wm_run_free(again);
    wm_test_folder_remove(folder);
}

static void test_run_json_has_the_promised_keys_first(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "version",           "started",     "seconds",    "requests", "errors",
        "mismatches",        "cpu_ns",      "app_cpu_ns", "samples",  "samples_dropped",
        "samples_truncated", "late_p99_ns", "coverage",   "notes",    "settings",
    };
    char *folder = wm_test_folder();
    struct wm_run *run = build_run();
    write_run(run, folder);
    char *file = wm_file_join_dup(folder, "run.json");
    char *content = wm_test_read(file);
    const char *at = content;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char key[64];
        snprintf(key, sizeof(key), "\"%s\":", keys[i]);
        at = strstr(at, key);
        assert_non_null(at);
    }
    assert_non_null(strstr(content, "\"seed\": \"7\""));
    assert_non_null(strstr(content, "\"workload\": \"mix \\\"1\\\".csv\""));
    free(content);
    free(file);
    wm_run_free(run);
    wm_test_folder_remove(folder);
}

static void test_run_folder_with_a_run_is_replaced_only_by_force(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_run *run = build_run();
    struct wm_error err = {0};
    write_run(run, folder);
    free(wm_test_file(folder, "crash.json", "{}"));
    assert_int_equal(wm_run_prepare(folder, false, &err), -EEXIST);
    assert_non_null(strstr(err.text, "--force"));
    assert_string_equal(err.place, folder);
    assert_int_equal(wm_run_prepare(folder, true, &err), 0);
    assert_true(has(folder, "run.json"));
    run->mismatch_row_count = 0;
    wm_profile_free(run->profile);
    run->profile = NULL;
    write_run(run, folder);
    assert_true(has(folder, "run.json") && has(folder, "paths.csv"));
    assert_false(has(folder, "mismatches.csv") || has(folder, "crash.json") ||
                 has(folder, "profile.pb.gz"));
    wm_run_free(run);
    wm_test_folder_remove(folder);
}

static void test_run_that_cannot_be_written_leaves_the_older_one_whole(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_run *run = build_run();
    struct wm_error err = {0};
    write_run(run, folder);
    char *obstacle = wm_file_join_dup(folder, "segments.csv.part");
    assert_int_equal(mkdir(obstacle, 0777), 0);
    run->mismatch_row_count = 0;
    assert_true(wm_run_write(run, folder, &err) < 0);
    assert_true(has(folder, "run.json") && has(folder, "paths.csv") &&
                has(folder, "mismatches.csv") && has(folder, "profile.pb.gz"));
    assert_false(has(folder, "paths.csv.part") || has(folder, "profile.pb.gz.part"));
    free(obstacle);
    wm_run_free(run);
    wm_test_folder_remove(folder);
}

static void test_run_of_a_crash_keeps_what_is_told_of_it(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_run *run = build_run();
    run->crashed = true;
    free(wm_test_file(folder, "crash.json", "{}"));
    write_run(run, folder);
    assert_true(has(folder, "crash.json"));
    wm_run_free(run);
    wm_test_folder_remove(folder);
}

static void test_run_folder_of_something_else_is_refused_always(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_error err = {0};
    char *file = wm_test_file(folder, "thesis.txt", "years of work");
    assert_int_equal(wm_run_prepare(folder, false, &err), -EEXIST);
    assert_int_equal(wm_run_prepare(folder, true, &err), -EEXIST);
    assert_non_null(strstr(err.text, "not empty"));
    assert_int_equal(wm_run_prepare(file, true, &err), -ENOTDIR);
    assert_true(wm_file_exists(file));
    free(file);
    wm_test_folder_remove(folder);
}

static void test_run_folder_that_cannot_be_made_or_written_is_told_early(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_error err = {0};
    char *file = wm_test_file(folder, "file", "");
    char *below = wm_file_join_dup(file, "run");
    assert_int_equal(wm_run_prepare(below, false, &err), -ENOTDIR);
    assert_true(wm_run_prepare("/proc/nothing/run", false, &err) < 0);
    if (geteuid() != 0) { /* permissions do not stop root */
        char *closed = wm_file_join_dup(folder, "closed");
        assert_int_equal(mkdir(closed, 0500), 0);
        assert_int_equal(wm_run_prepare(closed, false, &err), -EACCES);
        free(closed);
    }
    free(below);
    free(file);
    wm_test_folder_remove(folder);
}

static void test_run_prepare_leaves_nothing_in_the_folder(void **state)
{
    (void)state;
    char *parent = wm_test_folder();
    char *folder = wm_file_join_dup(parent, "run");
    struct wm_error err = {0};
    assert_int_equal(wm_run_prepare(folder, false, &err), 0);
    assert_int_equal(rmdir(folder), 0);
    free(folder);
    wm_test_folder_remove(parent);
}

static void test_run_is_copied_and_removed_with_all_its_files(void **state)
{
    (void)state;
    char *parent = wm_test_folder();
    char *folder = wm_file_join_dup(parent, "run"), *copy = wm_file_join_dup(parent, "copy");
    struct wm_run *run = build_run();
    struct wm_error err = {0};
    static const char *const names[] = {"run.json",     "paths.csv", "profile.pb.gz",
                                        "segments.csv", "bench.txt", "mismatches.csv"};
    run->bench = "BenchmarkA 1 1 ns/op\n";
    write_run(run, folder);
    assert_int_equal(wm_run_copy(folder, copy, &err), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!has(folder, names[i]) || !has(copy, names[i]))
            fail_msg("no %s", names[i]);
    assert_int_equal(wm_run_remove(folder, &err), 0);
    assert_int_equal(wm_run_remove(copy, &err), 0);
    assert_false(wm_file_exists(folder));
    assert_false(wm_file_exists(copy));
    free(folder);
    free(copy);
    wm_run_free(run);
    wm_test_folder_remove(parent);
}

static void test_run_reading_says_what_is_missing(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    struct wm_run *run = build_run(), *again = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_run_read("/nonexistent", &again, &err), -ENOENT);
    assert_int_equal(wm_run_read(folder, &again, &err), -ENOENT);
    assert_non_null(strstr(err.text, "run.json"));
    write_run(run, folder);
    char *file = wm_file_join_dup(folder, "segments.csv");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(wm_run_read(folder, &again, &err), -ENOENT);
    assert_string_equal(err.place, file);
    free(file);
    wm_run_free(run);
    wm_test_folder_remove(folder);
}

static void test_run_json_that_is_wrong_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "{}",
        "{\"version\": \"1\"}",
        "{\"version\": 1}",
        "{\"version\": 1, \"requests\": -1}",
        "{\"version\": 1, \"requests\": 1.5}",
        "{\"version\": 1, \"requests\": []}",
    };
    char *folder = wm_test_folder();
    struct wm_run *run = build_run(), *again = NULL;
    write_run(run, folder);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct wm_error err = {0};
        free(wm_test_file(folder, "run.json", bad[i]));
        assert_int_equal(wm_run_read(folder, &again, &err), -EINVAL);
        assert_non_null(strstr(err.place, "run.json"));
    }
    wm_run_free(run);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_comes_back_as_it_went),
        cmocka_unit_test(test_run_of_a_server_comes_back_with_what_failed),
        cmocka_unit_test(test_run_json_has_the_promised_keys_first),
        cmocka_unit_test(test_run_folder_with_a_run_is_replaced_only_by_force),
        cmocka_unit_test(test_run_that_cannot_be_written_leaves_the_older_one_whole),
        cmocka_unit_test(test_run_of_a_crash_keeps_what_is_told_of_it),
        cmocka_unit_test(test_run_folder_of_something_else_is_refused_always),
        cmocka_unit_test(test_run_folder_that_cannot_be_made_or_written_is_told_early),
        cmocka_unit_test(test_run_prepare_leaves_nothing_in_the_folder),
        cmocka_unit_test(test_run_is_copied_and_removed_with_all_its_files),
        cmocka_unit_test(test_run_reading_says_what_is_missing),
        cmocka_unit_test(test_run_json_that_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
