/* test_expect.c - what a path must be: names, names that must not be, an outcome. */
#include "workloads/expect.h"

#include "tests/support/support.h"

#include <errno.h>
#include <string.h>

static const char *const nodes[] = {
    "HandleRequest",
    "HandleRequest/Authenticate",
    "HandleRequest/Authenticate/ns::Validate",
    "HandleRequest/RouteRequest",
};

static bool met(const char *text, const char *outcome)
{
    struct wm_arena arena;
    const struct wm_expect *expect = NULL;
    struct wm_error err = {0};

    wm_arena_init(&arena);
    if (wm_expect_read(text, &arena, &expect, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    bool result =
        wm_expect_met(expect, "Handle_", nodes, sizeof(nodes) / sizeof(nodes[0]), outcome);
    wm_arena_done(&arena);
    return result;
}

static void check_fault(const char *text, const char *expected)
{
    struct wm_arena arena;
    const struct wm_expect *expect = NULL;
    struct wm_error err = {0};

    wm_arena_init(&arena);
    if (wm_expect_read(text, &arena, &expect, &err) != -EINVAL)
        fail_msg("%s was taken", text);
    if (strstr(err.text, expected) == NULL)
        fail_msg("%s: got '%s', expected '%s'", text, err.text, expected);
    assert_null(expect);
    wm_arena_done(&arena);
}

static void test_expect_finds_a_segment_anywhere_in_the_paths(void **state)
{
    (void)state;
    assert_true(met("HandleRequest", ""));
    assert_true(met("Authenticate", ""));
    assert_true(met("Authenticate", "denied"));
    assert_true(met("ns::Validate", ""));
    assert_false(met("Validate", ""));
    assert_false(met("Handle", ""));
    assert_false(met("RouteRequests", ""));
}

static void test_expect_wants_every_name_and_none_of_the_forbidden(void **state)
{
    (void)state;
    assert_true(met("HandleRequest+RouteRequest", ""));
    assert_false(met("HandleRequest+ProcessOrder", ""));
    assert_true(met("Authenticate+!ProcessOrder", ""));
    assert_false(met("Authenticate+!RouteRequest", ""));
    assert_true(met("!ProcessOrder", ""));
    assert_false(met("!ns::Validate", ""));
}

static void test_expect_compares_the_outcome_at_the_end(void **state)
{
    (void)state;
    assert_true(met("Authenticate:denied", "denied"));
    assert_false(met("Authenticate:denied", "approved"));
    assert_false(met("Authenticate:denied", ""));
    assert_false(met("ProcessOrder:denied", "denied"));
    assert_true(met(":denied", "denied"));
    assert_false(met(":denied", ""));
    assert_true(met("ns::Validate:a::b", "a::b"));
    assert_true(met("Authenticate+!ProcessOrder:out of stock", "out of stock"));
}

static void test_expect_of_a_request_without_segments(void **state)
{
    struct wm_arena arena;
    const struct wm_expect *name = NULL, *none = NULL;
    (void)state;

    wm_arena_init(&arena);
    assert_int_equal(wm_expect_read("A", &arena, &name, NULL), 0);
    assert_int_equal(wm_expect_read("!A", &arena, &none, NULL), 0);
    assert_false(wm_expect_met(name, "Ping", NULL, 0, ""));
    assert_true(wm_expect_met(none, "Ping", NULL, 0, ""));
    wm_arena_done(&arena);
}

static void test_expect_tells_what_is_wrong(void **state)
{
    static const char *const faults[][2] = {
        {"+",            "a segment's name is missing"            },
        {"A+",           "a segment's name is missing"            },
        {"+A",           "a segment's name is missing"            },
        {"A++B",         "a segment's name is missing"            },
        {"!",            "a segment's name is missing"            },
        {"A+!:x",        "a segment's name is missing"            },
        {"!!A",          "! stands once"                          },
        {"A!",           "! stands once"                          },
        {"A + B",        "a blank beside a name"                  },
        {"A/B",          "write HandleRequest+Authenticate"       },
        {"A+A",          "a segment is named twice"               },
        {"A+!A",         "a segment is named twice"               },
        {"A:",           "an outcome's name is missing"           },
        {":",            "an outcome's name is missing"           },
        {"A:ok+B",       "the outcome comes last"                 },
        {"A:!ok",        "the outcome comes last"                 },
        {"A: ok",        "a blank beside the outcome"             },
        {"{choice A|B}", "without generators or braces, got \"{ch"},
        {"A\x1b[1m+:",   "got \"A\\x1b[1m+:\""                    },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        check_fault(faults[i][0], faults[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expect_finds_a_segment_anywhere_in_the_paths),
        cmocka_unit_test(test_expect_wants_every_name_and_none_of_the_forbidden),
        cmocka_unit_test(test_expect_compares_the_outcome_at_the_end),
        cmocka_unit_test(test_expect_of_a_request_without_segments),
        cmocka_unit_test(test_expect_tells_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
