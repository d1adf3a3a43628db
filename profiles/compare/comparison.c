/* comparison.c - what the values of each row come to. */
#include "profiles/compare/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_SOUGHT_MAX = WM_RANK_EXACT_MAX / 2 };

static const double COUNTED_CHANGE = 0.01; /* of counts from few runs: what another length of
                                              the run, or other requests in it, may make */

/* ---- What a row rests on ---- */

static double least_p(const struct wm_compared *row)
{
    return wm_rank_test_least_p(row->lots[WM_BEFORE].count, row->lots[WM_AFTER].count);
}

/* Ranks tell shifts of runs that are alike otherwise. Longer runs scatter less: that alone makes
 * ranks unlikely where the shorter runs are fewer too. By trial (normal values, tails of 0.006)
 * they keep their level up to here. */
static const double LENGTH_ALIKE = 1.25, LENGTH_LIKE = 2.5, COUNT_LIKE = 1.5;

/* Whether lots of these sizes can show anything, were this the only question. */
static bool can_rank(const struct wm_compared *row)
{
    return least_p(row) < WM_COMPARED_LEVEL;
}

static bool is_constant(const struct wm_lot *lots, size_t count)
{
    double first = lots[0].values[0];
    for (size_t lot = 0; lot < count; lot++)
        for (size_t i = 0; i < lots[lot].count; i++)
            if (lots[lot].values[i] < first || lots[lot].values[i] > first)
                return false;
    return true;
}

static bool is_counted(const struct wm_compared *row)
{
    return row->counted && is_constant(&row->lots[WM_BEFORE], 1) &&
           is_constant(&row->lots[WM_AFTER], 1);
}

static double times(double left, double right)
{
    return left > right ? left / right : right / left;
}

static bool are_alike(const struct wm_compared *row)
{
    const struct wm_lot *lots = row->lots;
    if (!(row->per_run[WM_BEFORE] > 0) || !(row->per_run[WM_AFTER] > 0))
        return true;
    double length = times(row->per_run[WM_BEFORE], row->per_run[WM_AFTER]);
    double count = times((double)lots[WM_BEFORE].count, (double)lots[WM_AFTER].count);
    return length <= LENGTH_ALIKE || (length <= LENGTH_LIKE && count <= COUNT_LIKE);
}

/* The values of runs with so few samples are steps, many of them 0. */
static bool is_thin(const struct wm_compared *row)
{
    return row->fewest < WM_COMPARED_FEWEST;
}

static bool is_sampled(const struct wm_compared *row)
{
    const struct wm_sampled *sampled = &row->sampling;
    if (sampled->path == NULL || !(sampled->cost[WM_BEFORE] + sampled->cost[WM_AFTER] > 0))
        return false;
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        if (!(sampled->variance[side] > 0) && !(sampled->tick[side] > 0))
            return false;
    return true;
}

/* Were it the only question. */
static enum wm_evidence best_evidence(const struct wm_compared *row)
{
    if (is_counted(row))
        return WM_EVIDENCE_COUNT;
    if (can_rank(row) && are_alike(row) && !(is_thin(row) && is_sampled(row)))
        return WM_EVIDENCE_RANKS;
    if (can_rank(row) && !is_thin(row))
        return WM_EVIDENCE_MEANS;
    return is_sampled(row) ? WM_EVIDENCE_SAMPLING : WM_EVIDENCE_NONE;
}

/* Values that are all the same can answer nothing, whatever the side, so they ask nothing (Tarone,
 * "A modified Bonferroni method for discrete data", 1990). */
static bool asks(const struct wm_compared *row)
{
    switch (row->evidence) {
    case WM_EVIDENCE_RANKS:
    case WM_EVIDENCE_MEANS:
        return is_sampled(row) || !is_constant(row->lots, WM_COMPARED_SIDES);
    case WM_EVIDENCE_SAMPLING:
        return true;
    case WM_EVIDENCE_NONE:
    case WM_EVIDENCE_COUNT:
        break;
    }
    return false;
}

/* Ranks tell most, for they know how much runs differ, but few of them cannot be unlikely enough
 * for as many questions. Then what sampling tells is better than no answer; to a check too, which
 * asks fewer of them, to one side, at a level of its own. */
static enum wm_evidence choose_evidence(const struct wm_compared *row, size_t asked,
                                        size_t asked_by_check)
{
    bool few = least_p(row) * (double)asked >= WM_COMPARED_LEVEL ||
               least_p(row) / 2 * (double)asked_by_check >= WM_JUDGE_LEVEL;
    return few && row->evidence != WM_EVIDENCE_COUNT && is_sampled(row) ? WM_EVIDENCE_SAMPLING
                                                                        : row->evidence;
}

