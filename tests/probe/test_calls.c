/* test_calls.c - calls that are counted where they are: this file is compiled with
 * -finstrument-functions. */
#include "tests/probe/attached.h"
#include "tests/support/support.h"

#include <setjmp.h>

static struct wm_probe_calls seen;
static jmp_buf out;

/* So that no call of it becomes another: the compiler does not know what is called. */
static uint64_t fib(uint64_t n);
static uint64_t (*volatile fib_again)(uint64_t) = fib;

__attribute__((noinline)) static uint64_t fib(uint64_t n)
{
    return n < 2 ? n : fib_again(n - 1) + fib_again(n - 2);
}

/* Watches `function` while `body` runs, `times` times. */
static void watch(const void *function, void (*body)(void), int times)
{
    const void *before = wm_probe_watch_calls(function);
    wm_probe_take_calls(&seen);
    for (int i = 0; i < times; i++)
        body();
    wm_probe_take_calls(&seen);
    (void)wm_probe_watch_calls(before);
}

static const void *address_of(uint64_t (*function)(uint64_t))
{
    return (const void *)(uintptr_t)function;
}

static void call_fib(void)
{
    assert_int_equal(fib_again(12), 144);
}

static void test_of_recursive_calls_the_outermost_are_timed(void **state)
{
    (void)state;
    watch(address_of(fib), call_fib, 3);
    assert_int_equal(seen.timed, 3);
    assert_int_equal(seen.nested, 3 * 464); /* fib(12) is 465 calls */
    assert_int_equal(seen.left, 0);
    assert_true(seen.ns > 0);
}

/* One that returns where n is 0, and is left by longjmp() from so far below where it is not. */
__attribute__((noinline)) static uint64_t leave(uint64_t n);
static uint64_t (*volatile leave_again)(uint64_t) = leave;

static uint64_t leave(uint64_t n)
{
    if (n == 1)
        longjmp(out, 1);
    return n > 0 ? leave_again(n - 1) : 7;
}

static void call_leave(uint64_t n)
{
    if (setjmp(out) == 0)
        (void)leave_again(n);
}

static void leave_and_return(void)
{
    call_leave(3);
    call_leave(0);
}

static void leave_only(void)
{
    call_leave(1);
}

static void test_a_call_that_was_left_does_not_stop_the_timing(void **state)
{
    (void)state;
    watch(address_of(leave), leave_and_return, 10);
    assert_int_equal(seen.timed, 10);
    assert_int_equal(seen.left, 10);
    assert_int_equal(seen.nested, 20);
}

static void test_a_call_that_was_left_last_is_counted_too(void **state)
{
    (void)state;
    watch(address_of(leave), leave_only, 4);
    assert_int_equal(seen.left, 4);
    assert_int_equal(seen.timed, 0);
    assert_int_equal(seen.ns, 0);
    watch(address_of(fib), call_fib, 1);
    assert_int_equal(seen.timed, 1);
}

static void test_others_are_not_counted(void **state)
{
    (void)state;
    watch(address_of(leave), call_fib, 1);
    assert_int_equal(seen.timed + seen.nested + seen.left, 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)wm_test_attached(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_recursive_calls_the_outermost_are_timed),
        cmocka_unit_test(test_a_call_that_was_left_does_not_stop_the_timing),
        cmocka_unit_test(test_a_call_that_was_left_last_is_counted_too),
        cmocka_unit_test(test_others_are_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
