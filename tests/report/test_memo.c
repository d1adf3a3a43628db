/* test_memo.c - texts by a number: what is there is right, whatever was kept meanwhile. */
#include "tests/support/support.h"

#include "profiles/report/memo.h"

#include <stdio.h>
#include <string.h>

static void keep(struct wm_memo *memo, uint64_t number, const char *before, const char *string)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add(&text, before);
    wm_text_add(&text, string);
    wm_memo_keep(memo, number, &text, strlen(before));
    wm_text_done(&text);
}

static void test_what_is_there_is_what_was_kept(void **state)
{
    (void)state;
    enum { NUMBERS = 3 * WM_MEMO_ENTRIES };
    struct wm_memo memo = {0};
    struct wm_text text;
    char expected[32];
    size_t found = 0;
    wm_text_init(&text);
    assert_false(wm_memo_add(&memo, 0, &text));
    for (uint64_t i = 0; i < NUMBERS; i++) {
        snprintf(expected, sizeof(expected), "text %u", (unsigned)i);
        keep(&memo, i << 32, "what was there ", expected);
        assert_true(wm_memo_add(&memo, i << 32, &text));
    }
    for (uint64_t i = 0; i < NUMBERS; i++) {
        wm_text_clear(&text);
        if (!wm_memo_add(&memo, i << 32, &text))
            continue;
        found++;
        snprintf(expected, sizeof(expected), "text %u", (unsigned)i);
        assert_string_equal(text.data, expected);
    }
    assert_true(found > WM_MEMO_ENTRIES / 2 && found <= WM_MEMO_ENTRIES);
    wm_text_done(&text);
}

static void test_long_texts_are_not_kept(void **state)
{
    (void)state;
    struct wm_memo memo = {0};
    struct wm_text text;
    char longest[WM_MEMO_BYTES + 1], longer[WM_MEMO_BYTES + 2];
    memset(longest, 'a', sizeof(longest) - 1);
    memset(longer, 'b', sizeof(longer) - 1);
    longest[sizeof(longest) - 1] = longer[sizeof(longer) - 1] = '\0';
    wm_text_init(&text);
    keep(&memo, 1, "", longest);
    keep(&memo, 1, "", longer);
    assert_true(wm_memo_add(&memo, 1, &text));
    assert_string_equal(text.data, longest);
    wm_text_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_there_is_what_was_kept),
        cmocka_unit_test(test_long_texts_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
