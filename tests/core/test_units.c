/* test_units.c - durations, rates, counts and shares, read strictly and shown briefly. */
#include "harness/core/units.h"

#include "tests/support/support.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

static void durations_take_a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *string;
        uint64_t ns;
    } good[] = {
        {"0",      0            },
        {"17ns",   17           },
        {"250us",  250000       },
        {"1.5s",   1500000000   },
        {"0.25ms", 250000       },
        {"2m",     120000000000 },
        {"1h",     3600000000000},
        {"3µs",   3000         },
    };
    static const char *const bad[] = {
        "",     "5",    "s",    "1 s", "1.s", ".5s", "-1s",  "+1s",
        "1e3s", "0x1s", "infs", "1ss", "1S",  " 1s", "1,5s", "99999999999999999999s"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        uint64_t ns = 1;
        assert_int_equal(wm_units_parse_duration(good[i].string, &ns), 0);
        assert_int_equal(ns, good[i].ns);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t ns;
        assert_int_equal(wm_units_parse_duration(bad[i], &ns), -EINVAL);
    }
}

static void rates_are_per_second_and_above_zero(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "5000", "0/s", "/s", "-1/s", "5/m", "5/s ", "nan/s"};
    double rate;
    assert_int_equal(wm_units_parse_rate("5000/s", &rate), 0);
    assert_true(rate == 5000);
    assert_int_equal(wm_units_parse_rate("0.5/s", &rate), 0);
    assert_true(rate == 0.5);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(wm_units_parse_rate(bad[i], &rate), -EINVAL);
}

static void counts_are_whole_and_may_be_large(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "k", "1kk", "1K", "1.5k", "-1", "+1", " 1", "1 ", "1e3"};
    uint64_t count;
    assert_int_equal(wm_units_parse_count("200000", &count), 0);
    assert_int_equal(count, 200000);
    assert_int_equal(wm_units_parse_count("200k", &count), 0);
    assert_int_equal(count, 200000);
    assert_int_equal(wm_units_parse_count("2G", &count), 0);
    assert_int_equal(count, 2000000000);
    assert_int_equal(wm_units_parse_count("18446744073709551615", &count), 0);
    assert_int_equal(count, UINT64_MAX);
    assert_int_equal(wm_units_parse_count("18446744073709551616", &count), -ERANGE);
    assert_int_equal(wm_units_parse_count("18446744073709551615k", &count), -ERANGE);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(wm_units_parse_count(bad[i], &count), -EINVAL);
}

static void decimals_are_plain(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "inf", "nan", "0x10", "1.", ".5",
                                      "1e", "--1", "1,5", " 1",   "1 ", "1e9999"};
    double value;
    assert_int_equal(wm_units_parse_decimal("70", &value), 0);
    assert_true(value == 70);
    assert_int_equal(wm_units_parse_decimal("-0.25", &value), 0);
    assert_true(value == -0.25);
    assert_int_equal(wm_units_parse_decimal("1.5e-3", &value), 0);
    assert_true(value == 1.5e-3);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(wm_units_parse_decimal(bad[i], &value), -EINVAL);
}

static void durations_are_shown_with_three_figures(void **state)
{
    (void)state;
    static const struct {
        double ns;
        const char *shown;
    } rows[] = {
        {0,                "0 ns"    },
        {812,              "812 ns"  },
        {41.25,            "41.3 ns" },
        {999.4,            "999 ns"  },
        {999.6,            "1.00 µs"},
        {22400,            "22.4 µs"},
        {9996,             "10.0 µs"},
        {999600,           "1.00 ms" },
        {4.3e9,            "4.30 s"  },
        {59.94e9,          "59.9 s"  },
        {60e9,             "1 m"     },
        {372e9,            "6 m 12 s"},
        {3599.6e9,         "1 h"     },
        {21720e9,          "6 h 2 m" },
        {-1,               "-"       },
        {(double)INFINITY, "-"       },
    };
    char text[WM_UNIT_BYTES];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(wm_units_duration(rows[i].ns, text), rows[i].shown);
}

static void counts_shares_bytes_and_rates_are_shown_briefly(void **state)
{
    (void)state;
    char text[WM_UNIT_BYTES];
    assert_string_equal(wm_units_count(0, text), "0");
    assert_string_equal(wm_units_count(999, text), "999");
    assert_string_equal(wm_units_count(200000, text), "200,000");
    assert_string_equal(wm_units_count(UINT64_MAX, text), "18,446,744,073,709,551,615");
    assert_string_equal(wm_units_share(0, text), "0.0%");
    assert_string_equal(wm_units_share(0.62, text), "62.0%");
    assert_string_equal(wm_units_share(0.0004, text), "<0.1%");
    assert_string_equal(wm_units_share(1, text), "100.0%");
    assert_string_equal(wm_units_share((double)NAN, text), "-");
    assert_string_equal(wm_units_bytes(17, text), "17 B");
    assert_string_equal(wm_units_bytes(1250000, text), "1.25 MB");
    assert_string_equal(wm_units_rate(46500, text), "46.5k/s");
    assert_string_equal(wm_units_rate(0.5, text), "0.50/s");
}

/* A locale whose decimal point is a comma, if this machine has one. */
static bool set_comma_locale(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8",  "de_DE",      "fr_FR.UTF-8",
                                        "fr_FR.utf8",  "nl_NL.UTF-8", "pt_BR.UTF-8"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (setlocale(LC_ALL, names[i]) != NULL && localeconv()->decimal_point[0] == ',')
            return true;
    setlocale(LC_ALL, "C");
    return false;
}

static void the_locale_changes_nothing(void **state)
{
    if (!set_comma_locale()) {
        printf("skipped: no locale with a decimal comma is installed\n");
        skip();
    }
    durations_take_a_unit(state);
    rates_are_per_second_and_above_zero(state);
    decimals_are_plain(state);
    durations_are_shown_with_three_figures(state);
    counts_shares_bytes_and_rates_are_shown_briefly(state);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_take_a_unit),
        cmocka_unit_test(rates_are_per_second_and_above_zero),
        cmocka_unit_test(counts_are_whole_and_may_be_large),
        cmocka_unit_test(decimals_are_plain),
        cmocka_unit_test(durations_are_shown_with_three_figures),
        cmocka_unit_test(counts_shares_bytes_and_rates_are_shown_briefly),
        cmocka_unit_test(the_locale_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
