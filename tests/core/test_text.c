/* test_text.c - the growing string: its invariant, padding by columns, safe display. */
#include "harness/core/text.h"

#include "tests/support/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void an_empty_text_is_a_c_string(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    assert_string_equal(text.data, "");
    wm_text_add(&text, "");
    wm_text_clear(&text);
    char *taken = wm_text_take(&text);
    assert_string_equal(taken, "");
    free(taken);
    wm_text_done(&text);
}

static void it_grows_and_stays_terminated(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    for (int i = 0; i < 10000; i++)
        wm_text_addf(&text, "%d,", i % 10);
    assert_int_equal(text.length, 20000);
    assert_int_equal(strlen(text.data), 20000);
    assert_false(text.failed);
    wm_text_clear(&text);
    assert_string_equal(text.data, "");
    wm_text_done(&text);
}

static void a_number_is_written_as_printf_writes_it(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0, 7, -7, 10, 1234567890, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        for (int width = 0; width <= 32; width++) {
            struct wm_text text;
            char expected[64];
            wm_text_init(&text);
            wm_text_add_number(&text, numbers[i], (size_t)width);
            snprintf(expected, sizeof(expected), "%*" PRId64, width, numbers[i]);
            assert_string_equal(text.data, expected);
            wm_text_done(&text);
        }
    }
}

static void a_failed_text_stays_failed_and_is_taken_as_null(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add(&text, "kept");
    wm_text_add_bytes(&text, "", SIZE_MAX / 2);
    assert_true(text.failed);
    wm_text_add(&text, "more");
    wm_text_addf(&text, "%d", 7);
    assert_string_equal(text.data, "kept");
    assert_null(wm_text_take(&text));
    wm_text_done(&text);
}

static void formats_may_be_longer_than_the_room_at_hand(void **state)
{
    (void)state;
    struct wm_text text;
    char expected[400] = "";
    wm_text_init(&text);
    for (int i = 0; i < 60; i++) { /* past each size that the memory had */
        wm_text_addf(&text, "%0*d", i % 13, i);
        sprintf(expected + strlen(expected), "%0*d", i % 13, i);
        assert_string_equal(text.data, expected);
        assert_int_equal(text.length, strlen(expected));
    }
    wm_text_clear(&text);
    wm_text_addf(&text, "%300s", "x");
    assert_int_equal(text.length, 300);
    wm_text_done(&text);
}

static void bytes_that_are_no_text_take_a_column_each(void **state)
{
    (void)state;
    assert_int_equal(wm_text_width("日本"), 2);
    assert_int_equal(wm_text_width("\x80\xff"), 2);
    assert_int_equal(wm_text_width("a\xe6\x97"), 3);
    assert_int_equal(wm_text_width("\xed\xa0\x80"), 3);
}

static void bytes_may_hold_nuls(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add_bytes(&text, "a\0b", 3);
    assert_int_equal(text.length, 3);
    assert_memory_equal(text.data, "a\0b", 4);
    wm_text_done(&text);
}

static void padding_counts_columns_not_bytes(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add_padded(&text, "22 µs", -7);
    wm_text_add_padded(&text, "é", 3);
    wm_text_add(&text, "|");
    wm_text_add_padded(&text, "longer", 3);
    assert_string_equal(text.data, "  22 µsé  |longer");
    wm_text_done(&text);
}

static void foreign_bytes_are_shown_harmlessly(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    const char bytes[] = "a\x1b[31m\x80\xc3\xa9\xc2\x9b\xed\xa0\x80\x00z";
    wm_text_add_safe(&text, bytes, sizeof(bytes) - 1, 0);
    assert_string_equal(text.data, "a\\x1b[31m\\x80é\\xc2\\x9b\\xed\\xa0\\x80\\x00z");
    wm_text_done(&text);
}

static void long_foreign_text_is_cut_with_an_ellipsis(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add_safe(&text, "abcdef", 6, 6);
    wm_text_add(&text, " ");
    wm_text_add_safe(&text, "abcdef", 6, 3);
    assert_string_equal(text.data, "abcdef abc…");
    wm_text_done(&text);
}

static void overlong_and_cut_utf8_is_not_valid(void **state)
{
    (void)state;
    assert_int_equal(wm_text_utf8_length("\xc0\x80", 2), 0);
    assert_int_equal(wm_text_utf8_length("\xe0\x80\xaf", 3), 0);
    assert_int_equal(wm_text_utf8_length("\xf4\x90\x80\x80", 4), 0);
    assert_int_equal(wm_text_utf8_length("\xe2\x82", 2), 0);
    assert_int_equal(wm_text_utf8_length("\xe2\x82\xac", 3), 3);
    assert_int_equal(wm_text_utf8_length("\xf0\x9f\x98\x80", 4), 4);
    assert_int_equal(wm_text_utf8_length("", 0), 0);
}

static void test_text_can_be_cut(void **state)
{
    (void)state;
    struct wm_text text;
    wm_text_init(&text);
    wm_text_cut(&text, 0);
    char *at = wm_text_extend(&text, 1 + 2 * WM_NUMBER_BYTES), *end;
    assert_non_null(at);
    end = wm_text_put_number(at, INT64_MIN);
    assert_int_equal(end - at, WM_NUMBER_BYTES);
    end = wm_text_put_number(end, 70);
    wm_text_cut(&text, text.length - (size_t)(end - at));
    assert_string_equal(text.data, "-922337203685477580870");
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_text_is_a_c_string),
        cmocka_unit_test(it_grows_and_stays_terminated),
        cmocka_unit_test(a_number_is_written_as_printf_writes_it),
        cmocka_unit_test(a_failed_text_stays_failed_and_is_taken_as_null),
        cmocka_unit_test(formats_may_be_longer_than_the_room_at_hand),
        cmocka_unit_test(bytes_that_are_no_text_take_a_column_each),
        cmocka_unit_test(bytes_may_hold_nuls),
        cmocka_unit_test(padding_counts_columns_not_bytes),
        cmocka_unit_test(foreign_bytes_are_shown_harmlessly),
        cmocka_unit_test(long_foreign_text_is_cut_with_an_ellipsis),
        cmocka_unit_test(overlong_and_cut_utf8_is_not_valid),
        cmocka_unit_test(test_text_can_be_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
