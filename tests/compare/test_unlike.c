/* test_unlike.c - sides whose runs are of other lengths or numbers: levels kept, changes found. */
#include "tests/compare/sides.h"
#include "tests/support/support.h"

#include <math.h>

enum { ROUNDS = 100, CHANGED_MAX = 10, ALARMS_MAX = 3 };

static const struct wm_judge_options usual = {0.03, 0.1};

struct lengths {
    size_t runs[WM_COMPARED_SIDES];
    uint64_t requests[WM_COMPARED_SIDES]; /* of each path, in a run */
};

/* The second side's PathB costs so many times as much. A sample is a millisecond. */
static void compare(const struct lengths *lengths, double factor, uint64_t *random,
                    struct sides *sides)
{
    struct side_wish wishes[WM_COMPARED_SIDES];
    for (int at = 0; at < WM_COMPARED_SIDES; at++)
        wishes[at] = (struct side_wish){
            .factors = {1, at == WM_AFTER ? factor : 1, 1},
            .noise = 0.01,
            .step_seconds = 2,
            .run_count = lengths->runs[at],
            .requests = lengths->requests[at],
            .sample_ns = 1e6,
            .allocs = 2,
        };
    sides_compare_sampled(wishes, random, sides);
}

/* An interval and its p are of one test; among ties, which p knows of, it may end at 0. */
static void assert_agrees(const struct wm_compared *row)
{
    if (isnan(row->low))
        return;
    assert_true(row->low >= -1 && row->low <= row->high);
    bool ends = fabs(row->low) < 1e-9 || fabs(row->high) < 1e-9;
    if (!ends && (row->low > 0 || row->high < 0) != (row->p < 0.05))
        fail_msg("%s %s: p = %g beside %g … %g", row->subject, row->unit, row->p, row->low,
                 row->high);
}

/* Runs of other lengths, of which the short ones have hardly a sample in a path: a build is as
 * itself, whichever side they are on. */
static void test_comparison_of_unlike_runs_keeps_its_level(void **state)
{
    (void)state;
    static const struct lengths cases[] = {
        {{1, 1},   {10, 2000}  }, /* 0.2 samples of PathA, or 40 */
        {{1, 1},   {1000, 20}  },
        {{10, 1},  {100, 2000} },
        {{10, 10}, {20, 400}   },
        {{10, 10}, {400, 4000} },
        {{4, 20},  {400, 4000} },
        {{4, 20},  {1500, 1500}},
    };
    uint64_t random = 21;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int alarms = 0, changed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            struct wm_judgement judgement;
            struct sides sides;
            compare(&cases[i], 1, &random, &sides);
            bool moved = false;
            for (size_t row = 0; row < sides.comparison->count; row++) {
                assert_agrees(&sides.comparison->rows[row]);
                moved |= sides.comparison->rows[row].verdict != WM_VERDICT_SAME;
            }
            changed += moved;
            assert_int_equal(wm_judge(sides.comparison, &usual, &judgement), 0);
            alarms += judgement.worse_count > 0;
            wm_judgement_done(&judgement);
            sides_done(&sides);
        }
        if (alarms > ALARMS_MAX || changed > CHANGED_MAX)
            fail_msg("case %zu: %d alarms, %d changed", i, alarms, changed);
    }
}

/* And a change is found all the same, by what the runs can tell. */
static void test_comparison_of_unlike_runs_finds_what_changed(void **state)
{
    (void)state;
    static const struct {
        struct lengths lengths;
        double factor;
        enum wm_evidence evidence;
    } cases[] = {
        {{{1, 1}, {2000, 40000}},   1.5, WM_EVIDENCE_SAMPLING},
        {{{10, 10}, {200, 2000}},   1.5, WM_EVIDENCE_SAMPLING}, /* 8 samples in a short run */
        {{{10, 10}, {4000, 40000}}, 1.2, WM_EVIDENCE_MEANS   },
        {{{10, 10}, {20000, 9000}}, 1.2, WM_EVIDENCE_RANKS   },
    };
    uint64_t random = 22;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int found = 0;
        for (int round = 0; round < 20; round++) {
            struct sides sides;
            compare(&cases[i].lengths, cases[i].factor, &random, &sides);
            const struct wm_compared *row = sides_row(&sides, "PathB", WM_COMPARED_CPU);
            assert_int_equal(row->evidence, cases[i].evidence);
            found += row->verdict == WM_VERDICT_MORE;
            sides_done(&sides);
        }
        if (found < 18)
            fail_msg("case %zu: found in %d of 20", i, found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparison_of_unlike_runs_keeps_its_level),
        cmocka_unit_test(test_comparison_of_unlike_runs_finds_what_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
