/* test_comparison.c - what is called a change, and what a check calls worse. */
#include "tests/compare/sides.h"
#include "tests/support/support.h"

#include "profiles/compare/merged.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 100, FALSE_MAX = 7, ALARMS_MAX = 3 };

static const struct wm_comparison_input plainly = {.threshold = 0};

/* One run of each side every other second, base first. */
static struct side_wish side(double a, double b, double c)
{
    return (struct side_wish){
        .factors = {a, b, c},
        .noise = 0.01,
        .step_seconds = 2,
        .run_count = SIDES_RUN_COUNT,
        .allocs = 2
    };
}

static size_t count_changes(const struct wm_comparison *comparison, double *ret_uncorrected)
{
    size_t changed = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        changed += comparison->rows[i].verdict != WM_VERDICT_SAME;
        *ret_uncorrected += comparison->rows[i].p < WM_COMPARED_LEVEL;
    }
    return changed;
}

/* The same build a hundred times: nine questions each, so uncorrected some 40 false answers. */
static void test_comparison_of_equals_finds_next_to_nothing(void **state)
{
    (void)state;
    uint64_t random = 1;
    size_t changed = 0, alarms = 0;
    double uncorrected = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct side_wish wishes[] = {side(1, 1, 1), side(1, 1, 1)};
        const struct wm_judge_options options = {0, 0};
        struct wm_judgement judgement;
        struct sides sides;
        sides_compare(wishes, &plainly, &random, &sides);
        assert_int_equal(sides.comparison->question_count, 9);
        changed += count_changes(sides.comparison, &uncorrected) > 0;
        assert_int_equal(wm_judge(sides.comparison, &options, &judgement), 0);
        alarms += judgement.worse_count > 0;
        wm_judgement_done(&judgement);
        sides_done(&sides);
    }
    if (changed > FALSE_MAX || alarms > ALARMS_MAX || uncorrected < 15)
        fail_msg("%zu of %d comparisons changed, %zu alarms, %g rows uncorrected", changed,
                 (int)ROUNDS, alarms, uncorrected);
}

static void test_comparison_finds_three_percent_in_the_right_path(void **state)
{
    (void)state;
    uint64_t random = 2;
    int found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct side_wish wishes[] = {side(1, 1, 1), side(1, 1.03, 1)};
        struct sides sides;
        sides_compare(wishes, &plainly, &random, &sides);
        const struct wm_compared *row = sides_row(&sides, "PathB", "CPU/request");
        found += row->verdict == WM_VERDICT_MORE;
        assert_true(row->evidence == WM_EVIDENCE_RANKS);
        assert_true(fabs(row->change - 0.03) < 0.025 && row->low < row->high);
        sides_done(&sides);
    }
    if (found < 95)
        fail_msg("found in %d of %d", found, (int)ROUNDS);
}

static void test_comparison_threshold_and_the_same_values(void **state)
{
    (void)state;
    uint64_t random = 3;
    const struct wm_comparison_input coarse = {.threshold = 0.05};
    struct side_wish wishes[] = {side(1, 1.03, 1), side(1, 1, 2)};
    struct sides sides;
    wishes[WM_AFTER].allocs = 3;
    sides_compare(wishes, &coarse, &random, &sides);
    assert_true(sides_row(&sides, "PathB", "CPU/request")->verdict == WM_VERDICT_SAME);
    assert_true(sides_row(&sides, "PathC", "p50")->verdict == WM_VERDICT_MORE);
    const struct wm_compared *row = sides_row(&sides, "PathA", "allocs/request");
    assert_true(row->verdict == WM_VERDICT_MORE && row->change == 0.5);
    assert_true(row->low == 0.5 && row->high == 0.5);
    for (size_t i = 0; i < sides.comparison->mean_count; i++)
        if (strcmp(sides.comparison->means[i].unit, "allocs/request") == 0)
            assert_true(fabs(sides.comparison->means[i].change - 0.5) < 1e-9);
    sides_done(&sides);
}

