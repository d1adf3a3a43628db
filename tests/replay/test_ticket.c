/* test_ticket.c - indices without holes, whatever ends the load. */
#include "harness/replay/ticket.h"
#include "tests/replay/rig.h"

#include <stdlib.h>

struct counter {
    struct rig rig;
    struct wm_cursor *cursor;
    struct wm_tickets tickets;
    _Atomic uint64_t next_index;
    struct wm_work work;
};

static struct counter *open_counter(uint32_t law, uint64_t requests, uint64_t duration_ns)
{
    struct counter *counter = calloc(1, sizeof(*counter));
    assert_non_null(counter);
    rig_open(&counter->rig, NULL);
    struct wm_plan *plan = &counter->rig.region->plan;
    plan->law = law;
    plan->rate_per_second = 1000;
    plan->requests = requests;
    plan->duration_ns = duration_ns;
    plan->warmup_ns = 3000000;
    struct wm_error err = {0};
    assert_int_equal(wm_tickets_init(&counter->tickets, plan, false, &counter->next_index, &err),
                     0);
    assert_int_equal(wm_cursor_new(counter->rig.stream, &counter->cursor), 0);
    return counter;
}

static void close_counter(struct counter *counter)
{
    wm_cursor_free(counter->cursor);
    wm_tickets_done(&counter->tickets);
    rig_close(&counter->rig);
    free(counter);
}

static int take(struct counter *counter)
{
    struct wm_error err = {0};
    return wm_tickets_take(&counter->tickets, counter->cursor, &counter->work, &err);
}

static void test_a_limit_ends_after_its_last_request(void **state)
{
    (void)state;
    struct counter *counter = open_counter(WM_LAW_CLOSED, 3, 0);
    for (uint64_t i = 0; i < 3; i++) {
        assert_false(wm_tickets_spent(&counter->tickets));
        assert_int_equal(take(counter), 1);
        assert_int_equal(counter->work.index, i);
    }
    assert_true(wm_tickets_spent(&counter->tickets));
    assert_int_equal(take(counter), 0);
    assert_int_equal(take(counter), 0);
    assert_int_equal(counter->next_index, 3);
    close_counter(counter);
}

static void test_a_duration_ends_before_the_first_request_due_after_it(void **state)
{
    (void)state;
    struct counter *counter = open_counter(WM_LAW_CONSTANT, 0, 5000000);
    for (uint64_t i = 0; i < 5; i++) {
        assert_int_equal(take(counter), 1);
        assert_int_equal(counter->work.due_ns, i * 1000000);
        assert_true(wm_tickets_confirm(&counter->tickets, counter->work.due_ns));
    }
    assert_int_equal(take(counter), 0);
    assert_int_equal(counter->next_index, 5);
    close_counter(counter);
}

static void test_tickets_of_later_requests_are_taken_back_when_the_load_ends(void **state)
{
    (void)state;
    struct counter *counter = open_counter(WM_LAW_CONSTANT, 0, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(take(counter), 1);
    /* The third was sent a little early by the clock of the one who ends the load. */
    assert_true(wm_tickets_confirm(&counter->tickets, 2000000));
    wm_tickets_close(&counter->tickets, 1500000);
    assert_false(wm_tickets_confirm(&counter->tickets, 3000000));
    assert_true(wm_tickets_confirm(&counter->tickets, 1000000));
    assert_true(wm_tickets_confirm(&counter->tickets, 0));
    assert_int_equal(take(counter), 0);
    assert_int_equal(counter->next_index, 3);
    close_counter(counter);
}

static void test_a_warm_up_has_indices_and_an_end_of_its_own(void **state)
{
    (void)state;
    struct counter *counter = open_counter(WM_LAW_CONSTANT, 1, 0);
    struct wm_tickets warmup;
    _Atomic uint64_t next = 0;
    struct wm_error err = {0};
    const struct wm_plan *plan = &counter->rig.region->plan;
    assert_int_equal(wm_tickets_init(&warmup, plan, true, &next, &err), 0);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(wm_tickets_take(&warmup, counter->cursor, &counter->work, &err), 1);
        assert_true(counter->work.index == WM_WORK_WARMUP_INDEX + i);
    }
    assert_int_equal(wm_tickets_take(&warmup, counter->cursor, &counter->work, &err), 0);
    assert_int_equal(counter->next_index, 0);
    wm_tickets_done(&warmup);
    close_counter(counter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_limit_ends_after_its_last_request),
        cmocka_unit_test(test_a_duration_ends_before_the_first_request_due_after_it),
        cmocka_unit_test(test_tickets_of_later_requests_are_taken_back_when_the_load_ends),
        cmocka_unit_test(test_a_warm_up_has_indices_and_an_end_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
