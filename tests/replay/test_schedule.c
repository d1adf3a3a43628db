/* test_schedule.c - due times of each law. */
#include "harness/replay/schedule.h"
#include "tests/support/support.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct wm_schedule *new_schedule(uint32_t law, double rate, double speed, uint64_t seed)
{
    struct wm_plan *plan = calloc(1, sizeof(*plan));
    assert_non_null(plan);
    plan->law = law;
    plan->rate_per_second = rate;
    plan->speed = speed;
    plan->seed = seed;
    struct wm_schedule *schedule = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_schedule_new(plan, &schedule, &err), 0);
    free(plan);
    return schedule;
}

static int try_schedule(uint32_t law, double rate, double speed)
{
    struct wm_plan *plan = calloc(1, sizeof(*plan));
    assert_non_null(plan);
    plan->law = law;
    plan->rate_per_second = rate;
    plan->speed = speed;
    struct wm_schedule *schedule = NULL;
    struct wm_error err = {0};
    int rc = wm_schedule_new(plan, &schedule, &err);
    if (rc < 0)
        assert_true(strlen(err.text) > 0);
    wm_schedule_free(schedule);
    free(plan);
    return rc;
}

static void test_constant_is_exact_and_does_not_drift(void **state)
{
    (void)state;
    struct wm_schedule *schedule = new_schedule(WM_LAW_CONSTANT, 3, 0, 1);
    for (uint64_t i = 0; i < 3000000; i++) {
        uint64_t due_ns = wm_schedule_due(schedule, i, 0);
        if (due_ns != i * 1000000000 / 3)
            fail_msg("request %lu is due at %lu", (unsigned long)i, (unsigned long)due_ns);
    }
    wm_schedule_free(schedule);
}

static void test_poisson_keeps_the_mean_and_is_exponential(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    const double mean_ns = 1e9 / 500;
    struct wm_schedule *schedule = new_schedule(WM_LAW_POISSON, 500, 0, 42);
    uint64_t last_ns = 0;
    unsigned above[4] = {0}; /* gaps above 0.5, 1, 2 and 4 times the mean */
    const double limits[4] = {0.5, 1, 2, 4};
    for (uint64_t i = 0; i < COUNT; i++) {
        uint64_t due_ns = wm_schedule_due(schedule, i, 0);
        assert_true(due_ns >= last_ns);
        for (int k = 0; k < 4; k++)
            above[k] += (double)(due_ns - last_ns) > limits[k] * mean_ns;
        last_ns = due_ns;
    }
    /* four standard errors of the mean of COUNT exponential gaps */
    assert_true(fabs((double)last_ns / COUNT / mean_ns - 1) < 4 / sqrt(COUNT));
    for (int k = 0; k < 4; k++) {
        double share = exp(-limits[k]);
        double error = 4 * sqrt(share * (1 - share) / COUNT);
        assert_true(fabs((double)above[k] / COUNT - share) < error);
    }
    wm_schedule_free(schedule);
}

static void test_poisson_is_a_function_of_the_seed(void **state)
{
    (void)state;
    struct wm_schedule *one = new_schedule(WM_LAW_POISSON, 1000, 0, 5);
    struct wm_schedule *same = new_schedule(WM_LAW_POISSON, 1000, 0, 5);
    struct wm_schedule *other = new_schedule(WM_LAW_POISSON, 1000, 0, 6);
    unsigned equal = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t due_ns = wm_schedule_due(one, i, 0);
        assert_true(due_ns == wm_schedule_due(same, i, 0));
        equal += due_ns == wm_schedule_due(other, i, 0);
    }
    assert_true(equal < 3);
    wm_schedule_free(one);
    wm_schedule_free(same);
    wm_schedule_free(other);
}

static void test_recorded_times_are_divided_by_the_speed(void **state)
{
    (void)state;
    struct wm_schedule *schedule = new_schedule(WM_LAW_RECORDED, 0, 2, 1);
    assert_int_equal(wm_schedule_due(schedule, 0, 0), 0);
    assert_int_equal(wm_schedule_due(schedule, 1, 1000), 500);
    assert_int_equal(wm_schedule_due(schedule, 2, 4001), 2000);
    wm_schedule_free(schedule);
}

static void test_times_that_step_back_or_run_over_are_held(void **state)
{
    (void)state;
    struct wm_schedule *schedule = new_schedule(WM_LAW_RECORDED, 0, 0x1p-30, 1);
    uint64_t first_ns = wm_schedule_due(schedule, 0, 7);
    assert_true(first_ns == UINT64_C(7) << 30);
    assert_true(wm_schedule_due(schedule, 1, 3) == first_ns);
    uint64_t far_ns = wm_schedule_due(schedule, 2, UINT64_MAX);
    assert_true(far_ns > first_ns && far_ns < UINT64_MAX / 2);
    wm_schedule_free(schedule);
}

static void test_a_closed_loop_has_no_due_times(void **state)
{
    (void)state;
    struct wm_schedule *schedule = new_schedule(WM_LAW_CLOSED, 0, 0, 1);
    assert_int_equal(wm_schedule_due(schedule, 0, 99), 0);
    assert_int_equal(wm_schedule_due(schedule, 1, 100), 0);
    wm_schedule_free(schedule);
}

static void test_rates_and_speeds_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    assert_int_equal(try_schedule(WM_LAW_CONSTANT, 0, 1), -EINVAL);
    assert_int_equal(try_schedule(WM_LAW_POISSON, -1, 1), -EINVAL);
    assert_int_equal(try_schedule(WM_LAW_POISSON, (double)NAN, 1), -EINVAL);
    assert_int_equal(try_schedule(WM_LAW_CONSTANT, (double)INFINITY, 1), -EINVAL);
    assert_int_equal(try_schedule(WM_LAW_RECORDED, 1, 0), -EINVAL);
    assert_int_equal(try_schedule(WM_LAW_RECORDED + 1, 1, 1), -EINVAL);
}

static void test_every_law_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(wm_schedule_law_name(WM_LAW_CLOSED), "closed");
    assert_string_equal(wm_schedule_law_name(WM_LAW_RECORDED), "recorded");
    assert_null(wm_schedule_law_name(WM_LAW_RECORDED + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant_is_exact_and_does_not_drift),
        cmocka_unit_test(test_poisson_keeps_the_mean_and_is_exponential),
        cmocka_unit_test(test_poisson_is_a_function_of_the_seed),
        cmocka_unit_test(test_recorded_times_are_divided_by_the_speed),
        cmocka_unit_test(test_times_that_step_back_or_run_over_are_held),
        cmocka_unit_test(test_a_closed_loop_has_no_due_times),
        cmocka_unit_test(test_rates_and_speeds_that_make_no_sense_are_refused),
        cmocka_unit_test(test_every_law_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
