/* known.c - the known functions as benchmarks of an app. */
#include "tests/bench/known.h"

#include <waymark/waymark.h>

static void bench_add(struct wm_bench *b)
{
    uint64_t value = 0;
    while (wm_bench_next(b))
        __asm__ volatile("add $1, %0" : "+r"(value));
    wm_keep(value);
}
WM_BENCH("0.3ns", bench_add);

#define BENCH(name)                                                                                \
    static void bench_##name(struct wm_bench *b)                                                   \
    {                                                                                              \
        uint64_t value = 0;                                                                        \
        while (wm_bench_next(b)) {                                                                 \
            value = known_##name(value);                                                           \
            wm_keep(value);                                                                        \
        }                                                                                          \
    }                                                                                              \
    WM_BENCH(#name, bench_##name)
BENCH(1ns);
BENCH(10ns);
BENCH(1us);
BENCH(1ms);
WM_ENTRY("entry", known_entry);
