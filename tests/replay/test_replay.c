/* test_replay.c - whole runs in a closed loop: what is sent, what is counted, what ends them. */
#include "drivers/drivers.h"
#include "tests/replay/rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rig rig; /* too large for a stack */

static uint64_t run_checksum(uint32_t threads, uint64_t requests)
{
    rig_open(&rig, NULL);
    rig.region->plan.threads = threads;
    rig.region->plan.concurrency = threads;
    rig.region->plan.requests = requests;
    rig_run(&rig);
    assert_int_equal(rig_requests(&rig), requests);
    assert_int_equal(rig.region->next_index, requests);
    assert_int_equal(rig.region->worker_count, threads);
    rig_expect_indices(&rig, requests);
    uint64_t checksum = rig_checksum(&rig);
    rig_close(&rig);
    return checksum;
}

static void test_every_index_is_sent_once_whatever_the_threads(void **state)
{
    (void)state;
    uint64_t one = run_checksum(1, 20000);
    assert_true(run_checksum(4, 20000) == one);
    assert_true(run_checksum(4, 20000) == one);
    assert_true(run_checksum(4, 19999) != one);
}

static void test_the_null_driver_runs_through_the_same_door(void **state)
{
    (void)state;
    rig_open(&rig, NULL);
    rig.settings.driver = &wm_driver_null;
    rig.region->plan.requests = 100000;
    rig_run(&rig);
    assert_int_equal(rig_requests(&rig), 100000);
    struct wm_histogram *latency = rig_latency(&rig);
    assert_int_equal(latency->count, 100000);
    free(latency);
    assert_true(rig.region->stopped_ns > rig.region->started_ns);
    rig_close(&rig);
}

static void test_a_duration_ends_the_run(void **state)
{
    (void)state;
    rig_open(&rig, NULL);
    rig.region->plan.threads = 2;
    rig.region->plan.duration_ns = 60 * 1000 * 1000;
    rig_run(&rig);
    assert_true(rig_requests(&rig) > 0);
    assert_int_equal(rig_requests(&rig), rig.region->next_index);
    assert_true(rig.region->stopped_ns - rig.region->started_ns >= 59 * 1000 * 1000);
    rig_close(&rig);
}

static int stop_at_1000(struct rig *at, const struct wm_work *work, bool counted)
{
    (void)counted;
    if (work->index == 1000)
        atomic_store(&at->region->stop, 1);
    return 0;
}

static void test_the_stop_flag_ends_the_run_without_a_hole(void **state)
{
    (void)state;
    rig_open(&rig, "entry,weight,think\nHandle,1,50us\n");
    rig.region->plan.threads = 3;
    rig.on_send = stop_at_1000;
    rig_run(&rig);
    assert_in_range(rig_requests(&rig), 1000, RIG_INDEX_MAX);
    rig_expect_indices(&rig, rig.region->next_index);
    rig_close(&rig);
}

struct callbacks {
    _Atomic uint32_t workers;
    uint32_t begun;
    uint32_t ended;
    uint32_t warmed_before;
    uint32_t sent_before;
};

static void on_worker(void *user)
{
    atomic_fetch_add(&((struct callbacks *)user)->workers, 1);
}

static void on_begin(void *user)
{
    struct callbacks *callbacks = user;
    callbacks->begun++;
    callbacks->warmed_before = rig.warmed;
    callbacks->sent_before = rig.sent;
}

static void on_end(void *user)
{
    ((struct callbacks *)user)->ended++;
}

static int check_warm_up(struct rig *at, const struct wm_work *work, bool counted)
{
    (void)at;
    bool warm = work->index >= WM_WORK_WARMUP_INDEX;
    return warm == !counted ? 0 : -EPROTO;
}

static void expect_callbacks(struct callbacks *callbacks, uint32_t workers)
{
    assert_int_equal(callbacks->workers, workers);
    assert_int_equal(callbacks->begun, 1);
    assert_int_equal(callbacks->ended, 1);
    assert_true(callbacks->warmed_before > 0);
    assert_int_equal(callbacks->warmed_before, rig.warmed);
    assert_int_equal(callbacks->sent_before, 0);
}

