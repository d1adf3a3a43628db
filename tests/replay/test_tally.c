/* test_tally.c - results into cells and histograms, and what happens when those are full. */
#include "harness/replay/tally.h"
#include "harness/replay/target.h"
#include "tests/support/support.h"

#include <stdlib.h>

struct desk {
    struct wm_region *region;
    int fd;
};

static int open_desk(void **state)
{
    struct desk *desk = calloc(1, sizeof(*desk));
    struct wm_error err;
    *state = desk;
    return desk == NULL ? -1 : wm_region_new(&desk->region, &desk->fd, &err);
}

static int close_desk(void **state)
{
    struct desk *desk = *state;
    wm_region_free(desk->region, desk->fd);
    free(desk);
    return 0;
}

static void add(struct wm_tally *tally, uint32_t row, uint32_t path, uint64_t index, int status)
{
    struct wm_tally_request request = {.index = index, .hash = index * 3, .row = row};
    struct wm_driver_result result = {
        .status = status, .path = path, .allocs = 2, .alloc_bytes = 100, .reply_bytes = 10};
    wm_tally_add(tally, &request, &result, 1000 + index);
}

static const struct wm_cell *find(const struct wm_worker_table *table, uint32_t row, uint32_t path)
{
    for (size_t i = 0; i < WM_CELL_SLOTS; i++) {
        const struct wm_cell *cell = &table->cells[i];
        if (cell->requests > 0 && cell->row == row && cell->path == path)
            return cell;
    }
    return NULL;
}

static void test_a_cell_counts_one_row_that_took_one_path(void **state)
{
    struct desk *desk = *state;
    struct wm_tally tally;
    wm_tally_init(&tally, desk->region, 2);
    add(&tally, 0, 5, 11, 0);
    add(&tally, 0, 5, 9, -3);
    add(&tally, 1, 5, 12, 0);
    add(&tally, WM_ROW_NONE, 0, 13, 0);
    const struct wm_worker_table *table = &desk->region->workers[2];
    const struct wm_cell *cell = find(table, 0, 5);
    assert_non_null(cell);
    assert_int_equal(cell->requests, 2);
    assert_int_equal(cell->errors, 1);
    assert_int_equal(cell->allocs, 4);
    assert_int_equal(cell->alloc_bytes, 200);
    assert_int_equal(cell->first_index, 9);
    assert_int_equal(find(table, 1, 5)->requests, 1);
    assert_int_equal(find(table, WM_ROW_NONE, 0)->first_index, 13);
    assert_int_equal(table->requests, 4);
    assert_int_equal(table->errors, 1);
    assert_int_equal(table->reply_bytes, 40);
    assert_int_equal(table->checksum, 3 * (11 + 9 + 12 + 13));
}

static void test_latencies_of_workers_merge_to_the_whole(void **state)
{
    struct desk *desk = *state;
    struct wm_region *region = desk->region;
    struct wm_tally one, two, whole;
    wm_tally_init(&one, region, 0);
    wm_tally_init(&two, region, 1);
    wm_tally_init(&whole, region, 2);
    for (uint64_t i = 0; i < 1000; i++) {
        add(i % 3 == 0 ? &one : &two, 0, 7, i * i, 0);
        add(&whole, 0, 7, i * i, 0);
    }
    assert_int_equal(region->histogram_count, 3);
    struct wm_histogram *merged = &region->histograms[region->workers[0].latency[7] - 1];
    wm_histogram_merge(merged, &region->histograms[region->workers[1].latency[7] - 1]);
    assert_memory_equal(merged, &region->histograms[region->workers[2].latency[7] - 1],
                        sizeof(*merged));
    assert_true(region->workers[0].checksum + region->workers[1].checksum ==
                region->workers[2].checksum);
}

static void test_full_cells_are_counted_as_lost_and_known_ones_go_on(void **state)
{
    struct desk *desk = *state;
    struct wm_tally tally;
    wm_tally_init(&tally, desk->region, 0);
    for (uint32_t row = 0; row < 2 * WM_CELL_MAX; row++)
        add(&tally, row, 1, row, 0);
    const struct wm_worker_table *table = &desk->region->workers[0];
    uint64_t lost = table->cells_lost;
    assert_int_equal(lost, WM_CELL_MAX);
    assert_int_equal(find(table, WM_ROW_NONE, 1)->requests, lost);
    add(&tally, 0, 1, 0, 0);
    assert_int_equal(table->cells_lost, lost);
    assert_int_equal(find(table, 0, 1)->requests, 2);
    assert_int_equal(table->requests, 2 * WM_CELL_MAX + 1);
}

static void test_a_path_without_a_histogram_is_counted(void **state)
{
    struct desk *desk = *state;
    struct wm_tally tally;
    wm_tally_init(&tally, desk->region, 0);
    atomic_store(&desk->region->histogram_count, WM_HISTOGRAM_MAX - 1);
    add(&tally, 0, 1, 0, 0);
    add(&tally, 0, 2, 1, 0);
    add(&tally, 0, 2, 2, 0);
    assert_int_equal(desk->region->workers[0].latency_lost, 2);
    assert_int_equal(desk->region->histogram_count, WM_HISTOGRAM_MAX);
    assert_int_equal(desk->region->histograms[WM_HISTOGRAM_MAX - 1].count, 1);
}

static void test_a_path_that_cannot_be_is_counted_as_other(void **state)
{
    struct desk *desk = *state;
    struct wm_tally tally;
    wm_tally_init(&tally, desk->region, 0);
    add(&tally, 4, UINT32_MAX, 0, 0);
    assert_non_null(find(&desk->region->workers[0], 4, WM_PATH_OTHER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_cell_counts_one_row_that_took_one_path, open_desk,
                                        close_desk),
        cmocka_unit_test_setup_teardown(test_latencies_of_workers_merge_to_the_whole, open_desk,
                                        close_desk),
        cmocka_unit_test_setup_teardown(test_full_cells_are_counted_as_lost_and_known_ones_go_on,
                                        open_desk, close_desk),
        cmocka_unit_test_setup_teardown(test_a_path_without_a_histogram_is_counted, open_desk,
                                        close_desk),
        cmocka_unit_test_setup_teardown(test_a_path_that_cannot_be_is_counted_as_other, open_desk,
                                        close_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
