/* test_histogram.c - buckets, quantiles and merging of the latency histogram. */
#include "profiles/wire/histogram.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct wm_histogram *new_histogram(void)
{
    struct wm_histogram *histogram = calloc(1, sizeof(*histogram));
    assert_non_null(histogram);
    return histogram;
}

static void test_a_value_lies_in_a_bucket_at_most_a_thousandth_wide(void **state)
{
    (void)state;
    for (uint64_t ns = 0; ns < UINT64_C(1) << WM_HISTOGRAM_TOP_BITS; ns += 1 + ns / 777) {
        uint32_t bucket = wm_histogram_bucket(ns);
        assert_true(bucket < WM_HISTOGRAM_BUCKETS);
        assert_true(wm_histogram_upper(bucket) >= ns);
        assert_true(wm_histogram_upper(bucket) - ns <= ns / 1024);
        if (bucket > 0)
            assert_true(wm_histogram_upper(bucket - 1) < ns);
    }
}

static void test_buckets_follow_each_other_without_a_gap(void **state)
{
    (void)state;
    for (uint32_t bucket = 0; bucket + 1 < WM_HISTOGRAM_BUCKETS; bucket++)
        assert_int_equal(wm_histogram_bucket(wm_histogram_upper(bucket) + 1), bucket + 1);
}

static void test_values_past_the_top_count_in_the_last_bucket(void **state)
{
    (void)state;
    struct wm_histogram *histogram = new_histogram();
    wm_histogram_add(histogram, UINT64_MAX);
    assert_int_equal(histogram->buckets[WM_HISTOGRAM_BUCKETS - 1], 1);
    assert_true(histogram->max_ns == UINT64_MAX);
    free(histogram);
}

static void test_quantiles_are_right_to_three_digits(void **state)
{
    (void)state;
    struct wm_histogram *histogram = new_histogram();
    assert_int_equal(wm_histogram_quantile(histogram, 0.5), 0);
    for (uint64_t i = 1; i <= 100000; i++)
        wm_histogram_add(histogram, i * 1000);
    assert_in_range(wm_histogram_quantile(histogram, 0.5), 50000000, 50050000);
    assert_in_range(wm_histogram_quantile(histogram, 0.999), 99900000, 100000000);
    assert_int_equal(wm_histogram_quantile(histogram, 1.0), 100000000);
    assert_in_range(wm_histogram_quantile(histogram, 0.0), 1000, 1001);
    free(histogram);
}

static void test_merging_loses_nothing(void **state)
{
    (void)state;
    struct wm_histogram *parts[3] = {new_histogram(), new_histogram(), new_histogram()};
    struct wm_histogram *whole = new_histogram();
    struct wm_histogram *merged = new_histogram();
    for (uint64_t i = 0, ns = 1; i < 5000; i++, ns = ns * 6364136223846793005u + 1) {
        wm_histogram_add(parts[i % 3], ns >> 24);
        wm_histogram_add(whole, ns >> 24);
    }
    for (int i = 0; i < 3; i++) {
        wm_histogram_merge(merged, parts[i]);
        free(parts[i]);
    }
    assert_memory_equal(merged, whole, sizeof(*whole));
    free(merged);
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_value_lies_in_a_bucket_at_most_a_thousandth_wide),
        cmocka_unit_test(test_buckets_follow_each_other_without_a_gap),
        cmocka_unit_test(test_values_past_the_top_count_in_the_last_bucket),
        cmocka_unit_test(test_quantiles_are_right_to_three_digits),
        cmocka_unit_test(test_merging_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
