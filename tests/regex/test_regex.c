/* test_regex.c - what regex.sh cannot ask Go about: sentences of refusals, limits. */
#include "tests/support/support.h"

#include "profiles/regex/regex.h"

#include <errno.h>
#include <string.h>

static bool finds(const char *pattern, const char *text)
{
    struct wm_regex *regex = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_regex_new("-focus", pattern, &regex, &err), 0);
    bool found = wm_regex_finds(regex, text, strlen(text));
    assert_false(wm_regex_gave_up(regex));
    wm_regex_free(regex);
    return found;
}

static void test_expressions_find_what_re2_finds(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool found;
    } cases[] = {
        {"a.c",             "xabcx",       true },
        {"^a.c$",           "xabc",        false},
        {"a$",              "a\n",         false},
        {"(?m)^b$",         "a\nb\nc",     true },
        {"(?m)a\n^$",       "a\n",         true },
        {".",               "\n",          false},
        {"(?s).",           "\n",          true },
        {"\\s",             "\v",          false},
        {"[[:space:]]",     "\v",          true },
        {"\\w",             "é",          false},
        {"\\bé",           "xé",         true },
        {"\\d",             "٣",          false},
        {"\\p{Nd}",         "٣",          true },
        {"(?i)straSSe",     "STRASSE",     true },
        {"(?i)\\w",         "\xc5\xbf",    true }, /* the long s */
        {"std::vector",     "std::vector", true },
        {"\\Qa.b(\\E",      "a.b(",        true },
        {"(?P<name>a)+",    "aa",          true },
        {"^.$",             "\xff",        true }, /* a broken byte is one character */
        {"^\\x{fffd}{2}$",  "\xc3\xff",    true },
        {"^(?:a|b?){1000}", "c",           true },
        {"",                "",            true },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (finds(cases[i].pattern, cases[i].text) != cases[i].found)
            fail_msg("'%s' on '%s' is not %d", cases[i].pattern, cases[i].text, cases[i].found);
}

static void test_what_re2_does_not_have_is_refused_by_name(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a(?=b)",                                                         "'(?=' (byte 2) looks ahead"                 },
        {"(?<!b)",                                                         "'(?<!' (byte 1) looks behind"               },
        {"(a)\\1",                                                         "'\\1' (byte 4) refers back to a group"      },
        {"(?>a)",                                                          "'(?>' (byte 1) is an atomic group"          },
        {"a*+",                                                            "'+' (byte 3) makes a repeat possessive"     },
        {"a**",                                                            "'*' (byte 3) repeats a repeat"              },
        {"*a",                                                             "'*' (byte 1) has nothing before it"         },
        {"a\\Z",                                                           "'\\Z' (byte 2) is not of RE2's syntax; \\z" },
        {"\\C",                                                            "'\\C' (byte 1) is not of Go's syntax"       },
        {"a{1001}",                                                        "'{1001}' (byte 2) repeats more than 1000"   },
        {"(a{40}){40}",                                                    "'{40}' (byte 8) repeats more than 1000"     },
        {"(?<n>a)",                                                        "'(?<' (byte 1) names a group in a way"      },
        {"[[:nope:]]",                                                     "'[:nope:]' (byte 2) is no class"            },
        {"\\p{greek}",                                                     "'\\p{greek}' (byte 1) names no category"    },
        {"(?i)\\p{Lu}",                                                    "'\\p{Lu}' (byte 5) is more than this letter"},
        {"[z-a]",                                                          "'z-a' (byte 2) is a range whose end"        },
        {"[a",                                                             "'[a' (byte 1) has no closing ]"             },
        {"é(a",                                                           "'(a' (byte 3) has no closing )"             },
        {"a)",                                                             "')' (byte 2) closes no group"               },
        {"a\\",                                                            "'\\' (byte 2) escapes nothing"              },
        {"a\xff",                                                          "'\\xff' (byte 2) is not valid UTF-8"        },
        {"(abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz|b){1000}",
         "this expression cannot be matched here: "                                                                     },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wm_regex *regex = NULL;
        struct wm_error err = {0};
        assert_int_equal(wm_regex_new("-focus", cases[i][0], &regex, &err), -EINVAL);
        assert_null(regex);
        assert_string_equal(err.place, "-focus");
        if (strncmp(err.text, cases[i][1], strlen(cases[i][1])) != 0)
            fail_msg("'%s' says: %s", cases[i][0], err.text);
    }
}

static void test_groups_nest_a_thousand_deep_and_no_deeper(void **state)
{
    (void)state;
    char pattern[2 * 1001 + 2];
    for (size_t depth = 1000; depth <= 1001; depth++) {
        struct wm_regex *regex = NULL;
        memset(pattern, '(', depth);
        pattern[depth] = 'a';
        memset(pattern + depth + 1, ')', depth);
        pattern[2 * depth + 1] = '\0';
        int rc = wm_regex_new("-focus", pattern, &regex, NULL);
        assert_int_equal(rc, depth == 1000 ? 0 : -EINVAL);
        if (rc == 0)
            assert_true(wm_regex_finds(regex, "cab", 3));
        wm_regex_free(regex);
    }
}

/* Going back and trying again would take longer than anyone lives. */
static void test_no_expression_takes_for_ever(void **state)
{
    (void)state;
    static const char *const patterns[] = {"^(a+)+$", "^(a|aa)+$", "^(.*)*(.*)*(.*)*[^ab]$",
                                           "(x+x+)+y|b{3}$", "^(?i:(a|A|aa)*)$"};
    char text[201];
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        memset(text, i == 3 ? 'x' : 'a', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        bool all = i == 0 || i == 1 || i == 4;
        assert_int_equal(finds(patterns[i], text), all);
        text[sizeof(text) - 2] = 'b';
        assert_false(finds(patterns[i], text));
    }
}

static void test_a_match_that_would_take_too_long_is_told(void **state)
{
    (void)state;
    static char text[1000];
    struct wm_regex *regex = NULL;
    memset(text, 'a', sizeof(text));
    assert_int_equal(wm_regex_new("-focus", "(a|b|ab|aa){1,1000}[^a]$", &regex, NULL), 0);
    assert_false(wm_regex_gave_up(regex));
    assert_false(wm_regex_finds(regex, text, sizeof(text)));
    assert_true(wm_regex_gave_up(regex));
    wm_regex_free(regex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions_find_what_re2_finds),
        cmocka_unit_test(test_what_re2_does_not_have_is_refused_by_name),
        cmocka_unit_test(test_groups_nest_a_thousand_deep_and_no_deeper),
        cmocka_unit_test(test_no_expression_takes_for_ever),
        cmocka_unit_test(test_a_match_that_would_take_too_long_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
