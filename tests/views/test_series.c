/* test_series.c - the table that ends a series of runs. */
#include "profiles/views/series.h"

#include "tests/support/support.h"

#include <string.h>

static void runs_by_turns_have_a_spread_each_and_a_change(void **state)
{
    (void)state;
    const struct wm_series_row rows[] = {
        {"a", 1, 1000, 0, 0, 100, 1.0, 10e6},
        {"b", 1, 1000, 0, 0, 100, 0.5, 11e6},
        {"a", 2, 1000, 2, 1, 100, 2.0, 12e6},
        {"b", 2, 1000, 0, 0, 100, 0.5, 11e6},
        {"a", 3, 1000, 0, 0, 100, 1.0, 11e6},
        {"b", 3, 0,    0, 0, 0,   0.0, 0   }, /* nothing was counted: in no figure */
    };
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_view_series(rows, 6, &text, NULL), 0);
    wm_test_golden("series.turns.txt", text.data);
    wm_text_done(&text);
}

static void one_run_has_no_spread(void **state)
{
    (void)state;
    const struct wm_series_row row = {"", 1, 1000, 0, 0, 100, 1.0, 10e6};
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_view_series(&row, 1, &text, NULL), 0);
    assert_null(strstr(text.data, "median"));
    assert_non_null(strstr(text.data, "1,000   1.00 s"));
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_by_turns_have_a_spread_each_and_a_change),
        cmocka_unit_test(one_run_has_no_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
