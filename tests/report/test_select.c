/* test_select.c - which samples stay, and what of their frames and labels. */
#include "tests/report/graph_profile.h"

#include "profiles/pprof/codec.h"
#include "profiles/pprof/sample_stack.h"
#include "profiles/runs/paths.h"

#include <errno.h>

/* "go work/helper leaf" for each sample, root first, with "=VALUE". A location without lines
 * is "?". */
static void expect_samples(const struct made *made, const char *expected)
{
    const struct wm_profile *profile = made->profile;
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        wm_text_add(&text, i > 0 ? ", " : "");
        for (uint32_t at = sample->location_count; at > 0; at--) {
            const struct wm_location *location =
                &profile->locations[wm_sample_frame(wm_sample_stack(profile, sample), at - 1)];
            for (uint32_t line = location->line_count; line > 0; line--) {
                uint32_t function = profile->lines[location->first_line + line - 1].function;
                wm_text_addf(&text, "%s%s",
                             wm_profile_text(profile, profile->functions[function].name),
                             line > 1 ? "/" : " ");
            }
            wm_text_add(&text, location->line_count == 0 ? "? " : "");
        }
        wm_text_addf(&text, "=%lld", (long long)profile->values[sample->first_value + 1]);
    }
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

static void expect_labels(const struct made *made, const char *expected)
{
    const struct wm_profile *profile = made->profile;
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < profile->sample_count; i++) {
        wm_text_add(&text, i > 0 ? ", " : "");
        for (uint32_t at = 0; at < profile->samples[i].label_count; at++) {
            const struct wm_label *label = &profile->labels[profile->samples[i].first_label + at];
            wm_text_addf(&text, "%s:%s ", wm_profile_text(profile, label->key),
                         wm_profile_text(profile, label->string));
        }
    }
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

static void select_made(struct made *made)
{
    assert_int_equal(wm_label_units_new(&made->report, &made->report.label_units, NULL), 0);
    assert_int_equal(wm_report_select(&made->report, NULL), 0);
}

/* go calls work with step inlined, or read; a location of a library without names. */
static void make_calls(struct made *made)
{
    made_init(made, 0);
    struct wm_mapping mapping = {.start = 0x7000, .limit = 0x8000};
    mapping.file = (uint32_t)wm_profile_string(made->profile, "/lib/libz.so");
    assert_int_equal(wm_profile_add_mapping(made->profile, &mapping), 0);
    made_add(made, "go work/step leaf", 1);
    made_add(made, "go read", 2);
    made_add(made, "go work/step", 4);
    made_add(made, "x", 8);
    struct wm_location bare = {.mapping = 1, .address = 0x7100};
    uint32_t stack[2] = {(uint32_t)wm_profile_add_location(made->profile, &bare, NULL), 0};
    char word[] = "go";
    stack[1] = made_location(made, word);
    assert_true(wm_profile_add_sample(made->profile, stack, 2, NULL, 0, (int64_t[]){1, 16}) >= 0);
    assert_true(wm_profile_add_sample(made->profile, NULL, 0, NULL, 0, (int64_t[]){1, 32}) >= 0);
}

/* The notes are pprof's warning about this filter, or nothing. */
static void expect_warning(const struct made *made, const char *filter)
{
    char warning[64] = "";
    if (filter[0] != '\0')
        snprintf(warning, sizeof(warning), "%s expression matched no samples\n", filter);
    assert_string_equal(made->notes.data, warning);
}

/* The notes begin with what pprof says of a value that it takes for a range; they lose it. */
static void expect_range(struct made *made, const char *filter, const char *range)
{
    char told[96];
    if (range == NULL)
        return;
    snprintf(told, sizeof(told), "%s:Interpreted '%s' as range, not regexp\n", filter, range);
    assert_int_equal(strncmp(made->notes.data, told, strlen(told)), 0);
    memmove(made->notes.data, made->notes.data + strlen(told),
            made->notes.length + 1 - strlen(told));
    made->notes.length -= strlen(told);
}

struct frame_case {
    struct wm_report_options options;
    const char *samples, *warns;
};

