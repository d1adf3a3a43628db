/* test_benchfile.c - benchmark results as Go's tools write and read them. */
#include "tests/support/support.h"

#include "profiles/runs/benchfile.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct wm_benchfile *parse(const char *text)
{
    struct wm_benchfile *file = NULL;
    struct wm_error err = {0};
    if (wm_benchfile_parse(text, strlen(text), "b.txt", &file, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    return file;
}

static void test_benchfile_comes_back_as_it_was_written(void **state)
{
    (void)state;
    static struct {
        double value;
        const char *text;
    } values[] = {
        {0,         "0"        },
        {24,        "24"       },
        {0.3,       "0.3000"   },
        {0.03125,   "0.03125"  },
        {15.5,      "15.50"    },
        {1.25,      "1.250"    },
        {123.456,   "123.5"    },
        {1234.5,    "1234"     },
        {99.999,    "100.0"    },
        {9.99999,   "10.00"    },
        {0.999999,  "1.000"    },
        {123456789, "123456789"},
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char expected[256];
        struct wm_text text;
        struct wm_bench_measure measures[] = {
            {values[i].value, "ns/op"    },
            {1,               "allocs/op"}
        };
        struct wm_bench_result result = {"Handle Request-2", "", 74467857, measures, 2};
        wm_text_init(&text);
        wm_bench_add_setting(&text, "pkg", "lib\nshop.so");
        wm_bench_add_result(&text, &result);
        snprintf(expected, sizeof(expected),
                 "pkg: lib shop.so\nBenchmarkHandle_Request-2\t74467857\t%s ns/op\t1 allocs/op\n",
                 values[i].text);
        assert_string_equal(text.data, expected);
        struct wm_benchfile *file = parse(text.data);
        assert_int_equal(file->result_count, 1);
        assert_string_equal(file->results[0].name, "Handle_Request-2");
        assert_string_equal(file->results[0].package, "lib shop.so");
        assert_int_equal(file->results[0].iterations, 74467857);
        assert_int_equal(file->results[0].measure_count, 2);
        assert_string_equal(file->results[0].measures[0].unit, "ns/op");
        assert_true(file->results[0].measures[0].value == strtod(values[i].text, NULL));
        wm_benchfile_free(file);
        wm_text_done(&text);
    }
}

/* What `go test -bench -v` prints between its results. */
static void test_benchfile_passes_over_what_is_no_result(void **state)
{
    (void)state;
    struct wm_benchfile *file = parse("goos: linux\n"
                                      "goarch: amd64\n"
                                      "pkg: example.com/a\n"
                                      "=== RUN   BenchmarkX\n"
                                      "BenchmarkX\n"
                                      "    x_test.go:7: 3 things\n"
                                      "BenchmarkX-8 \t 100\t 12.5 ns/op\t 3.00 MB/s\r\n"
                                      "Benchmarking is fun 1 2\n"
                                      "BenchmarkBroken-8 many\n"
                                      "Note: not a setting\n"
                                      "pkg: example.com/b\n"
                                      "Benchmark 1 -2 ns/op\n"
                                      "PASS\nok  \texample.com/a\t1.2s");
    assert_int_equal(file->result_count, 2);
    assert_string_equal(file->results[0].name, "X-8");
    assert_string_equal(file->results[0].package, "example.com/a");
    assert_int_equal(file->results[0].measure_count, 2);
    assert_string_equal(file->results[0].measures[1].unit, "MB/s");
    assert_string_equal(file->results[1].name, "");
    assert_string_equal(file->results[1].package, "example.com/b");
    assert_true(file->results[1].measures[0].value == -2);
    assert_string_equal(wm_benchfile_setting(file, "goos"), "linux");
    assert_string_equal(wm_benchfile_setting(file, "pkg"), "example.com/a");
    assert_null(wm_benchfile_setting(file, "Note"));
    wm_benchfile_free(file);
}

static void test_benchfile_without_results_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *says;
    } cases[] = {
        {"",                                 "b.txt",   "no benchmark results"},
        {"PASS\n",                           "b.txt",   "no benchmark results"},
        {"\nBenchmarkX-2 ten 5 ns/op\n",     "b.txt:2", "iterations"          },
        {"BenchmarkX-2 0 5 ns/op\n",         "b.txt:1", "iterations"          },
        {"BenchmarkX-2 10\n",                "b.txt:1", "its unit"            },
        {"BenchmarkX-2 10 5\n",              "b.txt:1", "unit is missing"     },
        {"BenchmarkX-2 10 5 ns/op x B/op\n", "b.txt:1", "number before"       },
        {"BenchmarkX-2 10 nan ns/op\n",      "b.txt:1", "number before"       },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wm_benchfile *file = NULL;
        struct wm_error err = {0};
        assert_int_equal(
            wm_benchfile_parse(cases[i].text, strlen(cases[i].text), "b.txt", &file, &err),
            -EINVAL);
        assert_string_equal(err.place, cases[i].place);
        assert_non_null(strstr(err.text, cases[i].says));
    }
}

/* What is left out of what was read is counted. */
static void test_benchfile_counts_what_it_leaves_out(void **state)
{
    (void)state;
    struct wm_benchfile *file = NULL;
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add(&text, "BenchmarkA 1 5 ns/op\nBenchmarkA x\nBenchmarkA 1 nan ns/op\nBenchmarkB 1");
    for (int i = 0; i < WM_BENCH_MEASURE_MAX + 3; i++)
        wm_text_addf(&text, " %d u%d", i, i);
    assert_int_equal(wm_benchfile_parse(text.data, text.length, "b.txt", &file, NULL), 0);
    assert_int_equal(file->result_count, 2);
    assert_int_equal(file->unread_count, 2);
    assert_string_equal(file->first_unread,
                        "b.txt:2: expected the number of iterations behind the name");
    assert_int_equal(file->results[1].measure_count, WM_BENCH_MEASURE_MAX);
    assert_int_equal(file->dropped_count, 3);
    wm_benchfile_free(file);
    wm_text_done(&text);
}

/* Nobody reads "inf", so it is not written. */
static void test_benchfile_writes_no_value_that_is_none(void **state)
{
    (void)state;
    struct wm_bench_measure measures[] = {
        {INFINITY, "x/op" },
        {5,        "ns/op"},
        {NAN,      "y/op" }
    };
    struct wm_bench_result result = {
        .name = "A", .iterations = 1, .measures = measures, .measure_count = 3};
    struct wm_text text;
    wm_text_init(&text);
    wm_bench_add_result(&text, &result);
    assert_string_equal(text.data, "BenchmarkA\t1\t5 ns/op\n");
    result.measure_count = 1;
    wm_bench_add_result(&text, &result);
    assert_string_equal(text.data, "BenchmarkA\t1\t5 ns/op\n");
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_benchfile_comes_back_as_it_was_written),
        cmocka_unit_test(test_benchfile_passes_over_what_is_no_result),
        cmocka_unit_test(test_benchfile_without_results_says_why),
        cmocka_unit_test(test_benchfile_counts_what_it_leaves_out),
        cmocka_unit_test(test_benchfile_writes_no_value_that_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
