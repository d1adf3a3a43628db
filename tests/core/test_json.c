/* test_json.c - JSON out and in again, and what is not JSON refused with its line. */
#include "harness/core/json.h"

#include "tests/support/support.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct wm_text text;
    struct wm_json_writer out;
    struct wm_json *json = NULL;
    struct wm_error err = {0};
    wm_text_init(&text);
    wm_json_start(&out, &text);
    wm_json_open(&out, NULL, '{');
    wm_json_string(&out, "te\"xt", "a\\\"\n\t\x01é\xff");
    wm_json_u64(&out, "most", UINT64_MAX);
    wm_json_double(&out, "share", -0.25);
    wm_json_bool(&out, "yes", true);
    wm_json_open(&out, "list", '[');
    wm_json_u64(&out, NULL, 1);
    wm_json_u64(&out, NULL, 2);
    wm_json_close(&out, ']');
    wm_json_open(&out, "none", '[');
    wm_json_close(&out, ']');
    wm_json_close(&out, '}');
    assert_string_equal(text.data, "{\n  \"te\\\"xt\": \"a\\\\\\\"\\n\\t\\u0001é\xef\xbf\xbd\",\n"
                                   "  \"most\": 18446744073709551615,\n  \"share\": -0.250000,\n"
                                   "  \"yes\": true,\n  \"list\": [\n    1,\n    2\n  ],\n"
                                   "  \"none\": []\n}\n");
    assert_int_equal(wm_json_parse(text.data, text.length, "f.json", &json, &err), 0);
    assert_string_equal(wm_json_as_string(wm_json_get(json, "te\"xt"), ""),
                        "a\\\"\n\t\x01é\xef\xbf\xbd");
    assert_int_equal(wm_json_as_u64(wm_json_get(json, "most"), 0), UINT64_MAX);
    assert_true(wm_json_as_double(wm_json_get(json, "share"), 0) == -0.25);
    assert_true(wm_json_as_bool(wm_json_get(json, "yes"), false));
    assert_int_equal(wm_json_count(wm_json_get(json, "list")), 2);
    assert_int_equal(wm_json_as_u64(wm_json_at(wm_json_get(json, "list"), 1), 0), 2);
    assert_int_equal(wm_json_count(wm_json_get(json, "none")), 0);
    wm_json_free(json);
    wm_text_done(&text);
}

static void what_is_missing_or_of_another_kind_has_a_default(void **state)
{
    (void)state;
    static const char data[] = " {\"a\": null, \"b\": [1.5], \"c\": \"x\", \"d\": 3.0} ";
    struct wm_json *json = NULL;
    assert_int_equal(wm_json_parse(data, sizeof(data) - 1, "f", &json, NULL), 0);
    assert_int_equal(wm_json_kind(json), WM_JSON_OBJECT);
    assert_int_equal(wm_json_kind(wm_json_get(json, "a")), WM_JSON_NULL);
    assert_string_equal(wm_json_as_string(wm_json_get(json, "a"), "none"), "none");
    assert_int_equal(wm_json_as_u64(wm_json_at(wm_json_get(json, "b"), 0), 7), 7);
    assert_int_equal(wm_json_as_u64(wm_json_get(json, "d"), 7), 3);
    assert_null(wm_json_get(wm_json_get(json, "c"), "deep"));
    assert_null(wm_json_get(NULL, "x"));
    assert_int_equal(wm_json_count(NULL), 0);
    wm_json_free(json);
    wm_json_free(NULL);
}

static void escapes_become_utf8(void **state)
{
    (void)state;
    static const char data[] = "\"\\u00e9\\u20ac\\ud83d\\ude00\\ud83d!\\u0000\\/\\b\"";
    struct wm_json *json = NULL;
    assert_int_equal(wm_json_parse(data, sizeof(data) - 1, "f", &json, NULL), 0);
    assert_string_equal(wm_json_as_string(json, ""), "é€😀\xef\xbf\xbd!\xef\xbf\xbd/\b");
    wm_json_free(json);
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         " ",     "{",          "[1,",      "[1,]",    "{\"a\"}",
        "{\"a\":}", "{a:1}", "[1 2]",      "\"abc",    "\"\\x\"", "\"\\u12g4\"",
        "01",       "1.",    "-",          "+1",       "nul",     "truex",
        "1e999",    "[1]]",  "{\"a\":1,}", "\"a\nb\"", "\"\\",    "\"\\ud83d\\u12",
        "inf",      "'a'",   "{\"a\" 1}",  "]",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct wm_json *json = NULL;
        struct wm_error err = {0};
        if (wm_json_parse(bad[i], strlen(bad[i]), "f.json", &json, &err) != -EINVAL)
            fail_msg("taken: %s", bad[i]);
        assert_true(strncmp(err.place, "f.json:", 7) == 0);
    }
}

static void the_place_names_the_line(void **state)
{
    (void)state;
    static const char data[] = "{\n \"a\": 1,\n \"b\" 2\n}";
    struct wm_json *json = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_json_parse(data, sizeof(data) - 1, "run.json", &json, &err), -EINVAL);
    assert_string_equal(err.place, "run.json:3");
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    char data[200];
    struct wm_json *json = NULL;
    for (size_t depth = 64; depth <= 65; depth++) {
        memset(data, '[', depth);
        memset(data + depth, ']', depth);
        int rc = wm_json_parse(data, 2 * depth, "f", &json, NULL);
        assert_int_equal(rc, depth == 64 ? 0 : -EINVAL);
        if (rc == 0)
            wm_json_free(json);
    }
}

static void each_cut_off_document_is_refused(void **state)
{
    (void)state;
    static const char data[] = "{\"a\": [true, -1.5e3, \"\\u00e9\"], \"b\": {}}";
    for (size_t length = 0; length < sizeof(data) - 1; length++) {
        struct wm_json *json = NULL;
        char *cut =
            malloc(length > 0 ? length : 1); /* so that a sanitizer sees a byte read too many */
        memcpy(cut, data, length);
        assert_int_equal(wm_json_parse(cut, length, "f", &json, NULL), -EINVAL);
        free(cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(what_is_missing_or_of_another_kind_has_a_default),
        cmocka_unit_test(escapes_become_utf8),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(the_place_names_the_line),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(each_cut_off_document_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
