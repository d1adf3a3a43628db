/* test_pacer.c - calls in order of time, never early, never from within add. */
#include "harness/core/clock.h"
#include "harness/replay/pacer.h"
#include "tests/support/support.h"

#include <sys/resource.h>
#include <uv.h>

enum { WAIT_MAX = 64 };

struct calls {
    struct wm_pacer *pacer;
    uint32_t count;
    uint32_t tokens[WAIT_MAX];
    uint64_t at_ns[WAIT_MAX];
    uint32_t again; /* asks for a time in the past so often */
};

static void note(void *user, uint32_t token)
{
    struct calls *calls = user;
    assert_true(calls->count < WAIT_MAX);
    calls->tokens[calls->count] = token;
    calls->at_ns[calls->count++] = wm_clock_now_ns();
    if (calls->again > 0) {
        calls->again--;
        wm_pacer_add(calls->pacer, 0, token + 1);
    }
}

static void open_pacer(uv_loop_t *loop, struct calls *calls)
{
    struct wm_error err = {0};
    assert_int_equal(uv_loop_init(loop), 0);
    assert_int_equal(wm_pacer_open(loop, WAIT_MAX, note, calls, &calls->pacer, &err), 0);
}

static void run_until(uv_loop_t *loop, const struct calls *calls, uint32_t count)
{
    while (calls->count < count)
        uv_run(loop, UV_RUN_ONCE);
}

static void close_pacer(uv_loop_t *loop, struct calls *calls)
{
    wm_pacer_close(calls->pacer);
    uv_run(loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(loop), 0);
}

static void test_calls_come_in_order_of_time_and_never_early(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct calls calls = {0};
    open_pacer(&loop, &calls);
    uint64_t start_ns = wm_clock_now_ns();
    /* 29 is coprime to 64: a permutation, 100 µs apart */
    for (uint32_t i = 0; i < WAIT_MAX; i++) {
        uint32_t token = i * 29 % WAIT_MAX;
        wm_pacer_add(calls.pacer, start_ns + token * UINT64_C(100000), token);
    }
    assert_int_equal(calls.count, 0);
    run_until(&loop, &calls, WAIT_MAX);
    for (uint32_t i = 0; i < WAIT_MAX; i++) {
        assert_int_equal(calls.tokens[i], i);
        assert_true(calls.at_ns[i] >= start_ns + i * UINT64_C(100000));
    }
    close_pacer(&loop, &calls);
}

static void test_a_time_in_the_past_is_called_from_the_loop(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct calls calls = {.again = 3};
    open_pacer(&loop, &calls);
    wm_pacer_add(calls.pacer, 0, 10);
    assert_int_equal(calls.count, 0);
    run_until(&loop, &calls, 4);
    assert_int_equal(calls.tokens[3], 13);
    close_pacer(&loop, &calls);
}

static void test_waiting_takes_no_cpu(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct calls calls = {0};
    struct rusage before, after;
    open_pacer(&loop, &calls);
    wm_pacer_add(calls.pacer, wm_clock_now_ns() + 100 * 1000 * 1000, 1);
    getrusage(RUSAGE_THREAD, &before);
    run_until(&loop, &calls, 1);
    getrusage(RUSAGE_THREAD, &after);
    /* and after the call nothing is left that would wake the loop */
    assert_true(uv_run(&loop, UV_RUN_NOWAIT) != 0);
    assert_int_equal(calls.count, 1);
    long used_us = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 +
                   (after.ru_utime.tv_usec - before.ru_utime.tv_usec) +
                   (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1000000 +
                   (after.ru_stime.tv_usec - before.ru_stime.tv_usec);
    assert_in_range(used_us, 0, 20000);
    close_pacer(&loop, &calls);
}

static void test_what_was_cleared_is_not_called(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct calls calls = {0};
    open_pacer(&loop, &calls);
    wm_pacer_add(calls.pacer, 0, 1);
    wm_pacer_clear(calls.pacer);
    wm_pacer_add(calls.pacer, wm_clock_now_ns() + 1000000, 2);
    run_until(&loop, &calls, 1);
    assert_int_equal(calls.tokens[0], 2);
    close_pacer(&loop, &calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls_come_in_order_of_time_and_never_early),
        cmocka_unit_test(test_a_time_in_the_past_is_called_from_the_loop),
        cmocka_unit_test(test_waiting_takes_no_cpu),
        cmocka_unit_test(test_what_was_cleared_is_not_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
