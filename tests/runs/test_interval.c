/* test_interval.c - Wilson's interval. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_matches_known_values),
        cmocka_unit_test(test_interval_of_nothing_seen_is_one_sided),
        cmocka_unit_test(test_interval_without_samples_says_anything_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
