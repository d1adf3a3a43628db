/* test_select.c - which samples stay, and what of their frames and labels. */
#include "tests/views/graph_profile.h"

#include "profiles/runs/paths.h"

#include <errno.h>

/* "main work/helper leaf" for each sample, root first, with "=VALUE". A location without lines
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
                &profile->locations[profile->sample_locations[sample->first_location + at - 1]];
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

/* main calls work with step inlined, or read; a location of a library without names. */
static void make_calls(struct made *made)
{
    made_init(made, 0);
    struct wm_mapping mapping = {.start = 0x7000, .limit = 0x8000};
    mapping.file = (uint32_t)wm_profile_string(made->profile, "/lib/libz.so");
    assert_int_equal(wm_profile_add_mapping(made->profile, &mapping), 0);
    made_add(made, "main work/step leaf", 1);
    made_add(made, "main read", 2);
    made_add(made, "main work/step", 4);
    made_add(made, "other", 8);
    struct wm_location bare = {.mapping = 1, .address = 0x7100};
    uint32_t stack[2] = {(uint32_t)wm_profile_add_location(made->profile, &bare, NULL), 0};
    char word[] = "main";
    stack[1] = made_location(made, word);
    assert_true(wm_profile_add_sample(made->profile, stack, 2, NULL, 0, (int64_t[]){1, 16}) >= 0);
    assert_true(wm_profile_add_sample(made->profile, NULL, 0, NULL, 0, (int64_t[]){1, 32}) >= 0);
}

struct frame_case {
    struct wm_report_options options;
    const char *samples, *notes;
};

static void test_frames_decide_which_samples_and_frames_stay(void **state)
{
    (void)state;
    static const char all[] = "main work/step leaf =1, main read =2, main work/step =4, other =8, "
                              "main ? =16";
    static const struct frame_case cases[] = {
        {{.focus = NULL},                        all,                                                   ""                                        }, /* a sample without frames goes in any case */
        {{.focus = ""},                          all,                                                   ""                                        },
        {{.focus = "step|other"},                "main work/step leaf =1, main work/step =4, other =8", ""                                        },
        {{.focus = "libz"},                      "main ? =16",                                          ""                                        },
        {{.focus = "read\\.c$"},                 "main read =2",                                        ""                                        },
        {{.focus = "nothing"},                   "",                                                    "Focus expression matched no samples\n"   },
        {{.ignore = "work"},                     "main read =2, other =8, main ? =16",                  ""                                        },
        {{.ignore = "nothing"},                  all,                                                   "Ignore expression matched no samples\n"  },
        {{.focus = "main", .ignore = "leaf"},    "main read =2, main work/step =4, main ? =16",         ""                                        },
        {{.focus = "main", .ignore = "main"},    "",                                                    "Focus expression matched no samples\n"   },
        {{.hide = "work"},
         "main step leaf =1, main read =2, main step =4, other =8, main ? =16",                         ""                                        },
        {{.hide = "work|step|libz|other"},       "main leaf =1, main read =2, main =4, main =16",       ""                                        },
        {{.hide = "nothing"},                    all,                                                   "Hide expression matched no samples\n"    },
        {{.show = "main|step"},                  "main step =1, main =2, main step =4, main =16",       ""                                        },
        {{.show = "libz"},                       "",                                                    "Show expression matched no samples\n"    },
        {{.show = "work|other", .hide = "work"}, "other =8",                                            ""                                        },
        {{.focus = "work", .hide = "work"},      "main step leaf =1, main step =4",                     ""                                        },
        {{.show_from = "work"},                  "work/step leaf =1, work/step =4",                     ""                                        },
        {{.show_from = "step"},                  "step leaf =1, step =4",                               ""                                        },
        {{.show_from = "libz"},                  "? =16",                                               ""                                        },
        {{.show_from = "nothing"},               "",                                                    "ShowFrom expression matched no samples\n"},
        {{.prune_from = "^work"},
         "main work =1, main read =2, main work =4, other =8, main ? =16",                              ""                                        },
        {{.prune_from = "main|leaf"},
         "main work/step leaf =1, main =2, main =4, other =8, main =16",                                ""                                        },
        {{.prune_from = "nothing|libz"},         all,                                                   ""                                        },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        make_calls(&made);
        made.options = cases[i].options;
        select_made(&made);
        expect_samples(&made, cases[i].samples);
        assert_string_equal(made.notes.data, cases[i].notes);
        made_done(&made);
    }
}