/* A sample without frames goes in any case. */
static void test_frames_decide_which_samples_and_frames_stay(void **state)
{
    (void)state;
    static const char all[] = "go work/step leaf =1, go read =2, go work/step =4, x =8, "
                              "go ? =16";
    static const struct frame_case cases[] = {
        {{.focus = NULL},                    all,                                                       ""        },
        {{.focus = ""},                      all,                                                       ""        },
        {{.focus = "step|x"},                "go work/step leaf =1, go work/step =4, x =8",             ""        },
        {{.focus = "libz"},                  "go ? =16",                                                ""        },
        {{.focus = "read\\.c$"},             "go read =2",                                              ""        },
        {{.focus = "nothing"},               "",                                                        "Focus"   },
        {{.ignore = "work"},                 "go read =2, x =8, go ? =16",                              ""        },
        {{.ignore = "nothing"},              all,                                                       "Ignore"  },
        {{.focus = "go", .ignore = "leaf"},  "go read =2, go work/step =4, go ? =16",                   ""        },
        {{.focus = "go", .ignore = "go"},    "",                                                        "Focus"   },
        {{.hide = "work"},                   "go step leaf =1, go read =2, go step =4, x =8, go ? =16", ""        },
        {{.hide = "work|step|libz|x"},       "go leaf =1, go read =2, go =4, go =16",                   ""        },
        {{.hide = "nothing"},                all,                                                       "Hide"    },
        {{.show = "go|step"},                "go step =1, go =2, go step =4, go =16",                   ""        },
        {{.show = "libz"},                   "",                                                        "Show"    },
        {{.show = "work|x", .hide = "work"}, "x =8",                                                    ""        },
        {{.focus = "work", .hide = "work"},  "go step leaf =1, go step =4",                             ""        },
        {{.show_from = "work"},              "work/step leaf =1, work/step =4",                         ""        },
        {{.show_from = "step"},              "step leaf =1, step =4",                                   ""        },
        {{.show_from = "libz"},              "? =16",                                                   ""        },
        {{.show_from = "nothing"},           "",                                                        "ShowFrom"},
        {{.prune_from = "^work"},            "go work =1, go read =2, go work =4, x =8, go ? =16",      ""        },
        {{.prune_from = "go|leaf"},          "go work/step leaf =1, go =2, go =4, x =8, go =16",        ""        },
        {{.prune_from = "nothing|libz"},     all,                                                       ""        },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        make_calls(&made);
        made.options = cases[i].options;
        select_made(&made);
        expect_samples(&made, cases[i].samples);
        expect_warning(&made, cases[i].warns);
        made_done(&made);
    }
}

static void test_the_recursive_frame_nearest_to_the_end_counts(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, 0);
    made_add(&made, "go walk step walk leaf", 1);
    made.options.show_from = "walk";
    select_made(&made);
    expect_samples(&made, "walk step walk leaf =1");
    made_done(&made);
    made_init(&made, 0);
    made_add(&made, "go walk step walk leaf", 1);
    made.options.prune_from = "walk";
    select_made(&made);
    expect_samples(&made, "go walk step walk =1");
    made_done(&made);
}

static void test_prune_from_sees_names_without_parameters(void **state)
{
    (void)state;
    static const char *const names[] = {"run(int)", ".run", "A::operator()(int)", "runner",
                                        "(anonymous namespace)::run(B)"};
    struct made made;
    made_init(&made, 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct wm_line line = {0};
        struct wm_function function = {.name = (uint32_t)wm_profile_string(made.profile, names[i])};
        line.function = (uint32_t)wm_profile_add_function(made.profile, &function);
        struct wm_location location = {.address = i, .line_count = 1};
        char leaf[] = "leaf";
        uint32_t stack[2];
        stack[1] = (uint32_t)wm_profile_add_location(made.profile, &location, &line);
        stack[0] = made_location(&made, leaf);
        assert_true(wm_profile_add_sample(made.profile, stack, 2, NULL, 0,
                                          (int64_t[]){1, (int64_t)i}) >= 0);
    }
    made.options.prune_from = "run$|operator\\(\\)$";
    select_made(&made);
    expect_samples(&made, "run(int) =0, .run =1, A::operator()(int) =2, runner leaf =3, "
                          "(anonymous namespace)::run(B) =4");
    made_done(&made);
}

/* ---- Labels ---- */

static struct wm_label text_label(struct made *made, const char *key, const char *value)
{
    return (struct wm_label){.key = (uint32_t)wm_profile_string(made->profile, key),
                             .string = (uint32_t)wm_profile_string(made->profile, value)};
}

static struct wm_label number_label(struct made *made, const char *key, int64_t number,
                                    const char *unit)
{
    return (struct wm_label){.key = (uint32_t)wm_profile_string(made->profile, key),
                             .number = number,
                             .unit = (uint32_t)wm_profile_string(made->profile, unit)};
}

static void make_labels(struct made *made)
{
    made_init(made, 0);
    struct wm_label first[] = {text_label(made, "path", "order"), text_label(made, "who", "eve"),
                               number_label(made, "size", 512, "bytes")};
    struct wm_label second[] = {text_label(made, "path", "login"), text_label(made, "path", "home"),
                                number_label(made, "size", 4096, "bytes")};
    struct wm_label third[] = {number_label(made, "took", 20, "ms"),
                               number_label(made, "steps", 7, "")};
    made_add_labelled(made, "a", 1, 1, first, 3);
    made_add_labelled(made, "b", 1, 2, second, 3);
    made_add_labelled(made, "c", 1, 4, third, 2);
}

