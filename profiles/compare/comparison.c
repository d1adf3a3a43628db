/* comparison.c - what the values of each row come to. */
#include "profiles/compare/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1, RUNS_SOUGHT_MAX = WM_RANK_EXACT_MAX / 2 };

static const double Z_95 = 1.959963984540054;
static const double COUNTED_CHANGE = 0.01; /* of counts from few runs: what another length of
                                              the run, or other requests in it, may make */

/* ---- What a row rests on ---- */

static double least_p(const struct wm_compared *row)
{
    return wm_rank_test_least_p(row->lots[WM_BEFORE].count, row->lots[WM_AFTER].count);
}

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

static bool is_sampled(const struct wm_compared *row)
{
    const double *variance = row->sampling.variance;
    return row->sampling.path != NULL && variance[WM_BEFORE] + variance[WM_AFTER] > 0;
}

/* Values that are all the same can answer nothing, whatever the side, so they ask nothing (Tarone,
 * "A modified Bonferroni method for discrete data", 1990). */
static bool asks(const struct wm_compared *row)
{
    if (is_counted(row))
        return false;
    return is_sampled(row) || (can_rank(row) && !is_constant(row->lots, WM_COMPARED_SIDES));
}

/* Ranks tell most, for they know how much runs differ, but few of them cannot be unlikely enough
 * for as many questions. Then what sampling tells is better than no answer; to a check too, which
 * asks fewer of them, to one side, at a level of its own. */
static enum wm_evidence choose_evidence(const struct wm_compared *row, size_t asked,
                                        size_t asked_by_check)
{
    if (is_counted(row))
        return WM_EVIDENCE_COUNT;
    if (is_sampled(row) && (least_p(row) * (double)asked >= WM_COMPARED_LEVEL ||
                            least_p(row) / 2 * (double)asked_by_check >= WM_JUDGE_LEVEL))
        return WM_EVIDENCE_SAMPLING;
    return can_rank(row) ? WM_EVIDENCE_RANKS : WM_EVIDENCE_NONE;
}

static void choose_evidences(struct wm_comparison *comparison)
{
    size_t asked = 0, asked_by_check = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        struct wm_compared *row = &comparison->rows[i];
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
static double change_of(const double medians[WM_COMPARED_SIDES])
{
    if (medians[WM_BEFORE] < 0 || medians[WM_AFTER] < 0)
        return (double)NAN;
    if (medians[WM_BEFORE] > 0)
        return medians[WM_AFTER] / medians[WM_BEFORE] - 1;
    return medians[WM_AFTER] > 0 ? (double)INFINITY : 0;
}

static int rank_row(struct wm_compared *row)
{
    struct wm_rank_test test;
    int rc = wm_rank_test(row->lots[WM_BEFORE], row->lots[WM_AFTER], &test);
    if (rc < 0)
        return rc;
    row->evidence = WM_EVIDENCE_RANKS;
    row->p = test.p;
    if (!(row->medians[WM_BEFORE] > 0) || isnan(row->change))
        return 0;
    return wm_bootstrap_change(row->lots[WM_BEFORE], row->lots[WM_AFTER], SEED, &row->low,
                               &row->high);
}

/* Besides the noise of sampling, runs differ among themselves; several tell how much. The interval
 * is one of the ratio, to which the base adds its noise by as much as the ratio is. */
static void sample_row(struct wm_compared *row)
{
    struct wm_sampled *sampled = &row->sampling;
    double ratio = sampled->cost[WM_AFTER] / sampled->cost[WM_BEFORE];
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        sampled->variance[side] += wm_variance_of_mean(row->lots[side]);
    const double *variance = sampled->variance;
    double difference = sampled->cost[WM_AFTER] - sampled->cost[WM_BEFORE];
    row->p = fmin(
        1, 2 * wm_normal_tail(fabs(difference) / sqrt(variance[WM_BEFORE] + variance[WM_AFTER])));
    if (!(sampled->cost[WM_BEFORE] > 0))
        return;
    double deviation =
        sqrt(variance[WM_AFTER] + ratio * ratio * variance[WM_BEFORE]) / sampled->cost[WM_BEFORE];
    row->low = ratio - 1 - Z_95 * deviation;
    row->high = ratio - 1 + Z_95 * deviation;
}

static int weigh_row(struct wm_compared *row)
{
    row->p = row->p_corrected = row->low = row->high = (double)NAN;
    for (int side = 0; side < WM_COMPARED_SIDES; side++) {
        int rc = wm_median(row->lots[side], &row->medians[side]);
        if (rc < 0)
            return rc;
    }
    row->change = change_of(row->medians);
    switch (row->evidence) {
    case WM_EVIDENCE_RANKS:
        return rank_row(row);
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
    return row->medians[WM_AFTER] > row->medians[WM_BEFORE] ? WM_VERDICT_MORE : WM_VERDICT_LESS;
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
            const double *medians = row->medians;
            bool special = row->of_entry || row->of_background; /* a whole of others; no path */
            bool counts = !special && strcmp(row->unit, comparison->rows[i].unit) == 0;
            if (counts && medians[WM_BEFORE] > 0 && medians[WM_AFTER] > 0)
                ratios[count++] = medians[WM_AFTER] / medians[WM_BEFORE];
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
