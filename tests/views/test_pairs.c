/* test_pairs.c - numbers for pairs, in order of first use. */
#include "tests/support/support.h"

#include "profiles/views/pairs.h"

static void test_pairs_are_numbered_in_order_of_first_use(void **state)
{
    (void)state;
    struct wm_pairs pairs = {.slots = NULL};
    assert_int_equal(wm_pairs_add(&pairs, 7, 0), 0);
    assert_int_equal(wm_pairs_add(&pairs, 0, 7), 1);
    assert_int_equal(wm_pairs_add(&pairs, 0, 0), 2);
    assert_int_equal(wm_pairs_add(&pairs, 7, 0), 0);
    assert_int_equal(wm_pairs_add(&pairs, UINT32_MAX, UINT32_MAX), 3);
    assert_int_equal(wm_pairs_add(&pairs, 0, 7), 1);
    assert_int_equal(pairs.count, 4);
    wm_pairs_done(&pairs);
}

static void test_pairs_keep_their_numbers_as_the_table_grows(void **state)
{
    (void)state;
    enum { SIDE = 300 };
    struct wm_pairs pairs = {.slots = NULL};
    for (uint32_t first = 0; first < SIDE; first++)
        for (uint32_t second = 0; second < SIDE; second++)
            assert_int_equal(wm_pairs_add(&pairs, first, second), first * SIDE + second);
    for (uint32_t second = SIDE; second-- > 0;)
        for (uint32_t first = SIDE; first-- > 0;)
            assert_int_equal(wm_pairs_add(&pairs, first, second), first * SIDE + second);
    assert_int_equal(pairs.count, SIDE * SIDE);
    assert_true(pairs.count * 4 <= pairs.slot_count * 3);
    wm_pairs_done(&pairs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_are_numbered_in_order_of_first_use),
        cmocka_unit_test(test_pairs_keep_their_numbers_as_the_table_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
