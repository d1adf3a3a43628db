/* test_turns.c - who waits for which connection, and for how long others go first. */
#include "drivers/turns.h"
#include "tests/support/support.h"

#include <stdlib.h>

static void test_the_first_to_come_is_the_first_served(void **state)
{
    (void)state;
    struct wm_turns *turns = wm_turns_new(8, 2);
    wm_turns_wait(turns, 3, WM_TURNS_ANY);
    wm_turns_wait(turns, 1, 0);
    wm_turns_wait(turns, 4, WM_TURNS_ANY);
    wm_turns_wait(turns, 0, 0);
    wm_turns_wait(turns, 7, 1);
    assert_int_equal(wm_turns_waiting(turns), 5);
    assert_int_equal(wm_turns_waiting_for(turns, 0), 2);
    assert_int_equal(wm_turns_waiting_for(turns, WM_TURNS_ANY), 2);
    assert_int_equal(wm_turns_next(turns, 0), 3);
    assert_int_equal(wm_turns_next(turns, 0), 1);
    assert_int_equal(wm_turns_next(turns, 1), 4); /* before its own, which came later */
    assert_int_equal(wm_turns_next(turns, 1), 7);
    assert_int_equal(wm_turns_next(turns, 1), WM_TURNS_NONE); /* what is left is connection 0's */
    assert_int_equal(wm_turns_next(turns, 0), 0);
    assert_int_equal(wm_turns_next(turns, 0), WM_TURNS_NONE);
    assert_int_equal(wm_turns_waiting(turns), 0);
    wm_turns_free(turns);
}

static void test_those_of_one_connection_can_be_taken_alone(void **state)
{
    (void)state;
    struct wm_turns *turns = wm_turns_new(4, 1);
    wm_turns_wait(turns, 0, WM_TURNS_ANY);
    wm_turns_wait(turns, 1, 0);
    assert_int_equal(wm_turns_next_of(turns, 0), 1);
    assert_int_equal(wm_turns_next_of(turns, 0), WM_TURNS_NONE);
    assert_int_equal(wm_turns_next_of(turns, WM_TURNS_ANY), 0);
    wm_turns_wait(turns, 1, WM_TURNS_ANY); /* again */
    assert_int_equal(wm_turns_next(turns, 0), 1);
    wm_turns_free(turns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_to_come_is_the_first_served),
        cmocka_unit_test(test_those_of_one_connection_can_be_taken_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
