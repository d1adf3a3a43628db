/* known.h - functions that take a known time, for waymark bench and Google Benchmark alike.
 *
 * Both are built from this one file with the same flags, and each calls the functions out of line
 * but for the first, which is a single instruction. */
#ifndef WM_TESTS_KNOWN_H
#define WM_TESTS_KNOWN_H

#include <stdint.h>

/* A chain of `steps` additions, one cycle each. */
static inline uint64_t known_chain(uint64_t value, uint64_t steps)
{
    for (uint64_t i = 0; i < steps; i++)
        __asm__ volatile("add $1, %0" : "+r"(value));
    return value;
}

#define KNOWN_FUNCTION(name, steps)                                                                \
    __attribute__((noinline)) static uint64_t known_##name(uint64_t value)                         \
    {                                                                                              \
        return known_chain(value, steps);                                                          \
    }
KNOWN_FUNCTION(1ns, 1)
KNOWN_FUNCTION(10ns, 28)
KNOWN_FUNCTION(1us, 2800)
KNOWN_FUNCTION(1ms, 2800000)

/* Of the shape of an entry point. */
struct wm_request;
struct wm_reply;
__attribute__((noinline)) static int known_entry(const struct wm_request *request,
                                                 struct wm_reply *reply)
{
    (void)request;
    (void)reply;
    return known_chain(0, 40) == 0;
}

#endif