static void test_comparison_tells_what_only_one_side_has(void **state)
{
    (void)state;
    uint64_t random = 4;
    struct side_wish wishes[] = {side(1, 1, 0), side(0, 1, 1)};
    struct sides sides;
    sides_compare(wishes, &plainly, &random, &sides);
    assert_int_equal(sides.comparison->missing_count[WM_BEFORE], 1);
    assert_string_equal(sides.comparison->missing[WM_BEFORE][0].subject, "PathC");
    assert_int_equal(sides.comparison->missing_count[WM_AFTER], 1);
    assert_string_equal(sides.comparison->missing[WM_AFTER][0].subject, "PathA");
    sides_done(&sides);
}

static void test_comparison_tells_a_servers_own_work(void **state)
{
    (void)state;
    uint64_t random = 11;
    struct side_wish wishes[] = {side(1, 1, 1), side(1, 1, 1)};
    struct sides sides;
    wishes[WM_BEFORE].background = 5000;
    wishes[WM_AFTER].background = 7000;
    sides_compare(wishes, &plainly, &random, &sides);
    const struct wm_compared *row = sides_row(&sides, WM_PATH_BACKGROUND, WM_COMPARED_CPU);
    assert_true(row->of_background && !row->of_entry && row->judged);
    assert_int_equal(row->verdict, WM_VERDICT_MORE);
    assert_true(row->middles[WM_BEFORE] > 4800 && row->middles[WM_BEFORE] < 5200);
    assert_true(row->change > 0.35 && row->change < 0.45);
    sides_done(&sides);
    wishes[WM_AFTER].background = 0; /* an app has none: nothing to compare */
    sides_compare(wishes, &plainly, &random, &sides);
    for (size_t i = 0; i < sides.comparison->count; i++)
        assert_false(sides.comparison->rows[i].of_background);
    sides_done(&sides);
}

/* What a check says of these sides: which row of all paths together there is, and whether it got
 * worse. */
struct renamed {
    const struct wm_compared *whole; /* NULL: none is asked about */
    bool is_worse;
    size_t gone;
};

static struct renamed check_renamed(const struct sides *sides)
{
    const struct wm_judge_options options = {0.03, 0.1};
    struct wm_judgement judgement;
    assert_int_equal(wm_judge(sides->comparison, &options, &judgement), 0);
    struct renamed found = {.gone = judgement.gone_count};
    for (size_t i = 0; i < sides->comparison->count; i++) {
        if (!sides->comparison->rows[i].of_entry)
            continue;
        found.whole = &sides->comparison->rows[i];
        found.is_worse = judgement.worse[i];
    }
    wm_judgement_done(&judgement);
    return found;
}

/* PathB is called PathC now: neither is compared, but both and PathA together are. */
static void test_comparison_finds_what_a_rename_hides(void **state)
{
    (void)state;
    static const struct {
        double factors[3];
        bool asked, worse;
        size_t gone, run_count;
    } cases[] = {
        {{1, 0, 1},       true,  true,  1, SIDES_RUN_COUNT}, /* 60 µs instead of 40 */
        {{1, 0, 2.0 / 3}, true,  false, 1, SIDES_RUN_COUNT}, /* as it was */
        {{1, 1, 0},       false, false, 0, SIDES_RUN_COUNT},
        {{1, 1, 1},       true,  true,  0, SIDES_RUN_COUNT}, /* a new path, which is dear */
        {{1, 0, 3},       true,  true,  1, 1              }, /* one run each: by sampling */
        {{1, 0, 2.0 / 3}, true,  false, 1, 1              },
    };
    uint64_t random = 15;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const double *factors = cases[i].factors;
        struct side_wish wishes[] = {side(1, 1, 0), side(factors[0], factors[1], factors[2])};
        wishes[0].run_count = wishes[1].run_count = cases[i].run_count;
        struct sides sides;
        sides_compare(wishes, &plainly, &random, &sides);
        struct renamed found = check_renamed(&sides);
        if ((found.whole != NULL) != cases[i].asked || found.is_worse != cases[i].worse ||
            found.gone != cases[i].gone)
            fail_msg("case %zu", i);
        if (found.whole != NULL)
            assert_string_equal(found.whole->subject, "all of Main");
        sides_done(&sides);
    }
}

