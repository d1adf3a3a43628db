/* steady.c - an app whose requests do the same work every time, built as it is and with one
 * function made slower: what comparisons are tested on.
 *
 * Entry point Steady. Field: path (a or b). Both prepare; path a sorts, path b looks up and sums.
 * SLOWER makes path b so many percent longer, all of it in sum(). Work is counted in steps, not in
 * time: a calibration would differ from run to run by more than what is looked for. All differ,
 * since the compiler joins functions that are equal. */
#include <waymark/waymark.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef SLOWER
#define SLOWER 0
#endif

enum {
    PREPARE_STEPS = 6000,
    SORT_STEPS = 18000,
    LOOK_UP_STEPS = 11000,
    SUM_STEPS = 13000,
    PATH_B_STEPS = PREPARE_STEPS + LOOK_UP_STEPS + SUM_STEPS,
};

/* A macro, since an inlined function would be the leaf of all samples. */
#define BURN(steps)                                                                                \
    do {                                                                                           \
        uint64_t burn_x = 88172645463325252u;                                                      \
        for (uint64_t burn_i = 0; burn_i < (steps); burn_i++) {                                    \
            burn_x ^= burn_x << 13;                                                                \
            burn_x ^= burn_x >> 7;                                                                 \
            burn_x ^= burn_x << 17;                                                                \
            __asm__ volatile("" : "+r"(burn_x)); /* or the compiler drops it all */                \
        }                                                                                          \
    } while (0)

#define APART __attribute__((noinline)) static

APART void prepare(void)
{
    BURN(PREPARE_STEPS);
}

APART void sort(void)
{
    BURN(SORT_STEPS);
}

APART void look_up(void)
{
    BURN(LOOK_UP_STEPS);
}

APART void sum(void)
{
    BURN(SUM_STEPS + PATH_B_STEPS * SLOWER / 100);
}

static int steady(const struct wm_request *request, struct wm_reply *reply)
{
    const char *path = wm_request_field(request, "path");
    (void)reply;
    WM_SEGMENT("Steady");
    prepare();
    if (path != NULL && strcmp(path, "b") == 0) {
        WM_SEGMENT("PathB");
        look_up();
        sum();
    } else {
        WM_SEGMENT("PathA");
        void *volatile kept = malloc(64); /* one allocation a request */
        sort();
        free(kept);
    }
    return 0;
}
WM_ENTRY("Steady", steady);
