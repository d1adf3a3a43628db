/* test_command.c - commands into words, placeholders. */
#include "harness/replay/command.h"
#include "tests/support/support.h"

#include <errno.h>
#include <string.h>

/* "a|b|c": the words of a command, with {port} as 81 and {dir} as "/a b". */
static const char *split(const char *command, size_t *ret_ports)
{
    static char joined[256];
    struct wm_placeholder list[] = {
        {"{port}", "81",   0},
        {"{dir}",  "/a b", 0}
    };
    struct wm_placeholders placeholders = {list, 2};
    char **words = NULL;
    struct wm_error err = {0};
    joined[0] = '\0';
    int rc = wm_command_split(command, &placeholders, &words, &err);
    if (ret_ports != NULL)
        *ret_ports = list[0].uses;
    if (rc < 0) {
        assert_int_equal(rc, -EINVAL);
        return err.text[0] != '\0' ? strcpy(joined, err.text) : joined;
    }
    for (size_t i = 0; words[i] != NULL; i++) {
        strcat(joined, i > 0 ? "|" : "");
        strcat(joined, words[i]);
    }
    wm_command_free(words);
    return joined;
}

static void test_words_are_split_as_a_shell_splits_them(void **state)
{
    (void)state;
    assert_string_equal(split("redis-server  --save \"\" --port\t7\n", NULL),
                        "redis-server|--save||--port|7");
    assert_string_equal(split("sh -c 'a b; c \"d\"'", NULL), "sh|-c|a b; c \"d\"");
    assert_string_equal(split("a\\ b \"c\\\"d\\n\" 'e\\f' g'h'\"i\"", NULL),
                        "a b|c\"d\\n|e\\f|ghi");
    assert_string_equal(split("echo $HOME * ; > x", NULL), "echo|$HOME|*|;|>|x");
    assert_string_equal(split("a\\", NULL), "a\\");
}

static void test_placeholders_are_filled_in_within_words(void **state)
{
    size_t ports;
    (void)state;
    assert_string_equal(split("x -p{port} --at=127.0.0.1:{port} '{dir}/c' {dirs} {", &ports),
                        "x|-p81|--at=127.0.0.1:81|/a b/c|{dirs}|{");
    assert_int_equal(ports, 2);
    assert_string_equal(split("x \\{port}", &ports), "x|{port}");
    assert_int_equal(ports, 0);
}

static void test_what_is_no_command_is_refused(void **state)
{
    (void)state;
    assert_string_equal(split("", NULL), "the command is empty");
    assert_string_equal(split(" \t ", NULL), "the command is empty");
    assert_string_equal(split("a 'b c", NULL), "a quote ' is not closed");
    assert_string_equal(split("a b \"c\\\"", NULL), "a quote \" is not closed");
}

static void test_a_text_keeps_all_but_its_placeholders(void **state)
{
    struct wm_placeholder list[] = {
        {"{port}", "81", 0}
    };
    struct wm_placeholders placeholders = {list, 1};
    struct wm_text text;
    (void)state;
    wm_text_init(&text);
    wm_command_fill("server { listen {port}; }\n{port}{{port}{por", &placeholders, &text);
    assert_string_equal(text.data, "server { listen 81; }\n81{81{por");
    assert_int_equal(list[0].uses, 3);
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_split_as_a_shell_splits_them),
        cmocka_unit_test(test_placeholders_are_filled_in_within_words),
        cmocka_unit_test(test_what_is_no_command_is_refused),
        cmocka_unit_test(test_a_text_keeps_all_but_its_placeholders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
