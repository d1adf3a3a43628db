/* test_segment_rules.c - lists of functions that are segments: read, matched, refused with a line.
 */
#include "tests/support/support.h"

#include "harness/core/text.h"
#include "profiles/gather/segment_rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_text(const char *content, struct wm_segment_rules **ret_rules, struct wm_error *err)
{
    char *folder = wm_test_folder();
    char *file = wm_test_file(folder, "list.txt", content);
    int rc = wm_segment_rules_read(file, ret_rules, err);
    free(file);
    wm_test_folder_remove(folder);
    return rc;
}

static struct wm_segment_rules *read_good(const char *content)
{
    struct wm_segment_rules *rules = NULL;
    struct wm_error err = {0};
    if (read_text(content, &rules, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    return rules;
}

static void test_rules_nest_by_their_indent(void **state)
{
    (void)state;
    struct wm_segment_rules *rules = read_good("# what redis does\n"
                                               "processCommand\r\n"
                                               "\n"
                                               "    call\n"
                                               "\tlookup = /^lookupKey/  \n"
                                               "   # not the same indent, still below\n"
                                               "  addReply\n"
                                               "writeToClient");
    static const struct {
        const char *name, *pattern;
        uint32_t parent, line;
    } expected[] = {
        {NULL,     "processCommand", 0, 2},
        {NULL,     "call",           1, 4},
        {"lookup", "/^lookupKey/",   2, 5},
        {NULL,     "addReply",       1, 7},
        {NULL,     "writeToClient",  0, 8},
    };
    assert_int_equal(rules->count, 5);
    for (size_t i = 0; i < rules->count; i++) {
        const struct wm_segment_rule *rule = &rules->rules[i];
        assert_string_equal(rule->pattern, expected[i].pattern);
        assert_int_equal(rule->parent, expected[i].parent);
        assert_int_equal(rule->line, expected[i].line);
        assert_int_equal(rule->name != NULL, expected[i].name != NULL);
        if (rule->name != NULL)
            assert_string_equal(rule->name, expected[i].name);
    }
    wm_segment_rules_free(rules);
}

static bool fits(const char *line, const struct wm_segment_names *names)
{
    struct wm_segment_rules *rules = read_good(line);
    bool result = wm_segment_rule_fits(&rules->rules[0], names);
    wm_segment_rules_free(rules);
    return result;
}

static void test_rules_take_whole_names_in_every_spelling(void **state)
{
    (void)state;
    static const struct wm_segment_names names = {
        .shown = "shop::Cart::add",
        .linkage = "_ZN4shop4CartIiE3addEi",
        .templates = "shop::Cart<int>::add",
        .full = "shop::Cart<int>::add(int)",
    };
    static const struct wm_segment_names plain = {.shown = "add", .linkage = "add"};
    static const struct wm_segment_names nothing = {.shown = "", .linkage = ""};
    assert_true(fits("shop::Cart::add", &names));
    assert_true(fits("_ZN4shop4CartIiE3addEi", &names));
    assert_true(fits("shop::Cart<int>::add", &names));
    assert_true(fits("shop::Cart<int>::add(int)", &names));
    assert_true(fits("put it in = shop::Cart::add", &names));
    assert_false(fits("shop::Cart", &names));
    assert_false(fits("add", &names));
    assert_true(fits("add", &plain));
    assert_true(fits("/Cart::a/", &names));
    assert_true(fits("/^_ZN4shop/", &names));
    assert_true(fits("/^(a|shop::C)/", &names));
    assert_false(fits("/^Cart/", &names));
    assert_false(fits("/int/", &names)); /* neither name has its arguments */
    assert_false(fits("/./", &nothing));
    assert_false(fits("/a = b/", &plain)); /* no name of its own: the expression says so */
}

static void test_rules_tell_what_is_wrong_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *content, *place, *text;
    } bad[] = {
        {"",              "list.txt",   "lists no function"},
        {"# nothing\n\n", "list.txt",   "lists no function"},
        {"a\n/open\n",    "list.txt:2", "between two '/'"  },
        {"a\n//\n",       "list.txt:2", "between two '/'"  },
        {"a\nb\n/(/\n",   "list.txt:3", ""                 },
        {"a\n/(?=b)/\n",  "list.txt:2", ""                 },
        {"a\n = b\n",     "list.txt:2", "name"             },
        {"a/b = c\n",     "list.txt:1", "no '/'"           },
        {"name = \n",     "list.txt:1", "expected"         },
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct wm_segment_rules *rules = NULL;
        struct wm_error err = {0};
        assert_int_equal(read_text(bad[i].content, &rules, &err), -EINVAL);
        assert_non_null(strstr(err.place, bad[i].place));
        assert_non_null(strstr(err.text, bad[i].text));
        assert_true(err.text[0] != '\0');
    }
}

static void test_rules_have_limits(void **state)
{
    (void)state;
    struct wm_segment_rules *rules = NULL;
    struct wm_error err = {0};
    struct wm_text text;
    wm_text_init(&text);
    for (int i = 0; i < WM_SEGMENT_RULES_MAX; i++)
        wm_text_addf(&text, "f%d\n", i);
    rules = read_good(text.data);
    assert_int_equal(rules->count, WM_SEGMENT_RULES_MAX);
    wm_segment_rules_free(rules);
    rules = NULL;
    wm_text_add(&text, "one_more\n");
    assert_int_equal(read_text(text.data, &rules, &err), -EINVAL);
    assert_non_null(strstr(err.place, "list.txt:1025"));
    wm_text_clear(&text);
    for (int i = 0; i < 70; i++)
        wm_text_addf(&text, "%*sf\n", i, "");
    assert_int_equal(read_text(text.data, &rules, &err), -EINVAL);
    assert_non_null(strstr(err.place, "list.txt:65"));
    wm_text_done(&text);
    assert_int_equal(wm_segment_rules_read("/nowhere/list.txt", &rules, &err), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_nest_by_their_indent),
        cmocka_unit_test(test_rules_take_whole_names_in_every_spelling),
        cmocka_unit_test(test_rules_tell_what_is_wrong_and_where),
        cmocka_unit_test(test_rules_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
