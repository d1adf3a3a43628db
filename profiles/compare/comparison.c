/* comparison.c - what the values of each row come to. */
#include "profiles/compare/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_SOUGHT_MAX = WM_RANK_EXACT_MAX / 2 };

static const double COUNTED_CHANGE = 0.01; /* of counts from few runs: what another length of
                                              the run, or other requests in it, may make */

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
        if (wm_compared_can_rank(row) && isfinite(row->change))
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
    double counted_change = wm_compared_can_rank(row) ? 0 : COUNTED_CHANGE;
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
    wm_comparison_choose_evidence(comparison);
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
