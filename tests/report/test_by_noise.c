/* test_by_noise.c - changes that noise makes are doubted, however few samples a side has. */
#include "tests/support/support.h"

#include "profiles/report/by_noise.h"

#include <math.h>
#include <stdlib.h>

enum { TICK_NS = 1000000 };

static struct wm_by by_of(struct wm_by_column *columns, size_t count)
{
    return (struct wm_by){.columns = columns, .count = count, .knows_noise = true};
}

/* So many ticks, each worth one times `scale`. */
static struct wm_by_sum ticks(double count, double scale)
{
    double weight = TICK_NS * scale;
    return (struct wm_by_sum){.value = count * weight, .square = count * weight * weight};
}

static void test_few_samples_are_no_change(void **state)
{
    (void)state;
    static const struct {
        double scale, now, before;
        bool evident;
    } cases[] = {
        {0.01, 0,   50,   false}, /* half a sample was to be expected */
        {0.01, 2,   50,   false},
        {0.01, 6,   50,   true }, /* one in 70,000 */
        {0.01, 0,   2000, true }, /* 20 were */
        {100,  50,  0,    false},
        {100,  50,  2,    false},
        {1,    0,   9,    false},
        {1,    0,   10,   true }, /* 1 in 1024 to each side */
        {1,    0,   0,    false},
        {1,    400, 100,  true },
        {1,    110, 100,  false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wm_by_column columns[] = {{.scale = cases[i].scale}, {.scale = cases[i].scale}};
        const struct wm_by by = by_of(columns, 2);
        const struct wm_by_sum now = ticks(cases[i].now, 1);
        const struct wm_by_sum before = ticks(cases[i].before, cases[i].scale);
        const struct wm_by_sum row[] = {now, before, now, before};
        for (size_t at = 0; at < 2; at++)
            if (wm_by_is_evident(&by, row, at, 1) != cases[i].evident)
                fail_msg("case %zu, column %zu", i, at);
    }
}

static void test_an_interval_has_room_for_what_was_not_seen(void **state)
{
    (void)state;
    struct wm_by_column columns[] = {{.scale = 0.01}, {.scale = 0.01}};
    const struct wm_by by = by_of(columns, 2);
    const struct wm_by_sum now = ticks(0, 1), before = ticks(50, 0.01);
    const struct wm_by_sum row[] = {now, before, now, before};
    double variance[WM_BY_SIDES];
    wm_by_variances(&by, row, 1, variance);
    assert_true(fabs(sqrt(variance[WM_BY_NEW]) - TICK_NS) < 1);
    assert_true(fabs(sqrt(variance[WM_BY_BASE]) - 0.01 * TICK_NS * sqrt(51)) < 1);
}

/* Knuth's, for means that are not large. */
static double poisson(double mean)
{
    double limit = exp(-mean), product = drand48();
    int count = 0;
    for (; product > limit; count++)
        product *= drand48();
    return count;
}

/* Two paths whose requests grew unlike, and both together: how often noise passes for a change. */
static void test_noise_rarely_passes_for_a_change(void **state)
{
    (void)state;
    static const struct {
        double means[2], scales[2]; /* of the base */
    } cases[] = {
        {{50, 500}, {0.01, 0.01}},
        {{5, 3},    {1, 1}      },
        {{1, 2},    {60, 9}     },
        {{300, 2},  {0.02, 20}  },
        {{200, 90}, {1, 3}      },
    };
    enum { TRIALS = 40000, CELLS = 3 };
    srand48(1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const double *scales = cases[i].scales;
        struct wm_by_column columns[] = {{.scale = 1}, {.scale = scales[0]}, {.scale = scales[1]}};
        const struct wm_by by = by_of(columns, CELLS);
        int alarms[CELLS] = {0};
        for (int trial = 0; trial < TRIALS; trial++) {
            struct wm_by_sum row[CELLS * WM_BY_SIDES] = {0};
            for (size_t at = 1; at < CELLS; at++) {
                double mean = cases[i].means[at - 1], scale = scales[at - 1];
                row[at * WM_BY_SIDES + WM_BY_NEW] = ticks(poisson(mean * scale), 1);
                row[at * WM_BY_SIDES + WM_BY_BASE] = ticks(poisson(mean), scale);
                for (int side = 0; side < WM_BY_SIDES; side++) {
                    row[side].value += row[at * WM_BY_SIDES + (size_t)side].value;
                    row[side].square += row[at * WM_BY_SIDES + (size_t)side].square;
                }
            }
            for (size_t at = 0; at < CELLS; at++)
                alarms[at] += wm_by_is_evident(&by, row, at, 1);
        }
        for (size_t at = 0; at < CELLS; at++) /* 108 of 40,000 are three deviations to both sides */
            if (alarms[at] > 150)
                fail_msg("case %zu, column %zu: %d of %d", i, at, alarms[at], (int)TRIALS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_samples_are_no_change),
        cmocka_unit_test(test_an_interval_has_room_for_what_was_not_seen),
        cmocka_unit_test(test_noise_rarely_passes_for_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
