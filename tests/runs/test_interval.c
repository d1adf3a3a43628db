/* test_interval.c - Wilson's interval and Student's. */
#include "tests/support/support.h"

#include "profiles/runs/paths.h"

#include <math.h>

static void test_interval_matches_known_values(void **state)
{
    (void)state;
    double low, high;
    wm_interval_wilson(0.5, 100, &low, &high);
    assert_true(fabs(low - 0.403832) < 1e-6 && fabs(high - 0.596168) < 1e-6);
    wm_interval_wilson(0.1, 10, &low, &high);
    assert_true(fabs(low - 0.017876) < 1e-6 && fabs(high - 0.404150) < 1e-6);
}

static void test_interval_of_nothing_seen_is_one_sided(void **state)
{
    (void)state;
    double low, high;
    wm_interval_wilson(0, 1000, &low, &high);
    assert_true(low >= 0 && low < 1e-12);
    assert_true(high > 0.0038 && high < 0.0039);
    wm_interval_wilson(1, 1000, &low, &high);
    assert_true(low > 0.9961 && high >= 1 && high <= 1);
}

static void test_interval_without_samples_says_anything_may_be(void **state)
{
    (void)state;
    double low = -1, high = -1;
    wm_interval_wilson(0, 0, &low, &high);
    assert_true(low >= 0 && low <= 0 && high >= 1);
}

/* R: qt(0.975, n - 1) / sqrt(n). */
static void test_interval_of_means_follows_student(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double half;
    } known[] = {
        {2,   8.984643},
        {3,   2.484138},
        {5,   1.241664},
        {10,  0.715357},
        {31,  0.366803},
        {100, 0.198422},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        assert_true(fabs(wm_interval_mean(known[i].n, 1) / known[i].half - 1) < 1e-3);
    assert_true(isinf(wm_interval_mean(1, 1)) && isinf(wm_interval_mean(0, 0)));
    assert_true(fabs(wm_interval_samples(400) - 0.0979982) < 1e-6);
    assert_true(isinf(wm_interval_samples(0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_matches_known_values),
        cmocka_unit_test(test_interval_of_means_follows_student),
        cmocka_unit_test(test_interval_of_nothing_seen_is_one_sided),
        cmocka_unit_test(test_interval_without_samples_says_anything_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
