/* test_post.c - requests on the label board, and what servers counted for them. */
#include "drivers/post.h"
#include "tests/support/support.h"

#include <stdlib.h>

static struct wm_board *new_board(void)
{
    struct wm_board *board = calloc(1, sizeof(*board));
    assert_non_null(board);
    board->next_serial = 1;
    return board;
}

static void test_a_port_tells_whose_it_is_and_what_it_carries(void **state)
{
    (void)state;
    struct wm_board *board = new_board();
    assert_int_equal(board->ports[4711], WM_PORT_FOREIGN);
    wm_post_open(board, 4711);
    assert_int_equal(board->ports[4711], WM_PORT_OURS);
    uint64_t first = wm_post_begin(board, 4711);
    assert_int_equal(board->ports[4711], first);
    assert_int_equal(first, WM_LABEL_BOARD | 1);
    assert_int_equal(wm_board_request(board, first)->path, 0);
    uint64_t second = wm_post_begin(board, 4711);
    wm_post_end(board, second, 7);
    wm_post_end(board, first, 0);
    assert_int_equal(wm_board_request(board, first)->path, 1);
    assert_int_equal(wm_board_request(board, second)->path, 8);
    wm_post_close(board, 4711);
    assert_int_equal(board->ports[4711], WM_PORT_FOREIGN);
    free(board);
}

/* Each request counts its serial's last digit, half of it after its end; every tenth never ends. */
static void test_counts_are_taken_when_an_entry_is_needed_again_and_at_the_end(void **state)
{
    (void)state;
    enum { REQUESTS = WM_BOARD_REQUESTS + WM_BOARD_REQUESTS / 2 };
    struct wm_board *board = new_board();
    uint64_t expected[2] = {0};
    for (uint32_t i = 0; i < REQUESTS; i++) {
        uint64_t label = wm_post_begin(board, 99);
        struct wm_board_request *request = wm_board_request(board, label);
        assert_int_equal(request->label, label);
        assert_int_equal(request->allocs, 0);
        request->allocs = i % 10 / 2;
        request->alloc_bytes = 100 * (i % 10);
        if (i % 10 != 0) {
            wm_post_end(board, label, i % 2);
            expected[i % 2] += i % 10;
        } else {
            request->allocs += 5;
        }
        request->allocs += i % 10 - i % 10 / 2;
    }
    for (int again = 0; again < 2; again++) {
        wm_post_sweep(board);
        for (int path = 0; path < 2; path++) {
            assert_int_equal(board->seen_allocs[path], expected[path]);
            assert_int_equal(board->seen_alloc_bytes[path], 100 * expected[path]);
        }
    }
    free(board);
}

/* Its entry is another request's by then. */
static void test_an_answer_that_comes_a_million_requests_late_changes_nothing(void **state)
{
    (void)state;
    struct wm_board *board = new_board();
    uint64_t late = wm_post_begin(board, 99);
    uint64_t label;
    do
        label = wm_post_begin(board, 99);
    while (wm_board_request(board, label) != wm_board_request(board, late));
    wm_board_request(board, label)->context = 5;
    assert_int_equal(wm_post_context(board, late), 0);
    assert_int_equal(wm_post_context(board, label), 5);
    wm_post_end(board, late, 7);
    assert_int_equal(wm_board_request(board, label)->path, 0);
    wm_post_end(board, label, 8);
    assert_int_equal(wm_board_request(board, label)->path, 9);
    free(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_port_tells_whose_it_is_and_what_it_carries),
        cmocka_unit_test(test_an_answer_that_comes_a_million_requests_late_changes_nothing),
        cmocka_unit_test(test_counts_are_taken_when_an_entry_is_needed_again_and_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
