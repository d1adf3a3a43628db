/* test_sort.c - the order of numbers and texts, as qsort() would have it. */
#include "tests/support/support.h"

#include "harness/core/sort.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 3000, TEXT_BYTES = 40 };

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 16;
}

static void expect_stable_order(const struct wm_sort_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        assert_true(items[i - 1].key <= items[i].key);
        if (items[i - 1].key == items[i].key)
            assert_true(items[i - 1].number < items[i].number);
    }
}

static void test_sort_orders_numbers_and_keeps_equal_ones_in_theirs(void **state)
{
    (void)state;
    static const uint64_t masks[] = {
        0, 1, 0xff, 0xff00, 0xf0f0f0, UINT64_C(0xff000000000000ff), UINT64_MAX};
    static const size_t counts[] = {0, 1, 2, 23, 24, 25, 300, ITEMS};
    uint64_t seed = 7;
    for (size_t mask = 0; mask < sizeof(masks) / sizeof(masks[0]); mask++)
        for (size_t at = 0; at < sizeof(counts) / sizeof(counts[0]); at++) {
            struct wm_sort_item items[ITEMS];
            bool seen[ITEMS] = {false};
            for (uint32_t i = 0; i < counts[at]; i++)
                items[i] = (struct wm_sort_item){next(&seed) & masks[mask], i};
            assert_int_equal(wm_sort_items(items, counts[at]), 0);
            expect_stable_order(items, counts[at]);
            for (size_t i = 0; i < counts[at]; i++) {
                assert_false(seen[items[i].number]);
                seen[items[i].number] = true;
            }
        }
}

static void test_sort_by_the_lesser_key_first_sorts_by_both(void **state)
{
    (void)state;
    struct wm_sort_item items[ITEMS];
    for (uint32_t i = 0; i < ITEMS; i++)
        items[i] = (struct wm_sort_item){i * 7919 % ITEMS, i};
    assert_int_equal(wm_sort_items(items, ITEMS), 0);
    for (uint32_t i = 0; i < ITEMS; i++)
        items[i].key = items[i].number % 10;
    assert_int_equal(wm_sort_items(items, ITEMS), 0);
    for (uint32_t i = 1; i < ITEMS; i++)
        if (items[i - 1].key == items[i].key)
            assert_true(items[i - 1].number * 7919 % ITEMS < items[i].number * 7919 % ITEMS);
}

static void expect_texts_sorted(const char *const *texts, uint32_t count)
{
    uint32_t *numbers = calloc(count + 1, sizeof(numbers[0]));
    bool *seen = calloc(count + 1, sizeof(seen[0]));
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = i;
    assert_int_equal(wm_sort_texts(texts, numbers, count), 0);
    for (uint32_t i = 0; i < count; i++) {
        assert_false(seen[numbers[i]]);
        seen[numbers[i]] = true;
        if (i > 0)
            assert_true(strcmp(texts[numbers[i - 1]], texts[numbers[i]]) <= 0);
    }
    free(numbers);
    free(seen);
}

static void test_sort_orders_texts_as_strcmp_does(void **state)
{
    (void)state;
    static const char *const few[] = {
        "b",
        "",
        "a",
        "ab",
        "\xff",
        "a",
        "prefix 1",
        "prefix 12",
        "prefix 123",
        "prefix 1",
        "prefix \x80",
        "prefix",
        "12345678",
        "1234567",
        "123456789",
        "12345678",
        "1234567812345678",
    };
    static char bytes[ITEMS][TEXT_BYTES];
    const char *texts[ITEMS];
    uint64_t seed = 3;
    expect_texts_sorted(few, 0);
    expect_texts_sorted(few, 1);
    expect_texts_sorted(few, sizeof(few) / sizeof(few[0]));
    for (uint32_t i = 0; i < ITEMS; i++) {
        /* a few letters, so that many begin alike, and all lengths */
        const size_t length = next(&seed) % TEXT_BYTES;
        memset(bytes[i], 'x', length);
        for (size_t at = 0; at < length; at++)
            if (next(&seed) % 4 == 0)
                bytes[i][at] = (char)(next(&seed) % 2 == 0 ? 'y' : 0xe4);
        texts[i] = bytes[i];
    }
    expect_texts_sorted(texts, ITEMS);
}

/* Each shares more with the next one than there are levels of such. */
static void test_sort_orders_texts_that_share_ever_more(void **state)
{
    (void)state;
    enum { DEEP = 2500 };
    char *whole = malloc(8 * DEEP + 1);
    const char *texts[DEEP];
    memset(whole, 'z', 8 * DEEP);
    whole[8 * DEEP] = '\0';
    for (size_t i = 0; i < DEEP; i++)
        texts[i] = whole + 8 * (i * 1009 % DEEP);
    expect_texts_sorted(texts, DEEP);
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_orders_numbers_and_keeps_equal_ones_in_theirs),
        cmocka_unit_test(test_sort_by_the_lesser_key_first_sorts_by_both),
        cmocka_unit_test(test_sort_orders_texts_as_strcmp_does),
        cmocka_unit_test(test_sort_orders_texts_that_share_ever_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
