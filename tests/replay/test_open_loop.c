/* test_open_loop.c - whole runs in an open loop: counts by the schedule, honest latency. */
#include "harness/replay/schedule.h"
#include "tests/replay/rig.h"

#include <stdlib.h>

#define MS UINT64_C(1000000)

static struct rig rig; /* too large for a stack */

static void open_constant(double rate_per_second, uint32_t threads)
{
    rig_open(&rig, NULL);
    rig.region->plan.law = WM_LAW_CONSTANT;
    rig.region->plan.rate_per_second = rate_per_second;
    rig.region->plan.threads = threads;
}

static void expect_all_late_counted(uint64_t requests)
{
    struct wm_histogram *late = rig_late(&rig);
    struct wm_histogram *latency = rig_latency(&rig);
    assert_int_equal(late->count, requests);
    assert_int_equal(latency->count, requests);
    assert_true(latency->max_ns >= wm_histogram_quantile(late, 0)); /* it includes being late */
    free(latency);
    free(late);
}

static void test_a_constant_rate_sends_what_is_due_in_the_duration(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 4; threads += 3) {
        open_constant(2000, threads);
        rig.region->plan.duration_ns = 200 * MS;
        rig_run(&rig);
        assert_int_equal(rig_requests(&rig), 400);
        rig_expect_indices(&rig, 400);
        expect_all_late_counted(400);
        rig_close(&rig);
    }
}

static void test_poisson_sends_what_its_schedule_says(void **state)
{
    (void)state;
    open_constant(3000, 2);
    rig.region->plan.law = WM_LAW_POISSON;
    rig.region->plan.duration_ns = 100 * MS;
    rig_run(&rig);
    struct wm_schedule *schedule = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_schedule_new(&rig.region->plan, &schedule, &err), 0);
    uint64_t expected = 0;
    while (wm_schedule_due(schedule, expected, 0) < 100 * MS)
        expected++;
    wm_schedule_free(schedule);
    rig_expect_indices(&rig, expected);
    rig_close(&rig);
}

static void test_a_trace_is_replayed_at_its_own_times(void **state)
{
    (void)state;
    rig_open_trace(&rig, 50, 2 * MS);
    rig.region->plan.law = WM_LAW_RECORDED;
    rig.region->plan.speed = 2;
    rig.region->plan.threads = 2;
    rig_run(&rig);
    rig_expect_indices(&rig, 50);
    assert_true(rig.region->stopped_ns - rig.region->started_ns >= 49 * MS);
    rig_close(&rig);
}

static void test_a_worker_tells_how_busy_it_was(void **state)
{
    (void)state;
    open_constant(100, 2);
    rig.region->plan.duration_ns = 300 * MS;
    rig_run(&rig);
    for (int i = 0; i < 2; i++) {
        const struct wm_worker_table *table = &rig.region->workers[i];
        assert_true(table->wall_ns >= 150 * MS);
        assert_true(table->busy_ns > 0 && table->busy_ns < table->wall_ns / 2);
    }
    rig_close(&rig);
}

static int stop_at_30(struct rig *at, const struct wm_work *work, bool counted)
{
    (void)counted;
    if (work->index == 30)
        atomic_store(&at->region->stop, 1);
    return 0;
}

static void test_the_stop_flag_gives_back_what_waits_for_its_time(void **state)
{
    (void)state;
    open_constant(500, 8);
    rig.on_send = stop_at_30;
    rig_run(&rig);
    assert_true(rig.region->next_index > 30);
    assert_int_equal(rig_requests(&rig), rig.region->next_index);
    rig_expect_indices(&rig, rig.region->next_index);
    rig_close(&rig);
}

static int stall_at_20(struct rig *at, const struct wm_work *work, bool counted)
{
    (void)at;
    (void)counted;
    if (work->index == 20)
        rig_burn(50 * MS);
    return 0;
}

/* Coordinated omission: who measures from the sending sees one slow request; the 49 that were due
 * meanwhile waited too, 25 of them for 25 ms and more. */
