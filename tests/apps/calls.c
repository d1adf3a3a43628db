/* calls.c - functions that are awkward to time by their calls: one that calls itself, one that
 * longjmp() leaves, and one of two of the same name (the other is in calls_other.c). Compiled with
 * -finstrument-functions. */
#include "calls_other.h"

#include <waymark/waymark.h>

#include <setjmp.h>
#include <stdint.h>

static uint64_t fib(uint64_t n);
/* The compiler cannot know what is called. */
static uint64_t (*volatile fib_again)(uint64_t) = fib;

__attribute__((noinline)) static uint64_t fib(uint64_t n)
{
    return n < 2 ? n : fib_again(n - 1) + fib_again(n - 2);
}

static int recurse(const struct wm_request *request, struct wm_reply *reply)
{
    (void)request;
    (void)reply;
    return fib_again(12) == 144 ? 0 : 1;
}
WM_ENTRY("Recurse", recurse);

static __thread jmp_buf out;

__attribute__((noinline)) static void risky(uint64_t index)
{
    __asm__ volatile("" : : : "memory");
    if (index % 2 == 1)
        longjmp(out, 1);
}

/* Calls it twice: the second call leaves. */
static int leave(const struct wm_request *request, struct wm_reply *reply)
{
    (void)request;
    (void)reply;
    risky(0);
    if (setjmp(out) == 0)
        risky(1);
    return 0;
}
WM_ENTRY("Leave", leave);

/* Once a request, and some 2 us; the other one twice, and some 20 us. */
__attribute__((noinline)) static uint64_t leg(uint64_t value)
{
    for (uint64_t i = 0; i < 5600; i++)
        __asm__ volatile("add $1, %0" : "+r"(value));
    return value;
}

static int walk(const struct wm_request *request, struct wm_reply *reply)
{
    (void)request;
    (void)reply;
    uint64_t value = leg(1) + wm_test_other_legs(2);
    return value == 0;
}
WM_ENTRY("Walk", walk);
