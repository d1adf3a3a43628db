/* spin.h - burning CPU time in a known amount, for the test apps. */
#ifndef WM_TESTS_APPS_SPIN_H
#define WM_TESTS_APPS_SPIN_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* The calling thread's CPU time; itself a system call of more than 1 µs, so read it rarely. */
static inline uint64_t spin_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void spin_steps(uint64_t steps)
{
    uint64_t x = 88172645463325252u;
    for (uint64_t i = 0; i < steps; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        __asm__ volatile("" : "+r"(x)); /* or the compiler drops it all */
    }
}

/* Steps of spin_steps in a millisecond, measured over `rounds` of them. */
static inline uint64_t spin_calibrate(void)
{
    uint64_t steps = 100000;
    uint64_t start = spin_cpu_ns();
    spin_steps(steps);
    uint64_t took = spin_cpu_ns() - start;
    return steps * 1000000u / (took > 0 ? took : 1);
}

#endif
