/* test_idle.c - who is free, the longest free first. */
#include "drivers/idle.h"
#include "tests/support/support.h"

static void test_the_longest_free_is_in_front(void **state)
{
    (void)state;
    struct wm_idle *idle = wm_idle_new(4);
    assert_int_equal(wm_idle_longest(idle), WM_IDLE_NONE);
    for (uint32_t i = 0; i < 4; i++)
        wm_idle_add(idle, 3 - i);
    assert_int_equal(wm_idle_longest(idle), 3);
    wm_idle_remove(idle, 1); /* from the middle */
    wm_idle_remove(idle, 3); /* from the front */
    assert_int_equal(wm_idle_longest(idle), 2);
    wm_idle_remove(idle, 0); /* from the end */
    wm_idle_add(idle, 3);
    wm_idle_remove(idle, 2);
    assert_int_equal(wm_idle_longest(idle), 3);
    wm_idle_remove(idle, 3);
    assert_int_equal(wm_idle_longest(idle), WM_IDLE_NONE);
    wm_idle_free(idle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longest_free_is_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