/* A path that would have come 10 times may have stayed away; it is told, and no more. */
static void test_comparison_knows_what_chance_leaves_out(void **state)
{
    (void)state;
    uint64_t random = 16;
    struct side_wish wishes[] = {side(1, 1, 1), side(1, 1, 0)};
    struct sides sides;
    struct wm_error err = {0};
    sides_compare(wishes, &plainly, &random, &sides);
    for (size_t run = 0; run < SIDES_RUN_COUNT; run++)
        sides.sets[WM_BEFORE]->runs[run]->paths->rows[2].requests = 1;
    wm_comparison_free(sides.comparison);
    wm_requests_free(sides.requests);
    sides.comparison = NULL;
    assert_int_equal(
        wm_merged_requests(sides.sets[WM_BEFORE], sides.sets[WM_AFTER], &sides.requests, &err), 0);
    const struct wm_comparison_input input = {
        .sets = {sides.sets[WM_BEFORE], sides.sets[WM_AFTER]},
        .requests = sides.requests,
    };
    assert_int_equal(wm_comparison_new(&input, &sides.comparison, &err), 0);
    struct renamed found = check_renamed(&sides);
    assert_int_equal(sides.comparison->missing_count[WM_AFTER], 1);
    assert_false(sides.comparison->missing[WM_AFTER][0].certain);
    assert_null(found.whole);
    assert_int_equal(found.gone, 0);
    sides_done(&sides);
}

/* One run each: nothing to rank, but what sampling makes of CPU is known, and counts are counts. */
static void test_comparison_of_single_runs_says_what_it_rests_on(void **state)
{
    (void)state;
    uint64_t random = 5;
    struct side_wish wishes[] = {side(1, 1, 1), side(1.2, 1, 1)};
    static const struct wm_sampled sampled[] = {
        {"PathA", {20000, 24000}, {1e6, 1e6}, {0, 0}},
        {"PathB", {40000, 40500}, {4e6, 4e6}, {0, 0}},
    };
    const struct wm_comparison_input input = {
        .sampled = sampled, .sampled_count = 2, .common_ratio = 1};
    struct sides sides;
    wishes[0].run_count = wishes[1].run_count = 1;
    wishes[1].allocs = 3;
    sides_compare(wishes, &input, &random, &sides);
    const struct wm_compared *row = sides_row(&sides, "PathA", "CPU/request");
    assert_true(row->evidence == WM_EVIDENCE_SAMPLING && row->verdict == WM_VERDICT_MORE);
    double about = 2 * wm_normal_tail(4000 / sqrt(2e6)); /* 400 samples against 576 */
    assert_true(row->p > about / 2 && row->p < about * 2);
    assert_true(sides_row(&sides, "PathB", "CPU/request")->verdict == WM_VERDICT_SAME);
    assert_true(sides_row(&sides, "PathC", "CPU/request")->evidence == WM_EVIDENCE_NONE);
    assert_true(sides_row(&sides, "PathA", "p50")->evidence == WM_EVIDENCE_NONE);
    assert_true(sides_row(&sides, "PathA", "p50")->verdict == WM_VERDICT_SAME);
    assert_true(sides_row(&sides, "PathA", "allocs/request")->evidence == WM_EVIDENCE_COUNT);
    assert_true(sides_row(&sides, "PathA", "allocs/request")->verdict == WM_VERDICT_MORE);
    assert_null(sides.comparison->reference);
    sides_done(&sides);
}

/* The interval of a ratio: twice as much, whose base is as uncertain as it is. */
static void test_comparison_interval_has_the_noise_of_both_sides(void **state)
{
    (void)state;
    uint64_t random = 12;
    static const struct wm_sampled sampled[] = {
        {"PathA", {20000, 40000}, {1e6, 2e6}, {0, 0}}
    };
    const struct wm_comparison_input input = {.sampled = sampled, .sampled_count = 1};
    struct side_wish wishes[] = {side(1, 1, 1), side(2, 1, 1)};
    struct sides sides;
    wishes[0].run_count = wishes[1].run_count = 1;
    sides_compare(wishes, &input, &random, &sides);
    const struct wm_compared *row = sides_row(&sides, "PathA", "CPU/request");
    double half =
        1.959963984540054 * sqrt(2e6 / 4e4 / 4e4 + 1e6 / 2e4 / 2e4); /* of the logarithm */
    assert_true(fabs(log(1 + row->low) - log(2) + half) < half / 20);
    assert_true(fabs(log(1 + row->high) - log(2) - half) < half / 20);
    sides_done(&sides);
}