static void test_the_recursive_frame_nearest_to_the_end_counts(void **state)
{
    (void)state;
    struct made made;
    made_init(&made, 0);
    made_add(&made, "main walk step walk leaf", 1);
    made.options.show_from = "walk";
    select_made(&made);
    expect_samples(&made, "walk step walk leaf =1");
    made_done(&made);
    made_init(&made, 0);
    made_add(&made, "main walk step walk leaf", 1);
    made.options.prune_from = "walk";
    select_made(&made);
    expect_samples(&made, "main walk step walk =1");
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

static void test_labels_decide_which_samples_stay(void **state)
{
    (void)state;
    static const struct {
        const char *focus, *ignore, *samples, *notes;
    } cases[] = {
        {"path=o",               NULL,           "a =1, b =2",       ""                                                    },
        {"path=^o",              NULL,           "a =1",             ""                                                    },
        {"path=login,order",     NULL,           "a =1, b =2",       ""                                                    },
        {"path:o",               NULL,           "a =1",             ""                                                    },
        {"path:o,who:e",         NULL,           "a =1",             ""                                                    },
        {"path:home,path:login", NULL,           "b =2",             ""                                                    },
        {"path:home,who",        NULL,           "",                 "TagFocus expression matched no samples\n"            },
        {"nokey=.",              NULL,           "",                 "TagFocus expression matched no samples\n"            },
        {".",                    NULL,           "a =1, b =2",       ""                                                    }, /* expressions know no numbers */
        {NULL,                   "path=order",   "b =2, c =4",       ""                                                    },
        {NULL,                   "nothing",      "a =1, b =2, c =4", "TagIgnore expression matched no samples\n"           },
        {"path=.",               "who=eve",      "b =2",             ""                                                    },
        {"512b",                 NULL,           "a =1",             "tagfocus:Interpreted '512b' as range, not regexp\n"  },
        {"size=1kb:",            NULL,           "b =2",             "tagfocus:Interpreted '1kb:' as range, not regexp\n"  },
        {"size=:1kb",            NULL,           "a =1",             "tagfocus:Interpreted ':1kb' as range, not regexp\n"  },
        {"1b:1mb",               NULL,           "a =1, b =2",       "tagfocus:Interpreted '1b:1mb' as range, not regexp\n"},
        {"1us:1s",               NULL,           "c =4",             "tagfocus:Interpreted '1us:1s' as range, not regexp\n"},
        {"steps=7steps",         NULL,           "c =4",             "tagfocus:Interpreted '7steps' as range, not regexp\n"},
        {"took=512b",            NULL,           "",
         "tagfocus:Interpreted '512b' as range, not regexp\n"
         "TagFocus expression matched no samples\n"                                                                        },
        {"1kb:5ms",              NULL,           "",                 "TagFocus expression matched no samples\n"            },
        {NULL,                   "size=4kb:4kb", "a =1, c =4",
         "tagignore:Interpreted '4kb:4kb' as range, not regexp\n"                                                          },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        make_labels(&made);
        made.options.tagfocus = cases[i].focus;
        made.options.tagignore = cases[i].ignore;
        select_made(&made);
        assert_string_equal(made.notes.data, cases[i].notes);
        expect_samples(&made, cases[i].samples);
        made_done(&made);
    }
}

static void test_labels_are_shown_by_their_keys(void **state)
{
    (void)state;
    static const struct {
        const char *show, *hide, *labels, *notes;
    } cases[] = {
        {"^path$",   NULL,              "path:order , path:login path:home , ",                                  ""                                       },
        {NULL,       "path|took|steps", "who:eve size: , size: , ",                                              ""                                       },
        {"path|who", "who",             "path:order , path:login path:home , ",                                  ""                                       },
        {"nothing",  NULL,              ", , ",                                                                  "TagShow expression matched no samples\n"},
        {NULL,       "nothing",         "path:order who:eve size: , path:login path:home size: , took: steps: ",
         "TagHide expression matched no samples\n"                                                                                                        },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made made;
        make_labels(&made);
        made.options.tagshow = cases[i].show;
        made.options.taghide = cases[i].hide;
        select_made(&made);
        expect_labels(&made, cases[i].labels);
        assert_string_equal(made.notes.data, cases[i].notes);
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

static void test_path_finds_names_and_ids(void **state)
{
    (void)state;
    static const struct {
        const char *path, *samples, *notes;
        bool has_table;
    } cases[] = {
        {"^ord",             "a =1",       "",                                     false},
        {"a,b|ho",           "b =2",       "",                                     false}, /* one expression, whatever it holds */
        {"00000000deadbeef", "a =1",       "",                                     true },
        {"dead|login",       "a =1, b =2", "",                                     true },
        {"00000000deadbeef", "",           "Path expression matched no samples\n", false},
        {"eve",              "",           "Path expression matched no samples\n", true },
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
        assert_string_equal(made.notes.data, cases[i].notes);
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
        cmocka_unit_test(test_a_base_without_its_label_is_no_base),
        cmocka_unit_test(test_path_finds_names_and_ids),
        cmocka_unit_test(test_wrong_filters_are_refused_with_their_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
