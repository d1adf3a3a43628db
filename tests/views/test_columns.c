/* test_columns.c - aligned columns. */
#include "tests/support/support.h"

#include "profiles/views/columns.h"

#include <string.h>

static void test_columns_align_and_never_end_in_blanks(void **state)
{
    (void)state;
    static const struct wm_grid_column columns[] = {
        {"name",  false, false, 0},
        {"value", true,  false, 0},
        {"bar",   false, false, 0},
    };
    static const char *const cells[] = {"a", "1 µs", "██", "longer", "1,000", "", "é", "", "x"};
    struct wm_grid *table = NULL;
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_grid_new(columns, 3, &table), 0);
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
        wm_grid_add(table, cells[i]);
    assert_int_equal(wm_grid_print(table, 2, &text), 0);
    assert_string_equal(text.data, "  name     value   bar\n"
                                   "  a         1 µs   ██\n"
                                   "  longer   1,000\n"
                                   "  é                x\n");
    wm_grid_free(table);
    wm_text_done(&text);
}

static void test_columns_that_are_too_wide_lose_the_spare_and_cut_names(void **state)
{
    (void)state;
    static const struct wm_grid_column columns[] = {
        {"name",  false, false, 10},
        {"value", true,  false, 0 },
        {"spare", true,  true,  0 },
    };
    char name[131];
    struct wm_grid *table = NULL;
    struct wm_text text;
    memset(name, 'x', sizeof(name) - 1);
    name[0] = '<';
    name[129] = '>';
    name[130] = '\0';
    wm_text_init(&text);
    assert_int_equal(wm_grid_new(columns, 3, &table), 0);
    wm_grid_add(table, name);
    wm_grid_add(table, "1");
    wm_grid_add(table, "2");
    assert_int_equal(wm_grid_print(table, 2, &text), 0);
    assert_null(strstr(text.data, "spare"));
    for (const char *line = text.data; *line != '\0'; line = strchr(line, '\n') + 1) {
        char copy[256] = "";
        memcpy(copy, line, strcspn(line, "\n"));
        assert_int_equal(wm_text_width(copy), WM_VIEW_WIDTH);
    }
    assert_non_null(strstr(text.data, "<xx"));
    assert_non_null(strstr(text.data, "…"));
    assert_non_null(strstr(text.data, "xx>"));
    wm_grid_free(table);
    wm_text_done(&text);
}

static void test_columns_show_control_bytes_as_escapes(void **state)
{
    (void)state;
    static const struct wm_grid_column columns[] = {
        {NULL, false, false, 0}
    };
    struct wm_grid *table = NULL;
    struct wm_text text;
    wm_text_init(&text);
    assert_int_equal(wm_grid_new(columns, 1, &table), 0);
    wm_grid_add(table, "a\x1b[31m\nb\xff");
    assert_int_equal(wm_grid_print(table, 0, &text), 0);
    assert_string_equal(text.data, "a\\x1b[31m\\x0ab\\xff\n");
    wm_grid_free(table);
    wm_text_done(&text);
}

static void test_cutting_keeps_both_ends_and_whole_characters(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    wm_grid_add_cut(&text, "äöüÄÖÜß", 5);
    assert_string_equal(text.data, "äö…Üß");
    wm_text_clear(&text);
    wm_grid_add_cut(&text, "abcdef", 4);
    assert_string_equal(text.data, "ab…f");
    wm_text_clear(&text);
    wm_grid_add_cut(&text, "abcdef", 1);
    assert_string_equal(text.data, "…");
    wm_text_clear(&text);
    wm_grid_add_cut(&text, "abcdef", 6);
    assert_string_equal(text.data, "abcdef");
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_align_and_never_end_in_blanks),
        cmocka_unit_test(test_columns_that_are_too_wide_lose_the_spare_and_cut_names),
        cmocka_unit_test(test_columns_show_control_bytes_as_escapes),
        cmocka_unit_test(test_cutting_keeps_both_ends_and_whole_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