static void test_comparison_says_how_many_runs_it_takes(void **state)
{
    (void)state;
    assert_int_equal(wm_comparison_runs_needed(1, 0.05), 4);
    assert_int_equal(wm_comparison_runs_needed(12, 0.05), 6);
    assert_int_equal(wm_comparison_runs_needed(40, 0.05), 7);
}

/* Runs whose speed differs by 3 %: only against another path of the same run is 3 % to be seen. An
 * open loop's latencies have the queue in them, and are left as they are. */
static void test_comparison_at_one_speed_sees_what_the_machine_hides(void **state)
{
    (void)state;
    uint64_t random = 6;
    int found[2] = {0, 0}, others = 0;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        bool open = round % 2 == 1;
        struct side_wish wishes[] = {side(1, 1, 1), side(1, 1.03, 1)};
        for (int at = 0; at < 2; at++) {
            wishes[at].noise = 0.005;
            wishes[at].speed_noise = 0.03;
            wishes[at].open_loop = open;
        }
        struct sides sides;
        sides_compare(wishes, &plainly, &random, &sides);
        found[open] += sides_row(&sides, "PathB", "p50")->verdict == WM_VERDICT_MORE;
        others += sides_row(&sides, "PathA", "p50")->verdict != WM_VERDICT_SAME;
        others += sides_row(&sides, "PathC", "p50")->verdict != WM_VERDICT_SAME;
        assert_true(!open || sides.comparison->reference == NULL);
        sides_done(&sides);
    }
    if (found[0] < 90 || found[1] > 50 || others > FALSE_MAX)
        fail_msg("found %d, as measured %d, elsewhere %d", found[0], found[1], others);
}

/* Two paths, of which one took 3 % more: whose functions all but one cost what they did? */
static void test_comparison_of_two_paths_asks_the_functions(void **state)
{
    (void)state;
    static const struct wm_sampled sampled[] = {
        {"PathA", {20000, 20200}, {1e4, 1e4}, {0, 0}},
        {"PathB", {40000, 41600}, {1e4, 1e4}, {0, 0}},
    };
    uint64_t random = 9;
    int referred = 0;
    for (int round = 0; round < 20; round++) {
        const struct wm_comparison_input input = {
            .sampled = sampled, .sampled_count = 2, .common_ratio = 1.012};
        struct side_wish wishes[] = {side(1, 1, 0), side(1, 1.03, 0)};
        wishes[0].noise = wishes[1].noise = 0.002;
        wishes[0].speed_noise = wishes[1].speed_noise = 0.05;
        struct sides sides;
        sides_compare(wishes, &input, &random, &sides);
        if (sides.comparison->reference != NULL) {
            referred++;
            assert_string_equal(sides.comparison->reference, "PathA");
            assert_true(sides_row(&sides, "PathB", "p50")->verdict == WM_VERDICT_MORE);
            assert_true(sides_row(&sides, "PathA", "p50")->verdict == WM_VERDICT_SAME);
        }
        sides_done(&sides);
    }
    assert_in_range(referred, 15, 20);
}

/* Where a path of the same run is no better clock than none, no bit of a row changes. */
static void test_comparison_leaves_rows_that_become_no_steadier_as_measured(void **state)
{
    (void)state;
    uint64_t random = 11;
    size_t left = 0;
    for (int round = 0; round < 20; round++) {
        struct side_wish wishes[] = {side(1, 1, 1), side(1, 1, 1)};
        struct sides sides;
        sides_compare(wishes, &plainly, &random, &sides);
        for (size_t i = 0; i < SIDES_PATH_COUNT; i++) {
            const struct wm_path_row *path = &sides.sets[WM_BEFORE]->runs[0]->paths->rows[i];
            const struct wm_compared *row = sides_row(&sides, path->name, "p50");
            if (row->at_one_speed)
                continue;
            left++;
            for (size_t run = 0; run < SIDES_RUN_COUNT; run++)
                assert_true(row->own[WM_BEFORE][run] ==
                            (double)sides.sets[WM_BEFORE]->runs[run]->paths->rows[i].p50_ns);
        }
        sides_done(&sides);
    }
    assert_true(left > 40); /* more than the path of each round that is the clock */
}

