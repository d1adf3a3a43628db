/* test_tagframes.c - labels as frames at both ends of the stacks. */
#include "profiles/pprof/sample_stack.h"
#include "tests/report/graph_profile.h"

/* "path=order|main|leaf" for each sample, from root to leaf: frames of labels with their file. */
static void expect_stacks(const struct made *made, const char *expected)
{
    const struct wm_profile *profile = made->profile;
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        wm_text_add(&text, i > 0 ? "  " : "");
        for (uint32_t at = sample->location_count; at > 0; at--) {
            const struct wm_location *location =
                &profile->locations[wm_sample_frame(wm_sample_stack(profile, sample), at - 1)];
            const struct wm_line *line = &profile->lines[location->first_line];
            const struct wm_function *function = &profile->functions[line->function];
            const char *file = wm_profile_text(profile, function->file);
            bool made_here = strstr(file, ".c") == NULL;
            wm_text_addf(&text, "%s%s%s%s", made_here ? file : "", made_here ? "=" : "",
                         wm_profile_text(profile, function->name), at > 1 ? "|" : "");
            assert_true(!made_here || (location->mapping == 0 && location->address == 0 &&
                                       line->line == 0 && location->line_count == 1));
        }
    }
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

static struct wm_label label(struct made *made, const char *key, const char *value, int64_t number,
                             const char *unit)
{
    return (struct wm_label){.key = (uint32_t)wm_profile_string(made->profile, key),
                             .string = (uint32_t)wm_profile_string(made->profile, value),
                             .number = number,
                             .unit = (uint32_t)wm_profile_string(made->profile, unit)};
}

static void make(struct made *made)
{
    made_init(made, 0);
    struct wm_label first[] = {label(made, "path", "order", 0, ""),
                               label(made, "who", "eve", 0, ""),
                               label(made, "size", "", 2048, "bytes")};
    struct wm_label second[] = {label(made, "path", "login", 0, ""),
                                label(made, "path", "home", 0, ""), label(made, "size", "", 7, "")};
    made_add_labelled(made, "main leaf", 1, 1, first, 3);
    made_add_labelled(made, "main", 1, 2, second, 3);
    made_add(made, "main leaf", 4);
}

static void test_values_become_frames_named_by_them(void **state)
{
    (void)state;
    static const struct {
        const char *root, *leaf, *unit, *stacks, *notes;
    } cases[] = {
        {NULL,       NULL,        NULL, "main|leaf  main  main|leaf",                                  ""                                       },
        {"path",     NULL,        NULL, "path=order|main|leaf  path=login,home|main  path=|main|leaf", ""                                       },
        {"path,who", NULL,        NULL,
         "path=order|who=eve|main|leaf  path=login,home|who=|main  path=|who=|main|leaf",              ""                                       },
        {NULL,       "path,who",  NULL,
         "main|leaf|path=order|who=eve  main|path=login,home|who=  main|leaf|path=|who=",              ""                                       },
        {"who",      "size",      NULL,
         "who=eve|main|leaf|size=2kB  who=|main|size=7  who=|main|leaf|size=",                         ""                                       },
        {NULL,       "size",      "B",  "main|leaf|size=2048B  main|size=7  main|leaf|size=",          ""                                       },
        {"none",     NULL,        NULL, "none=|main|leaf  none=|main  none=|main|leaf",
         "TagRoot expression matched no samples\n"                                                                                              },
        {",",        "none,path", NULL,
         "main|leaf|none=|path=order  main|none=|path=login,home  main|leaf|none=|path=",              "TagRoot expression matched no samples\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        make(&made);
        made.options.tagroot = cases[i].root;
        made.options.tagleaf = cases[i].leaf;
        made.options.unit = cases[i].unit;
        assert_int_equal(wm_report_tag_frames(&made.report, NULL), 0);
        expect_stacks(&made, cases[i].stacks);
        assert_string_equal(made.notes.data, cases[i].notes);
        made_done(&made);
    }
}

static void test_equal_frames_are_one_location(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, 0);
    struct wm_label path = label(&made, "path", "order", 0, "");
    for (int i = 0; i < 1000; i++)
        made_add_labelled(&made, "main", 1, 1, &path, 1);
    made.options.tagroot = "path";
    made.options.tagleaf = "path";
    assert_int_equal(wm_report_tag_frames(&made.report, NULL), 0);
    assert_int_equal(made.profile->location_count, 2);
    assert_int_equal(made.profile->sample_location_count, 3000);
    made_done(&made);
}

/* What is filtered afterwards sees them as any frame. */
static void test_filters_see_the_frames(void **state)
{
    (void)state;
    struct made made;
    make(&made);
    made.options.tagroot = "path";
    made.options.focus = "^order$";
    made.options.hide = "leaf";
    assert_int_equal(wm_report_tag_frames(&made.report, NULL), 0);
    assert_int_equal(wm_report_select(&made.report, NULL), 0);
    expect_stacks(&made, "path=order|main");
    made_done(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_become_frames_named_by_them),
        cmocka_unit_test(test_equal_frames_are_one_location),
        cmocka_unit_test(test_filters_see_the_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