static void choose_evidences(struct wm_comparison *comparison)
{
    size_t asked = 0, asked_by_check = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        struct wm_compared *row = &comparison->rows[i];
        row->evidence = best_evidence(row);
        row->asks = asks(row);
        asked += row->asks;
        asked_by_check += row->asks && row->judged;
    }
    comparison->question_count = asked;
    for (size_t i = 0; i < comparison->count; i++)
        comparison->rows[i].evidence = choose_evidence(&comparison->rows[i], asked, asked_by_check);
}

/* ---- A row ---- */

/* Values that are not above 0 have no ratio, but there may be some where there was nothing. */
static double change_of(const double middles[WM_COMPARED_SIDES])
{
    if (middles[WM_BEFORE] < 0 || middles[WM_AFTER] < 0)
        return (double)NAN;
    if (middles[WM_BEFORE] > 0)
        return middles[WM_AFTER] / middles[WM_BEFORE] - 1;
    return middles[WM_AFTER] > 0 ? (double)INFINITY : 0;
}

static bool has_ratio(const struct wm_compared *row)
{
    return row->middles[WM_BEFORE] > 0 && isfinite(row->change);
}

static int rank_row(struct wm_compared *row)
{
    struct wm_rank_test test;
    int rc = wm_rank_test(row->lots[WM_BEFORE], row->lots[WM_AFTER], &test);
    if (rc < 0)
        return rc;
    row->p = test.p;
    if (!has_ratio(row))
        return 0;
    return wm_rank_interval(row->lots[WM_BEFORE], row->lots[WM_AFTER], &row->low, &row->high);
}

static void compare_means(struct wm_compared *row)
{
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        row->middles[side] = wm_mean(row->lots[side]);
    row->change = change_of(row->middles);
    row->p = wm_tails_p(wm_mean_tails(row->lots[WM_BEFORE], row->lots[WM_AFTER], 1));
    if (has_ratio(row))
        wm_mean_interval(row->lots[WM_BEFORE], row->lots[WM_AFTER], &row->low, &row->high);
}

/* How uncertain a cost is. How much runs differ among themselves holds the noise of sampling, where
 * there are enough of them to know; of two runs both are added. */
static double variance_of(const struct wm_compared *row, int side)
{
    double sampling = row->sampling.variance[side];
    double runs = wm_variance_of_mean(row->lots[side]);
    double unknown = runs > 0 ? 1 / ((double)row->lots[side].count - 1) : 0;
    return fmax(sampling, runs) + unknown * fmin(sampling, runs);
}

/* Counts of samples, as many as there would be of equal weight; where runs differ by more than the
 * noise of sampling they are worth less. None seen is a count too: what it says depends on how many
 * requests it is of. */
static struct wm_rate rate_of(const struct wm_compared *row, int side)
{
    double cost = row->sampling.cost[side];
    if (!(cost > 0))
        return (struct wm_rate){0, 1 / row->sampling.tick[side]};
    double variance = variance_of(row, side);
    return (struct wm_rate){cost * cost / variance, cost / variance};
}

static void sample_row(struct wm_compared *row)
{
    for (int side = 0; side < WM_COMPARED_SIDES; side++) {
        row->middles[side] = row->sampling.cost[side];
        row->rates[side] = rate_of(row, side);
    }
    row->change = change_of(row->middles);
    row->p = wm_tails_p(wm_rate_tails(row->rates[WM_BEFORE], row->rates[WM_AFTER], 1));
    if (has_ratio(row))
        wm_rate_interval(row->rates[WM_BEFORE], row->rates[WM_AFTER], &row->low, &row->high);
}

static int weigh_row(struct wm_compared *row)
{
    row->p = row->p_corrected = row->low = row->high = (double)NAN;
    for (int side = 0; side < WM_COMPARED_SIDES; side++) {
        int rc = wm_median(row->lots[side], &row->middles[side]);
        if (rc < 0)
            return rc;
    }
    row->change = change_of(row->middles);
    switch (row->evidence) {
    case WM_EVIDENCE_RANKS:
        return rank_row(row);
    case WM_EVIDENCE_MEANS:
        compare_means(row);
        break;
    case WM_EVIDENCE_SAMPLING:
        sample_row(row);
        break;
    case WM_EVIDENCE_COUNT:
        if (can_rank(row) && isfinite(row->change))
            row->low = row->high = row->change;
        break;
    case WM_EVIDENCE_NONE:
        break;
    }
    return 0;
}

/* ---- All rows ---- */

static int correct(struct wm_comparison *comparison)
{
    double *p = calloc(comparison->count + 1, sizeof(p[0]));
    size_t asked = 0;
    if (p == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < comparison->count; i++) {
        if (comparison->rows[i].asks)
            p[asked++] = comparison->rows[i].p;
    }
    int rc = wm_holm(p, asked);
    asked = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        struct wm_compared *row = &comparison->rows[i];
        row->p_corrected = row->asks ? p[asked++] : row->p;
    }
    free(p);
    return rc;
}