/* All code became slower: there is no path to go by, and nothing may look faster. */
static void test_comparison_leaves_common_changes_as_they_are(void **state)
{
    (void)state;
    uint64_t random = 10;
    struct side_wish wishes[] = {side(1, 1, 1), side(1.3, 1.2, 1.1)};
    struct sides sides;
    sides_compare(wishes, &plainly, &random, &sides);
    assert_null(sides.comparison->reference);
    static const char *const paths[] = {"PathA", "PathB", "PathC"};
    for (size_t i = 0; i < 3; i++)
        assert_true(sides_row(&sides, paths[i], "p50")->verdict == WM_VERDICT_MORE);
    sides_done(&sides);
}

/* ---- The check ---- */

static const struct wm_judge_options usual = {0.03, 0.1};

/* Whatever a day does to the machine is forgiven up to 10 %, unless the sides took turns. */
static void test_check_forgives_the_machine_and_nobody_else(void **state)
{
    (void)state;
    static const struct {
        double factors[SIDES_PATH_COUNT];
        bool in_turns;
        size_t worse; /* of CPU and p50 of each path */
    } cases[] = {
        {{1, 1, 1},          true,  0},
        {{1.2, 1, 1},        true,  2},
        {{1, 0.8, 1},        true,  0},
        {{1.06, 1.06, 1.06}, true,  6},
        {{1.06, 1.06, 1.06}, false, 0},
        {{0.9, 0.9, 0.9},    false, 0},
        {{1.06, 1.27, 1.06}, false, 2},
        {{1.3, 1.3, 1.3},    false, 6},
        {{1.2, 1, 1},        false, 2},
    };
    uint64_t random = 7;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const double *factors = cases[i].factors;
        struct side_wish wishes[] = {side(1, 1, 1), side(factors[0], factors[1], factors[2])};
        struct wm_judgement judgement;
        struct sides sides;
        wishes[1].first_second = cases[i].in_turns ? 1 : 1000;
        sides_compare(wishes, &plainly, &random, &sides);
        assert_true(sides.comparison->take_turns == cases[i].in_turns);
        assert_int_equal(wm_judge(sides.comparison, &usual, &judgement), 0);
        if (judgement.worse_count != cases[i].worse)
            fail_msg("case %zu: %zu are worse", i, judgement.worse_count);
        wm_judgement_done(&judgement);
        sides_done(&sides);
    }
}

/* 4 and 5 runs cannot rank six questions to the level of a check; 6 and more can. */
static void test_check_finds_what_got_worse_with_any_number_of_runs(void **state)
{
    (void)state;
    uint64_t random = 13;
    for (size_t runs = 1; runs <= 10; runs++) {
        struct side_wish wishes[] = {side(1, 1, 1), side(1, 1.3, 1)};
        struct wm_judgement judgement;
        struct sides sides;
        wishes[0].run_count = wishes[1].run_count = runs;
        wishes[0].allocs = 24;
        wishes[1].allocs = 32;
        wishes[1].first_second = 1;
        sides_compare_sampled(wishes, &random, &sides);
        const struct wm_compared *row = sides_row(&sides, "PathB", "CPU/request");
        assert_true(row->evidence == (runs < 6 ? WM_EVIDENCE_SAMPLING : WM_EVIDENCE_RANKS));
        assert_true(row->verdict == WM_VERDICT_MORE);
        assert_true(sides_row(&sides, "PathA", "allocs/request")->evidence == WM_EVIDENCE_COUNT);
        assert_true(sides_row(&sides, "PathA", "allocs/request")->verdict == WM_VERDICT_MORE);
        assert_int_equal(wm_judge(sides.comparison, &usual, &judgement), 0);
        assert_false(judgement.blind);
        assert_true(judgement.worse[row - sides.comparison->rows]);
        if (judgement.worse_count != (runs < 6 ? 4 : 5)) /* allocations of three, CPU, p50 */
            fail_msg("%zu runs: %zu are worse", runs, judgement.worse_count);
        wm_judgement_done(&judgement);
        sides_done(&sides);
    }
}

