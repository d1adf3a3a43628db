/* calls_other.c - a static function that has the name of one in calls.c, and takes ten times as
 * long. */
#include "calls_other.h"

__attribute__((noinline)) static uint64_t leg(uint64_t value)
{
    for (uint64_t i = 0; i < 56000; i++)
        __asm__ volatile("add $1, %0" : "+r"(value));
    return value;
}

uint64_t wm_test_other_legs(uint64_t value)
{
    return leg(value) + leg(value + 1);
}