static void run_with_warm_up(struct callbacks *callbacks)
{
    rig.region->plan.threads = 2;
    rig.region->plan.warmup_ns = 20 * 1000 * 1000;
    rig.on_send = check_warm_up;
    rig.settings.begin = on_begin;
    rig.settings.end = on_end;
    rig.settings.worker = on_worker;
    rig.settings.user = callbacks;
    rig_run(&rig);
    expect_callbacks(callbacks, 2);
}

static void test_a_warm_up_is_not_counted(void **state)
{
    (void)state;
    uint64_t checksum = run_checksum(1, 500);
    struct callbacks callbacks = {0};
    rig_open(&rig, NULL);
    rig.region->plan.requests = 500;
    run_with_warm_up(&callbacks);
    rig_expect_indices(&rig, 500);
    assert_int_equal(rig_requests(&rig), 500);
    assert_true(rig_checksum(&rig) == checksum);
    struct wm_histogram *latency = rig_latency(&rig);
    assert_int_equal(latency->count, 500);
    free(latency);
    rig_close(&rig);
}

static void test_a_trace_starts_over_after_the_warm_up_and_ends_by_itself(void **state)
{
    (void)state;
    struct callbacks callbacks = {0};
    rig_open_trace(&rig, 300, 1000);
    run_with_warm_up(&callbacks);
    assert_int_equal(rig.warmed, 300);
    rig_expect_indices(&rig, 300);
    assert_int_equal(rig.region->next_index, 300);
    assert_int_equal(rig_requests(&rig), 300);
    rig_close(&rig);
}

static void test_a_trace_can_be_cut_by_a_limit(void **state)
{
    (void)state;
    rig_open_trace(&rig, 300, 1000);
    rig.region->plan.requests = 120;
    rig.region->plan.threads = 3;
    rig_run(&rig);
    rig_expect_indices(&rig, 120);
    rig_close(&rig);
}

static void test_a_user_who_thinks_waits_before_the_next_request(void **state)
{
    (void)state;
    rig_open(&rig, "entry,weight,think\nHandle,1,10ms\n");
    rig.region->plan.requests = 5;
    rig_run(&rig);
    assert_int_equal(rig_requests(&rig), 5);
    uint64_t taken_ns = rig.region->stopped_ns - rig.region->started_ns;
    assert_true(taken_ns >= UINT64_C(4) * 10 * 1000 * 1000);
    struct wm_histogram *latency = rig_latency(&rig);
    assert_true(wm_histogram_quantile(latency, 0.5) <
                10 * 1000 * 1000); /* thinking is no latency */
    free(latency);
    rig_close(&rig);
}

static int busy_every_other_time(struct rig *at, const struct wm_work *work, bool counted)
{
    static _Atomic uint32_t asked;
    (void)at;
    (void)work;
    (void)counted;
    return atomic_fetch_add(&asked, 1) % 2 == 0 ? -EBUSY : 0;
}

static void test_a_busy_driver_is_asked_again(void **state)
{
    (void)state;
    rig_open(&rig, NULL);
    rig.region->plan.requests = 50;
    rig.region->plan.threads = 2;
    rig.on_send = busy_every_other_time;
    rig_run(&rig);
    rig_expect_indices(&rig, 50);
    assert_int_equal(rig_requests(&rig), 50);
    rig_close(&rig);
}

static int always_busy(struct rig *at, const struct wm_work *work, bool counted)
{
    (void)work;
    (void)counted;
    atomic_store(&at->region->stop, 1);
    return -EBUSY;
}

static void test_a_driver_that_stays_busy_is_given_up(void **state)
{
    (void)state;
    rig_open(&rig, NULL);
    rig.settings.patience_ns = 5 * 1000 * 1000;
    rig.on_send = always_busy;
    rig_run(&rig);
    assert_int_equal(rig_requests(&rig), 0);
    assert_int_equal(rig_unfinished(&rig), 1);
    rig_close(&rig);
}

static int fail_at_10(struct rig *at, const struct wm_work *work, bool counted)
{
    (void)at;
    (void)counted;
    return work->index == 10 ? -EPIPE : 0;
}

