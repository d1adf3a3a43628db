/* test_pairs.c - numbers for pairs, in order of first use. */
#include "tests/support/support.h"

#include "profiles/report/pairs.h"

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

static void test_small_pairs_stand_in_the_table(void **state)
{
    (void)state;
    enum { ROWS = 5, COLUMNS = 9, SIDE = 20 };
    struct wm_pairs pairs;
    assert_int_equal(wm_pairs_init(&pairs, ROWS, COLUMNS), 0);
    for (int again = 0; again <= 1; again++)
        for (uint32_t first = 0; first < SIDE; first++)
            for (uint32_t second = 0; second < SIDE; second++) {
                const uint32_t *near = wm_pairs_near(&pairs, first, second);
                assert_int_equal(near != NULL, first < ROWS && second < COLUMNS);
                assert_true(near == NULL || (*near != 0) == (again == 1));
                assert_int_equal(wm_pairs_add(&pairs, first, second), first * SIDE + second);
            }
    assert_int_equal(pairs.count, SIDE * SIDE);
    assert_int_equal(pairs.taken, SIDE * SIDE - ROWS * COLUMNS);
    wm_pairs_done(&pairs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_are_numbered_in_order_of_first_use),
        cmocka_unit_test(test_pairs_keep_their_numbers_as_the_table_grows),
        cmocka_unit_test(test_small_pairs_stand_in_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
