/* test_bench.c - the arithmetic of a benchmark. */
#include "harness/replay/bench.h"
#include "tests/support/support.h"

static void assert_near(double value, double expected)
{
    assert_true(value > expected - 1e-9 && value < expected + 1e-9);
}

static void test_growing_aims_a_fifth_above_the_goal(void **state)
{
    (void)state;
    /* 1,000 took 0.1 s: a second is 10,000 of them */
    assert_int_equal(wm_bench_grow(1000, 100000000, 1000000000), 12000);
}

static void test_growing_is_at_most_a_hundredfold(void **state)
{
    (void)state;
    assert_int_equal(wm_bench_grow(1, 30, 1000000000), 100);
    assert_int_equal(wm_bench_grow(100, 0, 1000000000), 10000); /* the clock did not move */
}

static void test_growing_never_stands_still(void **state)
{
    (void)state;
    /* it just missed the goal, or the clock went on for another reason */
    assert_true(wm_bench_grow(1, 999999999, 1000000000) > 1);
    assert_int_equal(wm_bench_grow(7, 2000000000, 1000000000), 8);
}

static void test_growing_ends_at_the_limit(void **state)
{
    (void)state;
    assert_int_equal(wm_bench_grow(500000000, 1, 1000000000), WM_BENCH_ITERATIONS_MAX);
    assert_int_equal(wm_bench_grow(WM_BENCH_ITERATIONS_MAX, 1, 1000000000),
                     WM_BENCH_ITERATIONS_MAX);
}

static void test_growing_reaches_every_goal_in_a_few_steps(void **state)
{
    (void)state;
    for (uint64_t op_ns = 1; op_ns < UINT64_C(10000000000); op_ns *= 10) {
        uint64_t n = 1;
        int steps = 0;
        for (; n * op_ns < 1000000000 && n < WM_BENCH_ITERATIONS_MAX; steps++)
            n = wm_bench_grow(n, n * op_ns, 1000000000);
        assert_true(steps <= 6);
        assert_true(n == 1 || n * op_ns <= 2 * UINT64_C(1000000000));
    }
}

static void test_what_the_loop_adds_is_subtracted_once_per_thread(void **state)
{
    (void)state;
    struct wm_bench_round round = {
        .threads = 1, .iterations = 1000, .timed_ns = 17000, .cpu_ns = 16500, .overhead_ns = 1.5};
    assert_near(wm_bench_ns(&round), 15.5);
    assert_near(wm_bench_cpu_ns(&round), 15);
    round.threads = 2; /* two at a time: 34 ns each, of which 1.5 are the loop's */
    assert_near(wm_bench_ns(&round), 16.25);
    round.overhead_ns = 40; /* more than can be */
    assert_near(wm_bench_ns(&round), 8.5);
}

static void test_calls_have_a_time_of_their_own(void **state)
{
    (void)state;
    struct wm_bench_round round = {.threads = 1, .iterations = 10, .calls = 30, .calls_ns = 600};
    assert_near(wm_bench_call_ns(&round), 20);
    round.calls = 0;
    assert_near(wm_bench_call_ns(&round), 0);
}

static void test_outliers_are_told_apart(void **state)
{
    (void)state;
    struct wm_bench_spread spread;
    double values[] = {15.4, 15.5, 31.0, 15.6, 15.3, 15.5, 15.7, 15.5};
    wm_bench_spread(values, 8, &spread);
    assert_near(spread.median, 15.5);
    assert_near(spread.low, 15.3);
    assert_near(spread.high, 15.7);
    assert_near(spread.mean, (15.4 + 15.5 + 31.0 + 15.6 + 15.3 + 15.5 + 15.7 + 15.5) / 8);
    assert_int_equal(spread.outliers, 1);
}

static void test_of_few_values_none_lies_apart(void **state)
{
    (void)state;
    struct wm_bench_spread spread;
    double values[] = {1, 2, 50};
    wm_bench_spread(values, 3, &spread);
    assert_near(spread.median, 2);
    assert_near(spread.high, 50);
    assert_int_equal(spread.outliers, 0);
    wm_bench_spread(values, 1, &spread);
    assert_near(spread.median, 1);
    assert_near(spread.low, 1);
}

static void test_equal_values_have_no_outliers(void **state)
{
    (void)state;
    struct wm_bench_spread spread;
    double values[] = {3, 3, 3, 3, 3};
    wm_bench_spread(values, 5, &spread);
    assert_int_equal(spread.outliers, 0);
    assert_near(spread.low, 3);
    assert_near(spread.high, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growing_aims_a_fifth_above_the_goal),
        cmocka_unit_test(test_growing_is_at_most_a_hundredfold),
        cmocka_unit_test(test_growing_never_stands_still),
        cmocka_unit_test(test_growing_ends_at_the_limit),
        cmocka_unit_test(test_growing_reaches_every_goal_in_a_few_steps),
        cmocka_unit_test(test_what_the_loop_adds_is_subtracted_once_per_thread),
        cmocka_unit_test(test_calls_have_a_time_of_their_own),
        cmocka_unit_test(test_outliers_are_told_apart),
        cmocka_unit_test(test_of_few_values_none_lies_apart),
        cmocka_unit_test(test_equal_values_have_no_outliers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
