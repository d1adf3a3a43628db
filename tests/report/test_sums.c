/* test_sums.c - views that only add samples up print the same whether equal ones are joined. */
#include "profiles/pprof/merge.h"
#include "tests/report/graph_profile.h"

enum { SAMPLES = 600, STACKS = 9, KINDS = 5 };

static uint32_t word(struct made *made, const char *text)
{
    return (uint32_t)wm_profile_string(made->profile, text);
}

/* Few stacks and labels, so that nearly all samples have equals, and labels in any order. */
static void add_sample(struct made *made, uint32_t i)
{
    static const char *const stacks[STACKS] = {
        "main work leaf",    "main work/helper leaf", "main main work leaf",
        "main other/helper", "other/helper leaf",     "main leaf:3",
        "main leaf:4",       "work work work",        "main work leaf/tip"};
    const uint32_t dice = i * 2654435761U >> 16;
    char user[16];
    snprintf(user, sizeof(user), "user%u", dice % KINDS);
    const struct wm_label labels[2] = {
        {.key = word(made, "user"),                   .string = word(made, user)   },
        { .key = word(made,        "bytes"), .number = 512 << dice % 2,   .unit = word(made, "bytes")},
    };
    const struct wm_label turned[2] = {labels[1], labels[0]};
    made_add_labelled(made, stacks[dice / 7 % STACKS], 1 + dice % 3, 1 + dice % 1000,
                      i % 2 == 0 ? labels : turned, dice % 4 == 0 ? 1 : 2);
}

/* How an option set is made of the defaults. */
struct variant {
    const char *name;
    void (*set)(struct wm_report_options *options);
};

static void set_nothing(struct wm_report_options *options)
{
    (void)options;
}

static void set_mean(struct wm_report_options *options)
{
    options->mean = true;
    options->cum = true;
}

static void set_lines(struct wm_report_options *options)
{
    options->granularity = WM_BY_LINES;
    options->divide_by = 3;
}

static void set_tree(struct wm_report_options *options)
{
    options->call_tree = true;
    options->tagroot = "user";
    options->sample_index = "visits";
}

static void set_filters(struct wm_report_options *options)
{
    options->focus = "helper|tip";
    options->tagignore = "user3";
    options->hide = "main";
    options->relative_percentages = true;
    options->group_by = "user";
    options->noinlines = true;
}

static const struct variant variants[] = {
    {"nothing", set_nothing},
    {"-mean",   set_mean   },
    {"-lines",  set_lines  },
    {"a tree",  set_tree   },
    {"filters", set_filters},
};

/* The number of samples that the view saw, or what the view said when it refused. */
static int print(const struct wm_report_view *view, const struct variant *variant, unsigned flags,
                 struct wm_text *text, size_t *ret_samples)
{
    struct made made;
    struct wm_error err = {{0}, {0}};
    made_init(&made, 0);
    for (uint32_t i = 0; i < SAMPLES; i++)
        add_sample(&made, i);
    made.options.view = view->name;
    made.options.expression = ".";
    variant->set(&made.options);
    struct wm_merge_input input = {made.profile, WM_MERGE_SOURCE};
    assert_int_equal(wm_profile_merge(&input, 1, flags, &made.profile, &err), 0);
    *ret_samples = made.profile->sample_count;
    assert_int_equal(wm_report_is_of_sums(&made.options), (view->flags & WM_VIEW_SUMS) != 0);
    wm_text_init(text);
    const int rc = wm_report_print(made.profile, &made.options, text, &made.notes, &err);
    wm_text_addf(text, "%s|%s", err.text, made.notes.data);
    made_done(&made);
    return rc;
}

static void compare(const struct wm_report_view *view, const struct variant *variant)
{
    struct wm_text joined, apart;
    size_t samples[2];
    const int rc = print(view, variant, 0, &joined, &samples[0]);
    assert_int_equal(print(view, variant, WM_MERGE_FOR_SUMS, &apart, &samples[1]), rc);
    assert_int_equal(samples[1], SAMPLES);
    assert_true(samples[0] < SAMPLES / 2);
    if (joined.length != apart.length || memcmp(joined.data, apart.data, joined.length) != 0)
        fail_msg("-%s, %s: %s\n---\n%s", view->name, variant->name, joined.data, apart.data);
    wm_text_done(&joined);
    wm_text_done(&apart);
}

static void test_sums_are_those_of_their_parts(void **state)
{
    (void)state;
    size_t views = 0;
    for (const struct wm_report_view *view = wm_report_views; view->name != NULL; view++) {
        if ((view->flags & WM_VIEW_SUMS) == 0)
            continue;
        views++;
        for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
            compare(view, &variants[i]);
    }
    assert_true(views > 10);
}

/* Of each sample they say something: what it is, or how much it counts. */
static void test_views_of_samples_and_columns_need_them_joined(void **state)
{
    (void)state;
    static const char *const views[] = {"traces", "raw", "proto", "none"};
    struct wm_report_options options;
    wm_report_options_init(&options);
    assert_true(wm_report_is_of_sums(&options));
    options.by = "path";
    assert_false(wm_report_is_of_sums(&options));
    options.by = NULL;
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        options.view = views[i];
        assert_false(wm_report_is_of_sums(&options));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_are_those_of_their_parts),
        cmocka_unit_test(test_views_of_samples_and_columns_need_them_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
