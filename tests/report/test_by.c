/* test_by.c - columns of -by: which samples they have, what they cost, and what is said of it. */
#include "tests/report/graph_profile.h"

#include "profiles/report/by.h"

#include <errno.h>
#include <stdio.h>

/* A sample of `ticks` under tenant=`tenant` (NULL: no label). */
static void add(struct made *made, const char *stack, const char *tenant, int64_t ticks,
                int64_t cost)
{
    struct wm_label label = {.key = (uint32_t)wm_profile_string(made->profile, "tenant")};
    if (tenant != NULL)
        label.string = (uint32_t)wm_profile_string(made->profile, tenant);
    made_add_labelled(made, stack, ticks, cost, &label, tenant != NULL ? 1 : 0);
}

static void init(struct made *made)
{
    made_init(made, WM_VIEW_UNLIMITED);
    made->profile->sample_types[0].type = (uint32_t)wm_profile_string(made->profile, "samples");
    made->options.by = "tenant";
    wm_text_init(&made->report.filters);
}

static void expect_text(struct made *made, const char *expected)
{
    struct wm_text text;
    struct wm_error err = {0};
    wm_text_init(&text);
    assert_int_equal(wm_label_units_new(&made->report, &made->report.label_units, NULL), 0);
    made->options.compact_labels = true;
    assert_int_equal(wm_print_top_by(&made->report, &text, &err), 0);
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

static void test_by_makes_a_column_for_each_value_by_cost(void **state)
{
    (void)state;
    struct made made;
    struct wm_by *by = NULL;
    init(&made);
    add(&made, "main a", "small", 1, 10);
    add(&made, "main a", "large", 4, 40);
    add(&made, "main b", NULL, 2, 20);
    add(&made, "main b", "large", 1, 1);
    assert_int_equal(wm_by_new(&made.report, &by, NULL), 0);
    static const struct {
        const char *name;
        double value, square;
    } cases[] = {
        {"all",         71, 701},
        {"large",       41, 401},
        {"(no tenant)", 20, 200},
        {"small",       10, 100}
    };
    assert_int_equal(by->count, 4);
    for (size_t i = 0; i < by->count; i++) {
        assert_string_equal(by->columns[i].name, cases[i].name);
        assert_true(by->whole[i * WM_BY_SIDES + WM_BY_NEW].value == cases[i].value);
        assert_true(by->whole[i * WM_BY_SIDES + WM_BY_NEW].square == cases[i].square);
    }
    assert_false(by->per_request);
    assert_false(by->compares);
    wm_by_free(by);
    made_done(&made);
}

static void test_by_has_as_many_columns_as_were_asked_for(void **state)
{
    (void)state;
    static const struct {
        size_t asked, columns; /* with the first, which is all */
    } cases[] = {
        {0,   41},
        {100, 61},
        {10,  11},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        struct wm_by *by = NULL;
        init(&made);
        made.options.by_columns = cases[i].asked;
        for (int tenant = 0; tenant < 60; tenant++) {
            char name[32];
            snprintf(name, sizeof(name), "tenant%d", tenant);
            add(&made, "main a", name, 1, 10);
        }
        assert_int_equal(wm_by_new(&made.report, &by, NULL), 0);
        assert_int_equal(by->count, cases[i].columns);
        wm_by_free(by);
        made_done(&made);
    }
}

static void test_by_refuses_a_label_that_is_not_there_and_names_those_that_are(void **state)
{
    (void)state;
    struct made made;
    struct wm_by *by = NULL;
    struct wm_error err = {0};
    init(&made);
    add(&made, "main", "one", 1, 1);
    made.options.by = "colour";
    assert_int_equal(wm_by_new(&made.report, &by, &err), -EINVAL);
    assert_non_null(strstr(err.text, "'colour'"));
    assert_non_null(strstr(err.text, "tenant"));
    made_done(&made);
}

static void test_by_prints_costs_and_doubts_those_of_few_samples(void **state)
{
    (void)state;
    struct made made;
    init(&made);
    add(&made, "main work", "large", 100, 4000);
    add(&made, "main work", "small", 4, 120);
    add(&made, "main", "large", 16, 500);
    expect_text(&made, "\n"
                       "                all              large              small\n"
                       "               4620               4500              (120)   cost in all\n"
                       "            ± 18.0%            ± 18.3%            ± 98.0%   95% interval\n"
                       "         flat   cum         flat   cum        flat    cum\n"
                       "         4120  4120         4000  4000       (120)  (120)   work\n"
                       "          500  4620          500  4500           –  (120)   main\n"
                       "\n"
                       "in parentheses: fewer than 16 samples, ± 50% and more\n"
                       "sums, since it is not known how many requests there were: name the run's "
                       "folder for costs per request\n");
    made_done(&made);
}

static void test_by_folds_columns_that_do_not_fit_below_the_others(void **state)
{
    (void)state;
    struct made made;
    struct wm_text text;
    init(&made);
    add(&made, "main", "one", 20, 200);
    add(&made, "main", "two", 20, 100);
    made.options.width = 48;
    wm_text_init(&text);
    assert_int_equal(wm_label_units_new(&made.report, &made.report.label_units, NULL), 0);
    assert_int_equal(wm_print_top_by(&made.report, &text, NULL), 0);
    size_t rows = 0;
    for (char *rest = text.data, *line; (line = strsep(&rest, "\n")) != NULL;) {
        rows += strstr(line, "   main") != NULL;
        if (strncmp(line, "sums, ", 6) != 0 && strncmp(line, "in paren", 8) != 0)
            assert_true(wm_text_width(line) <= 48 + 12); /* the titles may run over */
    }
    assert_int_equal(rows, 2);
    wm_text_done(&text);
    made_done(&made);
}

static void test_by_shows_names_whole_unless_they_are_very_long(void **state)
{
    (void)state;
    struct made made;
    struct wm_text text;
    init(&made);
    add(&made, "main", "LRANGE_of_300_elements", 20, 200);
    add(&made, "main", "a_name_that_is_longer_than_any_heading_may_be", 20, 100);
    wm_text_init(&text);
    assert_int_equal(wm_label_units_new(&made.report, &made.report.label_units, NULL), 0);
    assert_int_equal(wm_print_top_by(&made.report, &text, NULL), 0);
    assert_non_null(strstr(text.data, " LRANGE_of_300_elements "));
    assert_non_null(strstr(text.data, " a_name_that_is"));
    assert_non_null(strstr(text.data, "\u2026"));
    assert_non_null(strstr(text.data, "ing_may_be\n"));
    wm_text_done(&text);
    made_done(&made);
}

/* A diff's base carries negative values. */
static void add_base(struct made *made, const char *stack, const char *tenant, int64_t ticks,
                     int64_t cost)
{
    add(made, stack, tenant, -ticks, -cost);
    made->profile->samples[made->profile->sample_count - 1].from_base = true;
}

static void test_by_tells_changes_and_hides_what_noise_may_have_made(void **state)
{
    (void)state;
    struct made made;
    init(&made);
    add(&made, "main work", "one", 400, 40000);
    add_base(&made, "main work", "one", 100, 10000);
    add(&made, "main rest", "one", 110, 11000);
    add_base(&made, "main rest", "one", 100, 10000);
    expect_text(&made, "\n"
                       "                one\n"
                       "              20000   cost before\n"
                       "              51000   cost now\n"
                       "     +155.0% ± 41.8   change, 95% interval\n"
                       "       flat     cum\n"
                       "     +30000  +30000   work\n"
                       "          –  +31000   main\n"
                       "\n"
                       "1 row without an evident change is left out (-trim=false)\n"
                       "in parentheses: no more than the noise of sampling (3 standard "
                       "deviations); a machine that became slower shows everywhere\n"
                       "sums, since it is not known how many requests there were: name the run's "
                       "folder for costs per request\n");
    made_done(&made);
}

static struct wm_requests *requests_of(uint64_t get, uint64_t set)
{
    struct wm_requests *requests = NULL;
    struct wm_run *run = NULL;
    assert_int_equal(wm_run_new(&run), 0);
    *wm_paths_add(run->paths) =
        (struct wm_path_row){.id = 1, .entry = "GET", .outcome = "", .requests = get};
    *wm_paths_add(run->paths) =
        (struct wm_path_row){.id = 2, .entry = "SET", .outcome = "", .requests = set};
    assert_int_equal(wm_requests_new(&requests), 0);
    assert_int_equal(wm_requests_add(requests, run, WM_REQUESTS_NEW), 0);
    assert_int_equal(wm_requests_finish(requests), 0);
    wm_run_free(run);
    return requests;
}

/* A sample of a path; of no request where it is no entry. */
static void add_of_path(struct made *made, const char *path, bool is_entry, int64_t cost)
{
    const struct wm_label labels[] = {
        {.key = (uint32_t)wm_profile_string(made->profile, "path"),
         .string = (uint32_t)wm_profile_string(made->profile, path)},
        {.key = (uint32_t)wm_profile_string(made->profile, "entry"),
         .string = (uint32_t)wm_profile_string(made->profile, path)},
    };
    made_add_labelled(made, "main loop", 1, cost, labels, is_entry ? 2 : 1);
}

static void test_by_shares_the_background_out_where_that_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        bool fold;
        double all, get, set;
        const char *told;
    } cases[] = {
        {false, 400, 300, 100, "in no request, so in no column: (background) 80, (unattributed) 7"},
        {true,  480, 360, 120, "shared out over the columns by their requests: (background) 80"   },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        struct wm_by *by = NULL;
        struct wm_requests *requests = requests_of(30, 10);
        init(&made);
        add_of_path(&made, "GET", true, 300);
        add_of_path(&made, "(background)", false, 80);
        add_of_path(&made, "SET", true, 100);
        add_of_path(&made, "(unattributed)", false, 7);
        made.options.by = "path";
        made.options.requests = requests;
        made.options.fold_background = cases[i].fold;
        assert_int_equal(wm_by_new(&made.report, &by, NULL), 0);
        assert_int_equal(by->count, 3);
        assert_true(by->whole[WM_BY_NEW].value == cases[i].all);
        assert_true(by->whole[WM_BY_SIDES + WM_BY_NEW].value == cases[i].get);
        assert_true(by->whole[2 * WM_BY_SIDES + WM_BY_NEW].value == cases[i].set);
        assert_non_null(strstr(by->left_out.data, cases[i].told));
        wm_by_free(by);
        wm_requests_free(requests);
        made_done(&made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_has_as_many_columns_as_were_asked_for),
        cmocka_unit_test(test_by_makes_a_column_for_each_value_by_cost),
        cmocka_unit_test(test_by_refuses_a_label_that_is_not_there_and_names_those_that_are),
        cmocka_unit_test(test_by_prints_costs_and_doubts_those_of_few_samples),
        cmocka_unit_test(test_by_folds_columns_that_do_not_fit_below_the_others),
        cmocka_unit_test(test_by_shares_the_background_out_where_that_is_asked_for),
        cmocka_unit_test(test_by_shows_names_whole_unless_they_are_very_long),
        cmocka_unit_test(test_by_tells_changes_and_hides_what_noise_may_have_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