/* Expressions know no numbers. A number of no known unit is in any, as for pprof: 7 steps are 7
 * bytes. */
static void test_labels_decide_which_samples_stay(void **state)
{
    (void)state;
    static const struct {
        const char *focus, *ignore, *samples, *warns, *range;
    } cases[] = {
        {"path=o",               NULL,           "a =1, b =2",       "",          NULL     },
        {"path=^o",              NULL,           "a =1",             "",          NULL     },
        {"path=login,order",     NULL,           "a =1, b =2",       "",          NULL     },
        {"path:o",               NULL,           "a =1",             "",          NULL     },
        {"path:o,who:e",         NULL,           "a =1",             "",          NULL     },
        {"path:home,path:login", NULL,           "b =2",             "",          NULL     },
        {"path:home,who",        NULL,           "",                 "TagFocus",  NULL     },
        {"nokey=.",              NULL,           "",                 "TagFocus",  NULL     },
        {".",                    NULL,           "a =1, b =2",       "",          NULL     },
        {NULL,                   "path=order",   "b =2, c =4",       "",          NULL     },
        {NULL,                   "nothing",      "a =1, b =2, c =4", "TagIgnore", NULL     },
        {"path=.",               "who=eve",      "b =2",             "",          NULL     },
        {"512b",                 NULL,           "a =1",             "",          "512b"   },
        {"size=1kb:",            NULL,           "b =2",             "",          "1kb:"   },
        {"size=:1kb",            NULL,           "a =1",             "",          ":1kb"   },
        {"1b:1mb",               NULL,           "a =1, b =2, c =4", "",          "1b:1mb" },
        {"1us:1s",               NULL,           "c =4",             "",          "1us:1s" },
        {"steps=7steps",         NULL,           "c =4",             "",          "7steps" },
        {"took=512b",            NULL,           "",                 "TagFocus",  "512b"   },
        {"1kb:5ms",              NULL,           "",                 "TagFocus",  NULL     },
        {NULL,                   "size=4kb:4kb", "a =1, c =4",       "",          "4kb:4kb"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        make_labels(&made);
        made.options.tagfocus = cases[i].focus;
        made.options.tagignore = cases[i].ignore;
        select_made(&made);
        expect_range(&made, cases[i].ignore != NULL ? "tagignore" : "tagfocus", cases[i].range);
        expect_warning(&made, cases[i].warns);
        expect_samples(&made, cases[i].samples);
        made_done(&made);
    }
}

static void test_labels_are_shown_by_their_keys(void **state)
{
    (void)state;
    static const struct {
        const char *show, *hide, *labels, *warns;
    } cases[] = {
        {"^path$",   NULL,              "path:order , path:login path:home , ",   ""       },
        {NULL,       "path|took|steps", "who:eve size: , size: , ",               ""       },
        {"path|who", "who",             "path:order , path:login path:home , ",   ""       },
        {"nothing",  NULL,              ", , ",                                   "TagShow"},
        {NULL,       "nothing",
         "path:order who:eve size: , path:login path:home size: , took: steps: ", "TagHide"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        make_labels(&made);
        made.options.tagshow = cases[i].show;
        made.options.taghide = cases[i].hide;
        select_made(&made);
        expect_labels(&made, cases[i].labels);
        expect_warning(&made, cases[i].warns);
        made_done(&made);
    }
}

/* In a file that is read samples share their labels. */
static void test_labels_are_shown_of_each_sample_that_shares_them(void **state)
{
    (void)state;
    static const char *const shown[] = {"path:o who:eve , path:o who:eve , path:o who:eve ",
                                        "who:eve , who:eve , who:eve "};
    for (int way = 0; way < 3; way++) {
        struct made made;
        unsigned char *bytes;
        size_t length;
        made_init(&made, 0);
        const struct wm_label labels[] = {text_label(&made, "path", "o"),
                                          text_label(&made, "who", "eve")};
        for (int i = 0; i < 3; i++)
            made_add_labelled(&made, i == 1 ? "a" : "b", 1, 1, labels, 2);
        assert_int_equal(wm_profile_encode(made.profile, &bytes, &length), 0);
        wm_profile_free(made.profile);
        assert_int_equal(wm_profile_decode(bytes, length, 0, "bytes", &made.profile, NULL), 0);
        free(bytes);
        made.report.profile = made.profile;
        assert_int_equal(made.profile->samples[0].first_label,
                         made.profile->samples[2].first_label);
        made.options.tagshow = way == 1 ? "who" : NULL;
        made.options.taghide = way == 2 ? "path" : NULL;
        select_made(&made);
        expect_labels(&made, shown[way > 0]);
        made_done(&made);
    }
}

static void test_a_base_without_its_label_is_no_base(void **state)
{
    (void)state;
    for (int hides = 0; hides < 2; hides++) {
        struct made made;
        make_labels(&made);
        struct wm_label base = text_label(&made, "pprof::base", "true");
        made_add_labelled(&made, "d", 1, 8, &base, 1);
        made.profile->samples[3].from_base = true;
        made.options.taghide = hides == 1 ? "base" : "path";
        select_made(&made);
        assert_int_equal(made.profile->samples[3].from_base, hides == 0);
        made_done(&made);
    }
}

/* As the path table prints it, though it is no expression that finds it. */
static void test_path_takes_a_name_for_a_name(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, 0);
    const uint32_t key = (uint32_t)wm_profile_string(made.profile, "path");
    static const char *const names[] = {"A+B", "A+B:late", "AB"};
    for (size_t i = 0; i < 3; i++) {
        const struct wm_label label = {
            .key = key, .string = (uint32_t)wm_profile_string(made.profile, names[i])};
        made_add_labelled(&made, "go", 1, 1, &label, i < 2 ? 1 : 0);
    }
    made.options.path = "A+B";
    assert_int_equal(wm_label_units_new(&made.report, &made.report.label_units, NULL), 0);
    assert_int_equal(wm_report_select(&made.report, NULL), 0);
    assert_int_equal(made.profile->sample_count, 1);
    assert_string_equal(made.notes.data, "");
    made_done(&made);
}

static void test_path_finds_names_and_ids(void **state)
{
    (void)state;
    static const struct {
        const char *path, *samples, *warns;
        bool has_table;
    } cases[] = {
        {"^ord",             "a =1",       "",     false},
        {"a,b|ho",           "b =2",       "",     false}, /* one expression, whatever it holds */
        {"00000000deadbeef", "a =1",       "",     true },
        {"dead|login",       "a =1, b =2", "",     true },
        {"00000000deadbeef", "",           "Path", false},
        {"eve",              "",           "Path", true },
    };
    struct wm_paths *paths = NULL;
    assert_int_equal(wm_paths_new(&paths), 0);
    struct wm_path_row *row = wm_paths_add(paths);
    row->id = 0xdeadbeef;
    row->entry = "";
    row->outcome = "";
    row->name = "order";
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        make_labels(&made);
        made.options.path = cases[i].path;
        made.options.paths = cases[i].has_table ? paths : NULL;
        select_made(&made);
        expect_samples(&made, cases[i].samples);
        if (cases[i].warns[0] == '\0')
            expect_warning(&made, "");
        else
            assert_non_null(strstr(made.notes.data,
                                   "; there are order, login, home\nPath expression "
                                   "matched no samples\n"));
        made_done(&made);
    }
    wm_paths_free(paths);
}

