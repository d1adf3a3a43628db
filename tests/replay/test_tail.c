/* test_tail.c - the last lines of an output. */
#include "harness/replay/tail.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

static const char *lines_of(struct wm_tail *tail)
{
    static struct wm_text text;
    wm_text_done(&text);
    wm_text_init(&text);
    wm_tail_lines(tail, &text);
    return text.data;
}

static void add(struct wm_tail *tail, const char *string)
{
    wm_tail_add(tail, string, strlen(string));
}

static void test_lines_are_kept_as_they_came(void **state)
{
    struct wm_tail tail = {0};
    (void)state;
    assert_string_equal(lines_of(&tail), "");
    add(&tail, "one\ntw");
    assert_string_equal(lines_of(&tail), "one\ntw");
    add(&tail, "o\n\nthree\n\n\n");
    assert_string_equal(lines_of(&tail), "one\ntwo\n\nthree");
}

static void test_only_the_last_ten_are_shown(void **state)
{
    struct wm_tail tail = {0};
    char line[32];
    (void)state;
    for (int i = 1; i <= 5000; i++) {
        snprintf(line, sizeof(line), "line %d\n", i);
        add(&tail, line);
    }
    assert_string_equal(lines_of(&tail),
                        "line 4991\nline 4992\nline 4993\nline 4994\nline 4995\nline 4996\n"
                        "line 4997\nline 4998\nline 4999\nline 5000");
}

static void test_one_endless_line_is_cut_at_its_front(void **state)
{
    struct wm_tail tail = {0};
    (void)state;
    for (int i = 0; i < 3 * WM_TAIL_BYTES; i++)
        add(&tail, "x");
    assert_int_equal(strlen(lines_of(&tail)), WM_TAIL_BYTES);
    add(&tail, "\nend");
    assert_string_equal(lines_of(&tail), "end");
}

static void test_control_bytes_are_not_for_the_terminal(void **state)
{
    struct wm_tail tail = {0};
    (void)state;
    wm_tail_add(&tail, "a\033[31mb\tc\0d", 11);
    assert_string_equal(lines_of(&tail), "a\\x1b[31mb c\\x00d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_are_kept_as_they_came),
        cmocka_unit_test(test_only_the_last_ten_are_shown),
        cmocka_unit_test(test_one_endless_line_is_cut_at_its_front),
        cmocka_unit_test(test_control_bytes_are_not_for_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
