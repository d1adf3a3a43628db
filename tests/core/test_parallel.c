/* test_parallel.c - a range of work is done once, by however many. */
#include "tests/support/support.h"

#include "harness/core/parallel.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

enum { ITEMS = 1003 };

struct marks {
    unsigned char done[ITEMS];
    pthread_t by[WM_PARALLEL_MAX];
    size_t failing; /* the slice that fails, and all after it */
};

static int mark(void *user, const struct wm_slice *slice)
{
    struct marks *marks = user;
    for (size_t i = slice->first; i < slice->end; i++)
        marks->done[i]++;
    marks->by[slice->number] = pthread_self();
    return slice->number >= marks->failing ? -(int)slice->number - 1 : 0;
}

static void test_parallel_does_every_item_once(void **state)
{
    (void)state;
    for (size_t slices = 1; slices <= WM_PARALLEL_MAX; slices++) {
        struct marks marks = {.failing = WM_PARALLEL_MAX};
        assert_int_equal(wm_parallel(ITEMS, slices, mark, &marks), 0);
        for (size_t i = 0; i < ITEMS; i++)
            assert_int_equal(marks.done[i], 1);
        assert_true(pthread_equal(marks.by[0], pthread_self()));
    }
}

static void test_parallel_takes_ranges_smaller_than_their_slices(void **state)
{
    (void)state;
    struct marks marks = {.failing = WM_PARALLEL_MAX};
    assert_int_equal(wm_parallel(3, WM_PARALLEL_MAX, mark, &marks), 0);
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(marks.done[i], i < 3);
    memset(&marks.done, 0, sizeof(marks.done));
    assert_int_equal(wm_parallel(0, 2, mark, &marks), 0);
    assert_int_equal(marks.done[0], 0);
}

static void test_parallel_returns_the_first_failure(void **state)
{
    (void)state;
    struct marks marks = {.failing = 2};
    assert_int_equal(wm_parallel(ITEMS, 4, mark, &marks), -3);
    assert_int_equal(marks.done[ITEMS - 1], 1);
}

static void test_parallel_slices_are_worth_a_thread(void **state)
{
    (void)state;
    size_t most = wm_parallel_slices(1000000, 1);
    assert_in_range(most, 1, WM_PARALLEL_MAX);
    assert_int_equal(wm_parallel_slices(0, 10), 1);
    assert_int_equal(wm_parallel_slices(19, 10), 1);
    assert_int_equal(wm_parallel_slices(20, 10), most < 2 ? most : 2);
}

struct taking {
    struct wm_turns turns;
    unsigned char done[ITEMS];
};

static int take(void *user, const struct wm_slice *thread)
{
    struct taking *taking = user;
    struct wm_slice items = *thread;
    while (wm_turns_take(&taking->turns, &items)) {
        if (items.number != thread->number || items.end <= items.first ||
            items.end - items.first > taking->turns.each)
            return -EINVAL;
        for (size_t i = items.first; i < items.end; i++)
            taking->done[i]++;
    }
    return 0;
}

static void test_turns_give_every_item_once(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 7, ITEMS - 1, ITEMS, 2 * ITEMS};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        for (size_t threads = 1; threads <= WM_PARALLEL_MAX; threads++) {
            struct taking taking = {
                .turns = {.count = ITEMS, .each = sizes[i]}
            };
            assert_int_equal(wm_parallel(threads, threads, take, &taking), 0);
            for (size_t at = 0; at < ITEMS; at++)
                assert_int_equal(taking.done[at], 1);
        }
    struct taking nothing = {
        .turns = {.count = 0, .each = 3}
    };
    assert_int_equal(wm_parallel(2, 2, take, &nothing), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parallel_does_every_item_once),
        cmocka_unit_test(test_parallel_takes_ranges_smaller_than_their_slices),
        cmocka_unit_test(test_parallel_returns_the_first_failure),
        cmocka_unit_test(test_parallel_slices_are_worth_a_thread),
        cmocka_unit_test(test_turns_give_every_item_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
