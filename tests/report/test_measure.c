/* test_measure.c - numbers as pprof prints them. */
#include "tests/support/support.h"

#include "harness/core/text.h"
#include "profiles/report/measure.h"
#include "profiles/views/cost.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void test_measure_scales_between_units(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *from, *to, *expected;
    } cases[] = {
        {4000000,    "nanoseconds",  "ms",      "4ms"                 },
        {40000000,   "nanoseconds",  "s",       "0.04s"               },
        {7624000000, "nanoseconds",  "s",       "7.62s"               },
        {-1500000,   "nanoseconds",  "auto",    "-1.50ms"             },
        {512,        "bytes",        "minimum", "512B"                },
        {4096,       "Bytes",        "auto",    "4kB"                 },
        {1536,       "kilobytes",    "auto",    "1.50MB"              },
        {7200,       "seconds",      "auto",    "2hrs"                },
        {100,        "bytes",        "ms",      "100B"                },
        {10,         "count",        "minimum", "10"                  },
        {10,         "count",        "ms",      "10ms"                },
        {10,         "widgets",      "widgets", "10widgets"           },
        {5000,       "GCU",          "auto",    "5k*GCU"              },
        {0,          "nanoseconds",  "ms",      "0"                   },
        {1,          "nanoseconds",  "s",       "0"                   },
        {INT64_MIN,  "count",        "count",   "-9223372036854775808"},
        {INT64_MIN,  "microseconds", "auto",    "-9223372036854.78s"  },
    };
    char text[WM_MEASURE_BYTES];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(wm_measure(cases[i].value, cases[i].from, cases[i].to, text),
                            cases[i].expected);
}

static void test_percent_is_six_columns_wide(void **state)
{
    (void)state;
    char text[WM_PERCENT_BYTES];
    assert_string_equal(wm_percent(1, 2, text), "50.00%");
    assert_string_equal(wm_percent(-1, 2, text), "50.00%");
    assert_string_equal(wm_percent(9996, 10000, text), "  100%");
    assert_string_equal(wm_percent(1, 300, text), " 0.33%");
    assert_string_equal(wm_percent(1, 1000000000, text), "1e-07%");
    assert_string_equal(wm_percent(3, 0, text), "    0%");
    assert_string_equal(wm_percent(3, 1, text), "300.00%");
}

static void test_sums_wrap_and_conversions_saturate(void **state)
{
    (void)state;
    assert_true(wm_add_wrapping(INT64_MAX, 1) == INT64_MIN);
    assert_true(wm_magnitude(INT64_MIN) == INT64_MIN);
    assert_int_equal(wm_magnitude(-5), 5);
    assert_int_equal(wm_truncate(-2.9), -2);
    assert_true(wm_truncate(1e300) == INT64_MIN);
}

static void test_cost_says_how_little_stands_behind_it(void **state)
{
    (void)state;
    char cell[WM_COST_BYTES];
    assert_string_equal(wm_cost(1000000, 0, 0, cell), "–");
    assert_string_equal(wm_cost(0, 10, 0, cell), "–");
    assert_string_equal(wm_cost(1000000, 100, WM_COST_SAMPLES_MIN - 1, cell), "(10.0 µs)");
    assert_string_equal(wm_cost(1000000, 100, WM_COST_SAMPLES_MIN, cell), "10.0 µs");
}

/* As printf, which is a hundred times slower. */
static void check_percent(int64_t value, int64_t total)
{
    char expected[WM_PERCENT_BYTES], text[WM_PERCENT_BYTES];
    const double ratio = fabs((double)value / (double)total) * 100;
    if (ratio >= 99.95 && ratio <= 100.05)
        return;
    snprintf(expected, sizeof(expected), ratio >= 1 ? "%5.2f%%" : "%5.2g%%", ratio);
    assert_string_equal(wm_percent(value, total, text), expected);
}

static void check_measure(int64_t value)
{
    char expected[WM_MEASURE_BYTES], text[WM_MEASURE_BYTES];
    snprintf(expected, sizeof(expected), "%.2f", (double)value / 1e3);
    if (strcmp(expected + strlen(expected) - 3, ".00") == 0)
        expected[strlen(expected) - 3] = '\0';
    if (strcmp(expected, "0") == 0 || strcmp(expected, "-0") == 0)
        strcpy(expected, "0");
    else
        strcat(expected, "us");
    assert_string_equal(wm_measure(value, "ns", "us", text), expected);
}

static void test_numbers_are_rounded_as_printf_rounds_them(void **state)
{
    (void)state;
    for (int64_t i = -20000; i <= 20000; i++) {
        check_measure(i);            /* 0.125, 0.375 ... are halves, others only nearly */
        check_measure(i * 99991117); /* up to a million million */
        check_percent(i, 800);       /* the same */
        check_percent(i, 1 << 20);
        check_percent(i, 1999999);
        check_percent(i, 7);
        check_percent(i * INT64_C(461168601842738), 3);
    }
    for (int64_t total = 1000; total < INT64_C(1000000000000000); total *= 10)
        for (int64_t i = 0; i < 1200; i++) { /* small ones, across the powers of ten */
            check_percent(i, total);
            check_percent(total / 1000 + i, total * 999 / 100);
        }
    for (int64_t value = 1; value < INT64_MAX / 3; value = value * 3 + 1) {
        check_measure(value);
        check_percent(value, INT64_MAX);
        check_percent(INT64_MAX, value);
    }
}

/* In a column, by units that are found once. */
static void check_gauge(int64_t value, const char *from, const char *to)
{
    char measured[WM_MEASURE_BYTES], put[WM_MEASURE_BYTES];
    struct wm_text expected;
    const struct wm_gauge gauge = wm_gauge_find(from, to);
    wm_text_init(&expected);
    wm_text_add_padded(&expected, wm_measure(value, from, to, measured), -12);
    *wm_gauge_put(&gauge, value, 12, put) = '\0';
    assert_string_equal(put, expected.data);
    wm_text_done(&expected);
}

static void test_gauge_puts_what_measure_prints(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 1, -1, 999, 1000, -1500, 123456789012345, INT64_MIN};
    static const char *const units[][2] = {
        {"ns",          "ns"     },
        {"nanoseconds", "s"      },
        {"ns",          "minimum"},
        {"bytes",       "auto"   },
        {"count",       "count"  },
        {"bytes",       "ms"     },
        {"µs",         "µs"    },
        {"samples",     "widgets"},
    };
    char long_unit[2 * WM_MEASURE_BYTES] = "";
    memset(long_unit, 'u', WM_MEASURE_BYTES - 40);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        for (size_t at = 0; at < sizeof(units) / sizeof(units[0]); at++)
            check_gauge(values[i], units[at][0], units[at][1]);
        check_gauge(values[i], long_unit, long_unit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measure_scales_between_units),
        cmocka_unit_test(test_percent_is_six_columns_wide),
        cmocka_unit_test(test_gauge_puts_what_measure_prints),
        cmocka_unit_test(test_numbers_are_rounded_as_printf_rounds_them),
        cmocka_unit_test(test_sums_wrap_and_conversions_saturate),
        cmocka_unit_test(test_cost_says_how_little_stands_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