static void expect_failure(int expected_rc)
{
    struct wm_error err = {0};
    struct rig *target = &rig;
    rig.settings.driver_target = &target;
    assert_int_equal(wm_replay_run(&rig.settings, &err), expected_rc);
    assert_true(strlen(err.text) > 0);
}

static void test_a_request_that_cannot_be_sent_ends_the_run_with_its_error(void **state)
{
    (void)state;
    rig_open(&rig, NULL);
    rig.region->plan.threads = 2;
    rig.on_send = fail_at_10;
    expect_failure(-EPIPE);
    assert_true(rig_requests(&rig) >= 10);
    rig_close(&rig);
}

/* Turns a byte in the middle of the trace; the file is read as it is replayed. */
static void damage_trace(void)
{
    char name[4096];
    snprintf(name, sizeof(name), "%s/trace.wmt", rig.folder);
    FILE *file = fopen(name, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long middle = ftell(file) / 2;
    assert_int_equal(fseek(file, middle, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, middle, SEEK_SET), 0);
    assert_true(fputc(byte ^ 0x55, file) != EOF);
    assert_int_equal(fclose(file), 0);
}

static void test_a_damaged_trace_ends_the_run_with_its_error(void **state)
{
    (void)state;
    rig_open_trace(&rig, 20000, 0);
    damage_trace();
    rig.region->plan.threads = 3;
    struct wm_error err = {0};
    struct rig *target = &rig;
    rig.settings.driver_target = &target;
    assert_true(wm_replay_run(&rig.settings, &err) < 0);
    assert_true(strlen(err.text) > 0);
    assert_in_range(rig_requests(&rig), 1, 19999);
    rig_close(&rig);
}

static int refuse_open(const struct wm_driver_settings *settings, struct wm_driver **ret_driver,
                       struct wm_error *err)
{
    (void)settings;
    (void)ret_driver;
    return wm_fail(err, -ECONNREFUSED, "nobody is there");
}

static void test_a_driver_that_does_not_open_ends_the_run_before_it_begins(void **state)
{
    (void)state;
    struct wm_driver_ops broken = wm_driver_null;
    struct callbacks callbacks = {0};
    broken.open = refuse_open;
    rig_open(&rig, NULL);
    rig.settings.driver = &broken;
    rig.settings.begin = on_begin;
    rig.settings.user = &callbacks;
    rig.region->plan.threads = 4;
    rig.region->plan.warmup_ns = 1000;
    expect_failure(-ECONNREFUSED);
    assert_int_equal(callbacks.begun, 0);
    rig_close(&rig);
}

static void test_plans_that_cannot_be_run_are_refused(void **state)
{
    (void)state;
    rig_open(&rig, NULL);
    rig.region->plan.threads = 0;
    expect_failure(-EINVAL);
    rig.region->plan.threads = WM_WORKER_MAX + 1;
    expect_failure(-EINVAL);
    rig.region->plan.threads = 1;
    rig.region->plan.law = WM_LAW_CONSTANT;
    rig.region->plan.rate_per_second = 0;
    expect_failure(-EINVAL);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_index_is_sent_once_whatever_the_threads),
        cmocka_unit_test(test_the_null_driver_runs_through_the_same_door),
        cmocka_unit_test(test_a_duration_ends_the_run),
        cmocka_unit_test(test_the_stop_flag_ends_the_run_without_a_hole),
        cmocka_unit_test(test_a_warm_up_is_not_counted),
        cmocka_unit_test(test_a_trace_starts_over_after_the_warm_up_and_ends_by_itself),
        cmocka_unit_test(test_a_trace_can_be_cut_by_a_limit),
        cmocka_unit_test(test_a_user_who_thinks_waits_before_the_next_request),
        cmocka_unit_test(test_a_busy_driver_is_asked_again),
        cmocka_unit_test(test_a_driver_that_stays_busy_is_given_up),
        cmocka_unit_test(test_a_request_that_cannot_be_sent_ends_the_run_with_its_error),
        cmocka_unit_test(test_a_damaged_trace_ends_the_run_with_its_error),
        cmocka_unit_test(test_a_driver_that_does_not_open_ends_the_run_before_it_begins),
        cmocka_unit_test(test_plans_that_cannot_be_run_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
