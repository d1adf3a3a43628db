/* test_aggregate.c - equal stacks to one, within a limit. */
#include "tests/support/support.h"

#include "profiles/gather/aggregate.h"

static void add(struct wm_aggregate *aggregate, uint32_t path, uint32_t node,
                const uint64_t *frames, size_t count, uint64_t cpu_ns)
{
    struct wm_weight weight = {1, cpu_ns, (double)cpu_ns * (double)cpu_ns};
    int64_t stack = wm_aggregate_stack(aggregate, node, frames, count);
    assert_true(stack >= 0);
    assert_int_equal(wm_aggregate_add(aggregate, path, (uint32_t)stack, &weight), 0);
}

static uint64_t total_ns(const struct wm_aggregate *aggregate)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < aggregate->cell_count; i++)
        sum += aggregate->cells[i].weight.cpu_ns;
    return sum;
}

static void test_aggregate_joins_what_is_equal_and_only_that(void **state)
{
    (void)state;
    struct wm_aggregate aggregate;
    uint64_t a[] = {10, 20, 30}, b[] = {10, 20, 31};
    assert_int_equal(wm_aggregate_init(&aggregate, 100), 0);
    add(&aggregate, 1, 2, a, 3, 5);
    add(&aggregate, 1, 2, a, 3, 7);
    assert_int_equal(aggregate.cell_count, 1);
    assert_int_equal(aggregate.cells[0].weight.samples, 2);
    assert_int_equal(aggregate.cells[0].weight.cpu_ns, 12);
    assert_true(aggregate.cells[0].weight.square > 73 && aggregate.cells[0].weight.square < 75);
    add(&aggregate, 2, 2, a, 3, 1); /* another path */
    add(&aggregate, 1, 3, a, 3, 1); /* another active path */
    add(&aggregate, 1, 2, b, 3, 1); /* other frames */
    add(&aggregate, 1, 2, a, 2, 1); /* fewer frames */
    add(&aggregate, 1, 2, a, 0, 1); /* none */
    assert_int_equal(aggregate.cell_count, 6);
    assert_int_equal(aggregate.paths[1].cpu_ns, 16);
    assert_int_equal(aggregate.paths[2].cpu_ns, 1);
    uint32_t node;
    size_t count;
    const uint64_t *frames =
        wm_aggregate_frames(&aggregate, aggregate.cells[3].stack, &node, &count);
    assert_int_equal(node, 2);
    assert_int_equal(count, 3);
    assert_memory_equal(frames, b, sizeof(b));
    wm_aggregate_done(&aggregate);
}

static void test_aggregate_cuts_new_stacks_at_the_limit_and_keeps_the_sum(void **state)
{
    (void)state;
    struct wm_aggregate aggregate;
    assert_int_equal(wm_aggregate_init(&aggregate, 100), 0);
    for (uint64_t i = 0; i < 10000; i++) {
        uint64_t frames[3] = {i % 1000, i, 99};
        add(&aggregate, 1 + (uint32_t)(i % 3), 2, frames, 3, 10);
    }
    assert_int_equal(total_ns(&aggregate), 100000);
    assert_true(aggregate.cell_count <= 160);
    assert_true(aggregate.cut >= 9800);
    uint64_t known[3] = {5, 5, 99}; /* met before the limit: still whole */
    uint64_t cut = aggregate.cut;
    add(&aggregate, 3, 2, known, 3, 10);
    assert_int_equal(aggregate.cut, cut);
    wm_aggregate_done(&aggregate);
}

static void test_aggregate_limits_cells_of_one_stack_too(void **state)
{
    (void)state;
    struct wm_aggregate aggregate;
    assert_int_equal(wm_aggregate_init(&aggregate, 50), 0);
    uint64_t frames[40][2];
    for (uint64_t i = 0; i < 40; i++) {
        frames[i][0] = i;
        frames[i][1] = 7;
        for (uint32_t path = 0; path < 100; path++)
            add(&aggregate, path, 2, frames[i], 2, 1);
    }
    assert_int_equal(total_ns(&aggregate), 4000);
    assert_true(aggregate.cell_count <= 75 + 100); /* the last ones: a path and no frame */
    wm_aggregate_done(&aggregate);
}

static void test_aggregate_settles_paths_that_do_not_exist(void **state)
{
    (void)state;
    struct wm_aggregate aggregate;
    uint64_t frames[] = {1};
    assert_int_equal(wm_aggregate_init(&aggregate, 50), 0);
    add(&aggregate, 1, 1, frames, 1, 5);
    add(&aggregate, 9, 1, frames, 1, 6);
    add(&aggregate, WM_SLOT_HARNESS, 1, frames, 1, 7);
    add(&aggregate, UINT32_MAX, 1, frames, 1, 8);
    assert_int_equal(wm_aggregate_settle(&aggregate, 2), 1);
    assert_int_equal(aggregate.paths[1].cpu_ns, 5);
    assert_int_equal(aggregate.paths[9].cpu_ns, 0);
    assert_int_equal(aggregate.paths[WM_SLOT_UNATTRIBUTED].cpu_ns, 14);
    assert_int_equal(aggregate.paths[WM_SLOT_HARNESS].cpu_ns, 7);
    assert_int_equal(aggregate.cells[1].path, WM_SLOT_UNATTRIBUTED);
    wm_aggregate_done(&aggregate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aggregate_joins_what_is_equal_and_only_that),
        cmocka_unit_test(test_aggregate_cuts_new_stacks_at_the_limit_and_keeps_the_sum),
        cmocka_unit_test(test_aggregate_limits_cells_of_one_stack_too),
        cmocka_unit_test(test_aggregate_settles_paths_that_do_not_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
