/* test_resolve.c - samples and ends find each other in any order. */
#include "tests/support/support.h"

#include "profiles/gather/resolve.h"

#include <stdlib.h>

struct world {
    struct wm_aggregate aggregate;
    struct wm_resolve resolve;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    *state = world;
    return world == NULL || wm_aggregate_init(&world->aggregate, 1000) < 0 ||
                   wm_resolve_init(&world->resolve, &world->aggregate) < 0
               ? -1
               : 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    wm_resolve_done(&world->resolve);
    wm_aggregate_done(&world->aggregate);
    free(world);
    return 0;
}

static void sample(struct world *world, uint64_t request, uint64_t frame, uint64_t cpu_ns)
{
    int64_t stack = wm_aggregate_stack(&world->aggregate, 2, &frame, 1);
    assert_true(stack >= 0);
    assert_int_equal(wm_resolve_sample(&world->resolve, request, (uint32_t)stack, cpu_ns), 0);
}

static void end(struct world *world, uint64_t request, uint32_t path, uint32_t samples)
{
    struct wm_end record = {
        .bytes = sizeof(record), .path = path, .request = request, .samples = samples};
    assert_int_equal(wm_resolve_end(&world->resolve, &record), 0);
}

static uint64_t cpu_of(const struct world *world, uint32_t path)
{
    return world->aggregate.paths[path].cpu_ns;
}

static void test_resolve_gives_samples_to_the_path_their_request_took(void **state)
{
    struct world *world = *state;
    sample(world, 1, 100, 5);
    sample(world, 2, 100, 7);
    sample(world, 1, 101, 11);
    assert_int_equal(cpu_of(world, 3), 0);
    end(world, 1, 3, 2);
    assert_int_equal(cpu_of(world, 3), 16);
    end(world, 2, 4, 1);
    assert_int_equal(cpu_of(world, 4), 7);
    assert_int_equal(world->resolve.count, 0);
}

static void test_resolve_waits_for_samples_that_come_after_the_end(void **state)
{
    struct world *world = *state;
    end(world, 1, 3, 3);
    sample(world, 1, 100, 1);
    assert_int_equal(world->resolve.count, 1);
    sample(world, 1, 100, 2);
    sample(world, 1, 101, 4);
    assert_int_equal(cpu_of(world, 3), 7);
    assert_int_equal(world->resolve.count, 0);
    sample(world, 2, 100, 8); /* some before, some after */
    end(world, 2, 4, 2);
    assert_int_equal(world->resolve.count, 1);
    sample(world, 2, 100, 16);
    assert_int_equal(cpu_of(world, 4), 24);
    assert_int_equal(world->resolve.count, 0);
}

static void test_resolve_gives_requests_without_end_to_nobody(void **state)
{
    struct world *world = *state;
    sample(world, 1, 100, 5);
    end(world, 2, 3, 2);
    sample(world, 2, 100, 6);
    assert_int_equal(wm_resolve_flush(&world->resolve), 0);
    assert_int_equal(cpu_of(world, WM_SLOT_UNATTRIBUTED), 5);
    assert_int_equal(cpu_of(world, 3), 6);
    assert_int_equal(world->resolve.count, 0);
}

static void test_resolve_keeps_one_item_for_equal_stacks_of_a_long_request(void **state)
{
    struct world *world = *state;
    for (uint64_t i = 0; i < 100000; i++)
        sample(world, 1, 100 + i % 10, 3);
    end(world, 1, 3, 100000);
    assert_int_equal(world->aggregate.cell_count, 10);
    assert_int_equal(world->aggregate.paths[3].samples, 100000);
    assert_int_equal(cpu_of(world, 3), 300000);
    assert_true(world->aggregate.paths[3].square > 899999 &&
                world->aggregate.paths[3].square < 900001);
}

static void test_resolve_keeps_thousands_in_flight_apart(void **state)
{
    struct world *world = *state;
    enum { COUNT = 20000 };
    for (uint64_t i = 1; i <= COUNT; i++)
        sample(world, i * 3, 100, i);
    for (uint64_t i = 1; i <= COUNT; i++) { /* ended in another order than begun */
        uint64_t request = (i * 7919) % COUNT + 1;
        end(world, request * 3, (uint32_t)(request % 2), 1);
    }
    assert_int_equal(world->resolve.count, 0);
    assert_int_equal(cpu_of(world, 0) + cpu_of(world, 1), COUNT / 2 * (COUNT + 1ull));
    assert_int_equal(cpu_of(world, 1), COUNT / 2 * (COUNT / 2ull));
}

static void test_resolve_gives_up_on_leftovers_at_the_limit(void **state)
{
    struct world *world = *state;
    for (uint64_t i = 1; i <= WM_PENDING_MAX + 1; i++)
        sample(world, i, 100, 1);
    assert_int_equal(world->resolve.given_up, WM_PENDING_MAX);
    assert_int_equal(world->resolve.count, 1);
    end(world, WM_PENDING_MAX + 1, 3, 1);
    assert_int_equal(cpu_of(world, 3), 1);
    assert_int_equal(cpu_of(world, WM_SLOT_UNATTRIBUTED), WM_PENDING_MAX);
}

static void test_resolve_refuses_ends_that_make_no_sense(void **state)
{
    struct world *world = *state;
    sample(world, 1, 100, 5);
    end(world, 1, WM_PATH_MAX, 1);
    end(world, 0, 1, 1);
    end(world, 7, 1, 0); /* nothing to wait for */
    assert_int_equal(world->resolve.damaged_ends, 2);
    assert_int_equal(world->resolve.count, 0);
    assert_int_equal(cpu_of(world, WM_SLOT_UNATTRIBUTED), 5);
    sample(world, 2, 100, 6); /* more samples came than the end told of */
    sample(world, 2, 100, 6);
    end(world, 2, 1, 1);
    end(world, 2, 1, 1);
    assert_int_equal(cpu_of(world, 1), 12);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_resolve_gives_samples_to_the_path_their_request_took),
        TEST(test_resolve_waits_for_samples_that_come_after_the_end),
        TEST(test_resolve_gives_requests_without_end_to_nobody),
        TEST(test_resolve_keeps_one_item_for_equal_stacks_of_a_long_request),
        TEST(test_resolve_keeps_thousands_in_flight_apart),
        TEST(test_resolve_gives_up_on_leftovers_at_the_limit),
        TEST(test_resolve_refuses_ends_that_make_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
