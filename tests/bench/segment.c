/* segment.c - what a segment costs: open and close, execution path kept, beside an empty loop. */
#include "harness/core/clock.h"
#include "tests/probe/attached.h"

#include <stdio.h>

enum { ROUNDS = 9, TURNS = 20 * 1000 * 1000 };

static void __attribute__((noinline)) bare(void)
{
    for (int i = 0; i < TURNS; i++)
        __asm__ volatile("" ::: "memory");
}

static void __attribute__((noinline)) segments(void)
{
    for (int i = 0; i < TURNS; i++) {
        WM_SEGMENT("Inner");
        __asm__ volatile("" ::: "memory");
    }
}

static double ns_per_turn(void (*loop)(void))
{
    uint64_t start_ns = wm_clock_now_ns();
    loop();
    return (double)(wm_clock_now_ns() - start_ns) / TURNS;
}

/* The best of interleaved rounds: the machine's other work only ever adds. */
static void measure(const char *name)
{
    double best[2] = {1e9, 1e9};
    for (int round = 0; round < ROUNDS; round++) {
        double empty = ns_per_turn(bare), marked = ns_per_turn(segments);
        best[0] = empty < best[0] ? empty : best[0];
        best[1] = marked < best[1] ? marked : best[1];
    }
    printf("%-28s loop %.2f ns, with a segment %.2f ns: open and close %.2f ns\n", name, best[0],
           best[1], best[1] - best[0]);
}

static void in_request(void)
{
    WM_SEGMENT("Outer");
    measure("in a request");
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)wm_test_attached(argv);
    measure("without a request");
    (void)wm_test_request("Bench", in_request);
    return 0;
}
