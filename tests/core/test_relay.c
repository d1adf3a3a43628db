/* test_relay.c - results come in their order, whoever made them. */
#include "harness/core/relay.h"

#include "tests/support/support.h"

#include <sched.h>
#include <stdbool.h>

enum { ITEMS = 1003, EACH = 10 };

struct sums {
    size_t made[WM_PARALLEL_MAX]; /* by thread: of the items that it made last */
    size_t next;                  /* the item that has to be taken next */
    size_t total;
    size_t failing_make, failing_take; /* items */
};

static bool has(const struct wm_slice *items, size_t item)
{
    return items->first <= item && item < items->end;
}

static int make(void *user, const struct wm_slice *items)
{
    struct sums *sums = user;
    sums->made[items->number] = 0;
    for (size_t i = items->first; i < items->end; i++)
        sums->made[items->number] += i;
    if (items->first / EACH % 3 == 0)
        sched_yield();
    return has(items, sums->failing_make) ? -7 : 0;
}

static int take(void *user, const struct wm_slice *items)
{
    struct sums *sums = user;
    assert_int_equal(items->first, sums->next);
    sums->next = items->end;
    sums->total += sums->made[items->number];
    return has(items, sums->failing_take) ? -8 : 0;
}

static void all_items_are_taken_in_their_order(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= WM_PARALLEL_MAX; threads++) {
        struct sums sums = {.failing_make = ITEMS, .failing_take = ITEMS};
        const struct wm_relay relay = {make, take, &sums};
        assert_int_equal(wm_relay(&relay, ITEMS, EACH, threads), 0);
        assert_int_equal(sums.next, ITEMS);
        assert_int_equal(sums.total, ITEMS * (ITEMS - 1) / 2);
    }
}

static void nothing_is_taken_after_a_failure(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 4; threads++) {
        struct sums sums = {.failing_make = 505, .failing_take = ITEMS};
        const struct wm_relay relay = {make, take, &sums};
        assert_int_equal(wm_relay(&relay, ITEMS, EACH, threads), -7);
        assert_int_equal(sums.next, 500);
        sums = (struct sums){.failing_make = 505, .failing_take = 314};
        assert_int_equal(wm_relay(&relay, ITEMS, EACH, threads), -8);
        assert_int_equal(sums.next, 320);
    }
}

static void no_items_are_no_work(void **state)
{
    (void)state;
    struct sums sums = {.failing_make = 0};
    const struct wm_relay relay = {make, take, &sums};
    assert_int_equal(wm_relay(&relay, 0, EACH, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_items_are_taken_in_their_order),
        cmocka_unit_test(nothing_is_taken_after_a_failure),
        cmocka_unit_test(no_items_are_no_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