/* Runs that differ by 3 % one from the next, however well each was sampled. */
static void test_check_of_equals_raises_no_alarm_with_few_runs(void **state)
{
    (void)state;
    uint64_t random = 14;
    int alarms = 0, changed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct side_wish wishes[] = {side(1, 1, 1), side(1, 1, 1)};
        struct wm_judgement judgement;
        struct sides sides;
        double uncorrected = 0;
        wishes[0].run_count = wishes[1].run_count = 4 + (size_t)round % 2;
        wishes[0].speed_noise = wishes[1].speed_noise = 0.03;
        sides_compare_sampled(wishes, &random, &sides);
        changed += count_changes(sides.comparison, &uncorrected) > 0;
        assert_int_equal(wm_judge(sides.comparison, &usual, &judgement), 0);
        alarms += judgement.worse_count > 0;
        wm_judgement_done(&judgement);
        sides_done(&sides);
    }
    if (alarms > 0 || changed > FALSE_MAX)
        fail_msg("%d alarms, %d changed", alarms, changed);
}

static void test_check_that_can_find_nothing_says_so(void **state)
{
    (void)state;
    static const struct {
        size_t runs;
        bool sampled, blind;
    } cases[] = {
        {1,  false, true },
        {1,  true,  false},
        {5,  false, true },
        {5,  true,  false},
        {10, false, false},
    };
    uint64_t random = 15;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct side_wish wishes[] = {side(1, 1, 1), side(1, 1, 1)};
        struct wm_judgement judgement;
        struct sides sides;
        wishes[0].run_count = wishes[1].run_count = cases[i].runs;
        if (cases[i].sampled)
            sides_compare_sampled(wishes, &random, &sides);
        else
            sides_compare(wishes, &plainly, &random, &sides);
        assert_int_equal(wm_judge(sides.comparison, &usual, &judgement), 0);
        if (judgement.blind != cases[i].blind)
            fail_msg("case %zu", i);
        if (judgement.blind)
            assert_int_equal(judgement.runs_needed, 6);
        wm_judgement_done(&judgement);
        sides_done(&sides);
    }
}

static void test_check_looks_at_counts_and_not_at_p99(void **state)
{
    (void)state;
    uint64_t random = 8;
    struct side_wish wishes[] = {side(1, 1, 1), side(1, 1, 1)};
    struct wm_judgement judgement;
    struct sides sides;
    wishes[1].allocs = 3;
    sides_compare(wishes, &plainly, &random, &sides);
    for (size_t i = 0; i < sides.comparison->count; i++)
        assert_true(sides.comparison->rows[i].judged ==
                    (strcmp(sides.comparison->rows[i].unit, "p99") != 0));
    assert_int_equal(wm_judge(sides.comparison, &usual, &judgement), 0);
    assert_int_equal(judgement.worse_count, 3);
    wm_judgement_done(&judgement);
    sides_done(&sides);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparison_of_equals_finds_next_to_nothing),
        cmocka_unit_test(test_comparison_finds_three_percent_in_the_right_path),
        cmocka_unit_test(test_comparison_threshold_and_the_same_values),
        cmocka_unit_test(test_comparison_tells_what_only_one_side_has),
        cmocka_unit_test(test_comparison_tells_a_servers_own_work),
        cmocka_unit_test(test_comparison_finds_what_a_rename_hides),
        cmocka_unit_test(test_comparison_knows_what_chance_leaves_out),
        cmocka_unit_test(test_comparison_of_single_runs_says_what_it_rests_on),
        cmocka_unit_test(test_comparison_interval_has_the_noise_of_both_sides),
        cmocka_unit_test(test_comparison_says_how_many_runs_it_takes),
        cmocka_unit_test(test_comparison_at_one_speed_sees_what_the_machine_hides),
        cmocka_unit_test(test_comparison_of_two_paths_asks_the_functions),
        cmocka_unit_test(test_comparison_leaves_rows_that_become_no_steadier_as_measured),
        cmocka_unit_test(test_comparison_leaves_common_changes_as_they_are),
        cmocka_unit_test(test_check_forgives_the_machine_and_nobody_else),
        cmocka_unit_test(test_check_finds_what_got_worse_with_any_number_of_runs),
        cmocka_unit_test(test_check_of_equals_raises_no_alarm_with_few_runs),
        cmocka_unit_test(test_check_that_can_find_nothing_says_so),
        cmocka_unit_test(test_check_looks_at_counts_and_not_at_p99),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