static void test_a_stall_shows_in_the_latency_of_the_requests_due_meanwhile(void **state)
{
    (void)state;
    open_constant(1000, 1);
    rig.region->plan.requests = 200;
    rig.on_send = stall_at_20;
    rig_run(&rig);
    struct wm_histogram *latency = rig_latency(&rig);
    assert_int_equal(latency->count, 200);
    assert_true(latency->max_ns >= 50 * MS);
    assert_true(wm_histogram_quantile(latency, 0.99) >= 45 * MS);
    assert_true(wm_histogram_quantile(latency, 0.90) >= 25 * MS);
    free(latency);
    struct wm_histogram *late = rig_late(&rig);
    assert_true(wm_histogram_quantile(late, 0.99) >= 45 * MS);
    free(late);
    rig_close(&rig);
}

static int burn_5_ms(struct rig *at, const struct wm_work *work, bool counted)
{
    (void)at;
    (void)work;
    (void)counted;
    rig_burn(5 * MS);
    return 0;
}

static void test_a_rate_that_the_app_cannot_follow_ends_a_second_after_the_duration(void **state)
{
    (void)state;
    open_constant(100000, 2);
    rig.region->plan.duration_ns = 50 * MS;
    rig.on_send = burn_5_ms;
    rig_run(&rig);
    assert_in_range(rig_requests(&rig), 20, 500);
    rig_expect_indices(&rig, rig.region->next_index);
    assert_int_equal(rig.region->unsent + rig.region->next_index, 5000);
    rig_close(&rig);
}

static void expect_unsent_by_schedule(uint64_t end_ns)
{
    struct wm_schedule *schedule = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_schedule_new(&rig.region->plan, &schedule, &err), 0);
    uint64_t due = 0;
    while (wm_schedule_due(schedule, due, due * MS / 10) < end_ns)
        due++;
    wm_schedule_free(schedule);
    assert_true(rig.region->unsent > 0);
    assert_int_equal(rig.region->unsent + rig.region->next_index, due);
}

static void test_what_was_due_and_never_sent_is_counted_under_each_law(void **state)
{
    (void)state;
    open_constant(100000, 2);
    rig.region->plan.law = WM_LAW_POISSON;
    rig.region->plan.duration_ns = 50 * MS;
    rig.on_send = burn_5_ms;
    rig_run(&rig);
    expect_unsent_by_schedule(50 * MS);
    rig_close(&rig);
    rig_open_trace(&rig, 2000, MS / 10);
    rig.region->plan.law = WM_LAW_RECORDED;
    rig.region->plan.speed = 4;
    rig.region->plan.duration_ns = 40 * MS; /* 1,600 of the 2,000 */
    rig.on_send = burn_5_ms;
    rig_run(&rig);
    expect_unsent_by_schedule(40 * MS);
    rig_close(&rig);
    open_constant(1000, 1);
    rig.region->plan.duration_ns = 50 * MS;
    rig_run(&rig);
    assert_int_equal(rig.region->unsent, 0);
    rig_close(&rig);
}

static void test_an_open_loop_does_not_think(void **state)
{
    (void)state;
    rig_open(&rig, "entry,weight,think\nHandle,1,10s\n");
    rig.region->plan.law = WM_LAW_CONSTANT;
    rig.region->plan.rate_per_second = 10000;
    rig.region->plan.requests = 20;
    rig_run(&rig);
    assert_int_equal(rig_requests(&rig), 20);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_constant_rate_sends_what_is_due_in_the_duration),
        cmocka_unit_test(test_poisson_sends_what_its_schedule_says),
        cmocka_unit_test(test_a_trace_is_replayed_at_its_own_times),
        cmocka_unit_test(test_a_worker_tells_how_busy_it_was),
        cmocka_unit_test(test_the_stop_flag_gives_back_what_waits_for_its_time),
        cmocka_unit_test(test_a_stall_shows_in_the_latency_of_the_requests_due_meanwhile),
        cmocka_unit_test(test_a_rate_that_the_app_cannot_follow_ends_a_second_after_the_duration),
        cmocka_unit_test(test_what_was_due_and_never_sent_is_counted_under_each_law),
        cmocka_unit_test(test_an_open_loop_does_not_think),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