static enum wm_verdict direction_of(const struct wm_compared *row)
{
    return row->middles[WM_AFTER] > row->middles[WM_BEFORE] ? WM_VERDICT_MORE : WM_VERDICT_LESS;
}

static enum wm_verdict verdict_of(const struct wm_compared *row, double threshold)
{
    double size = fabs(row->change);
    if (isnan(row->change)) /* no part of anything, so no threshold either */
        return row->p_corrected < WM_COMPARED_LEVEL ? direction_of(row) : WM_VERDICT_SAME;
    double counted_change = can_rank(row) ? 0 : COUNTED_CHANGE;
    bool evident = row->evidence == WM_EVIDENCE_COUNT ? size > counted_change
                                                      : row->p_corrected < WM_COMPARED_LEVEL;
    if (!evident || size < threshold || !(size > 0))
        return WM_VERDICT_SAME;
    return direction_of(row);
}

static bool is_first_of_unit(const struct wm_comparison *comparison, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(comparison->rows[i].unit, comparison->rows[at].unit) == 0)
            return false;
    return true;
}

static int add_means(struct wm_comparison *comparison)
{
    double *ratios = calloc(comparison->count + 1, sizeof(ratios[0]));
    comparison->means = calloc(comparison->count + 1, sizeof(comparison->means[0]));
    if (ratios == NULL || comparison->means == NULL) {
        free(ratios);
        return -ENOMEM;
    }
    for (size_t i = 0; i < comparison->count; i++) {
        size_t count = 0;
        if (!is_first_of_unit(comparison, i))
            continue;
        for (size_t at = i; at < comparison->count; at++) {
            const struct wm_compared *row = &comparison->rows[at];
            const double *middles = row->middles;
            bool special = row->of_entry || row->of_background; /* a whole of others; no path */
            bool counts = !special && strcmp(row->unit, comparison->rows[i].unit) == 0;
            if (counts && middles[WM_BEFORE] > 0 && middles[WM_AFTER] > 0)
                ratios[count++] = middles[WM_AFTER] / middles[WM_BEFORE];
        }
        double mean = wm_geometric_mean((struct wm_lot){ratios, count});
        comparison->means[comparison->mean_count++] =
            (struct wm_compared_mean){comparison->rows[i].unit, count > 0 ? mean - 1 : 0, count};
    }
    free(ratios);
    return 0;
}

size_t wm_comparison_runs_needed(size_t question_count, double level)
{
    size_t runs = 1;
    while (runs < RUNS_SOUGHT_MAX &&
           wm_rank_test_least_p(runs, runs) * (double)question_count >= level)
        runs++;
    return runs;
}

static int fill(struct wm_comparison *comparison, const struct wm_comparison_input *input)
{
    const struct wm_set *base = input->sets[WM_BEFORE], *now = input->sets[WM_AFTER];
    int rc = 0;
    comparison->take_turns = wm_sets_take_turns(base, now);
    if (base->run_count > 0 && now->run_count > 0)
        rc = wm_comparison_add_paths(comparison, input);
    if (rc == 0 && base->bench != NULL && now->bench != NULL)
        rc = wm_comparison_add_bench(comparison, input);
    if (rc == 0)
        rc = wm_comparison_add_missing_kinds(comparison, input);
    choose_evidences(comparison);
    if (rc == 0)
        rc = wm_comparison_take_speed_out(comparison, input);
    for (size_t i = 0; rc == 0 && i < comparison->count; i++)
        rc = weigh_row(&comparison->rows[i]);
    if (rc == 0)
        rc = correct(comparison);
    for (size_t i = 0; rc == 0 && i < comparison->count; i++)
        comparison->rows[i].verdict = verdict_of(&comparison->rows[i], input->threshold);
    if (rc == 0)
        rc = add_means(comparison);
    return rc;
}

int wm_comparison_new(const struct wm_comparison_input *input,
                      struct wm_comparison **ret_comparison, struct wm_error *err)
{
    struct wm_comparison *comparison = calloc(1, sizeof(*comparison));
    int rc = -ENOMEM;
    if (comparison != NULL) {
        wm_arena_init(&comparison->arena);
        rc = fill(comparison, input);
    }
    if (rc < 0) {
        wm_fail(err, rc, "no memory for the comparison");
    } else if (comparison->count == 0) {
        rc = wm_fail(err, -EINVAL, "%.200s and %.200s have no path and no benchmark in common",
                     input->sets[WM_BEFORE]->name, input->sets[WM_AFTER]->name);
    } else {
        *ret_comparison = comparison;
        return 0;
    }
    wm_comparison_free(comparison);
    return rc;
}

void wm_comparison_free(struct wm_comparison *comparison)
{
    if (comparison == NULL)
        return;
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        free(comparison->missing[side]);
    wm_arena_done(&comparison->arena);
    free(comparison->rows);
    free(comparison->means);
    free(comparison);
}