static void test_wrong_filters_are_refused_with_their_option(void **state)
{
    (void)state;
    static const struct {
        struct wm_report_options options;
        const char *place;
    } cases[] = {
        {{.focus = "("},                           "-focus"     },
        {{.ignore = "a**"},                        "-ignore"    },
        {{.hide = "[a"},                           "-hide"      },
        {{.show = "\\Z"},                          "-show"      },
        {{.show_from = "(?=a)"},                   "-show_from" },
        {{.prune_from = "*"},                      "-prune_from"},
        {{.tagfocus = "path=a,("},                 "-tagfocus"  },
        {{.tagignore = "99999999999999999999kb:"}, "-tagignore" },
        {{.tagshow = ")"},                         "-tagshow"   },
        {{.taghide = "\\"},                        "-taghide"   },
        {{.path = "("},                            "-path"      },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        struct wm_error err = {0};
        make_labels(&made);
        made.options = cases[i].options;
        assert_int_equal(wm_label_units_new(&made.report, &made.report.label_units, NULL), 0);
        assert_int_equal(wm_report_select(&made.report, &err), -EINVAL);
        assert_string_equal(err.place, cases[i].place);
        made_done(&made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_decide_which_samples_and_frames_stay),
        cmocka_unit_test(test_the_recursive_frame_nearest_to_the_end_counts),
        cmocka_unit_test(test_prune_from_sees_names_without_parameters),
        cmocka_unit_test(test_labels_decide_which_samples_stay),
        cmocka_unit_test(test_labels_are_shown_by_their_keys),
        cmocka_unit_test(test_labels_are_shown_of_each_sample_that_shares_them),
        cmocka_unit_test(test_a_base_without_its_label_is_no_base),
        cmocka_unit_test(test_path_takes_a_name_for_a_name),
        cmocka_unit_test(test_path_finds_names_and_ids),
        cmocka_unit_test(test_wrong_filters_are_refused_with_their_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
