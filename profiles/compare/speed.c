/* speed.c - takes the machine's speed out of the runs, by a path that did not change.
 *
 * On a machine with neighbours one run is some percent slower than the next, all paths alike, and
 * that hides changes of less. What a path costs against another path of the same run does not know
 * of it (measured: 0.1 % from run to run, where either alone had 3 %). So the times of all paths
 * are told at one speed: a run's is its median latency of a reference path.
 *
 * The reference is the path whose median latency moved as the median path's did, so that changes in
 * less than half of the paths are charged to where they are. Of two paths it is the one whose CPU
 * moved as that of the median function, by weight: the same, one floor down. The reference itself
 * is compared as measured, and shows what the machine, or all code, did. Where that is a change
 * beyond noise in runs that took turns, or more than machines drift, it is no reference, and all
 * paths are compared as measured. */
#include "profiles/compare/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double REQUESTS_MIN = 500; /* of a run; the median of fewer is no clock */
static const double DRIFT_MAX = 0.1;

/* A path that could be the reference. */
struct candidate {
    const struct wm_compared *row; /* its median latency */
    double medians[WM_COMPARED_SIDES];
    double ratio; /* after over before */
};

static bool is_closed_loop(const struct wm_set *set)
{
    for (size_t i = 0; i < set->run_count; i++)
        if (set->runs[i]->open_loop)
            return false;
    return true;
}

/* Whether each run gave the row a value, so that the i-th is the i-th run's. */
static bool has_all_runs(const struct wm_compared *row, const struct wm_comparison_input *input)
{
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        if (row->lots[side].count != input->sets[side]->run_count)
            return false;
    return true;
}

static bool has_requests(const struct wm_comparison_input *input, const char *path)
{
    double before = (double)wm_requests_of(input->requests, "path", path, WM_REQUESTS_BASE);
    double after = (double)wm_requests_of(input->requests, "path", path, WM_REQUESTS_NEW);
    return before >= REQUESTS_MIN * (double)input->sets[WM_BEFORE]->run_count &&
           after >= REQUESTS_MIN * (double)input->sets[WM_AFTER]->run_count;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    return (left->ratio > right->ratio) - (left->ratio < right->ratio);
}

/* Sorted by ratio; the count, or -ENOMEM. */
static int find_candidates(const struct wm_comparison *comparison,
                           const struct wm_comparison_input *input, struct candidate *candidates)
{
    int count = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        struct candidate one = {.row = &comparison->rows[i]};
        if (!one.row->sets_speed || !has_all_runs(one.row, input) ||
            !has_requests(input, one.row->subject))
            continue;
        for (int side = 0; side < WM_COMPARED_SIDES; side++) {
            int rc = wm_median(one.row->lots[side], &one.medians[side]);
            if (rc < 0)
                return rc;
        }
        one.ratio = one.medians[WM_AFTER] / one.medians[WM_BEFORE];
        if (one.medians[WM_BEFORE] > 0 && one.medians[WM_AFTER] > 0)
            candidates[count++] = one;
    }
    qsort(candidates, (size_t)count, sizeof(candidates[0]), compare_candidates);
    return count;
}

/* How far a path's CPU moved from what the median function did; negative: not known. */
static double distance_of(const struct wm_comparison_input *input, const char *path)
{
    for (size_t i = 0; input->common_ratio > 0 && i < input->sampled_count; i++) {
        const struct wm_sampled *sampled = &input->sampled[i];
        double ratio = sampled->cost[WM_AFTER] / sampled->cost[WM_BEFORE];
        if (strcmp(sampled->path, path) == 0 && ratio > 0 && isfinite(ratio))
            return fabs(log(ratio / input->common_ratio));
    }
    return -1;
}

static const struct candidate *choose(const struct wm_comparison_input *input,
                                      const struct candidate *candidates, int count)
{
    if (count < 2)
        return NULL;
    const struct candidate *lower = &candidates[(count - 1) / 2], *upper = &candidates[count / 2];
    double distances[] = {distance_of(input, lower->row->subject),
                          distance_of(input, upper->row->subject)};
    if (distances[0] >= 0 && distances[1] >= 0)
        return distances[1] < distances[0] ? upper : lower;
    return count == 2 ? NULL : lower;
}

/* 1 where the path can be the reference, 0 where it cannot; -ENOMEM. */
static int is_steady(const struct candidate *candidate, bool take_turns)
{
    struct wm_rank_test test;
    int rc = wm_rank_test(candidate->row->lots[WM_BEFORE], candidate->row->lots[WM_AFTER], &test);
    if (rc < 0)
        return rc;
    if (take_turns)
        return test.p >= WM_COMPARED_LEVEL;
    return fabs(candidate->ratio - 1) <= DRIFT_MAX;
}

/* How much the runs of a side differ among themselves, both sides together. -ENOMEM. */
static int find_spread(const struct wm_compared *row, double *ret_spread)
{
    *ret_spread = 0;
    for (int side = 0; side < WM_COMPARED_SIDES; side++) {
        double median;
        int rc = wm_median(row->lots[side], &median);
        if (rc < 0)
            return rc;
        for (size_t i = 0; i < row->lots[side].count && median > 0; i++)
            *ret_spread += fabs(row->lots[side].values[i] / median - 1);
    }
    return 0;
}

/* The values are the comparison's own. */
static void scale(struct wm_compared *row, const struct wm_compared *speed, double middle)
{
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        for (size_t i = 0; i < row->lots[side].count; i++)
            row->own[side][i] *= middle / speed->lots[side].values[i];
}

/* Puts the values of both sides one after the other. */
static void keep(const struct wm_compared *row, double *values)
{
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        for (size_t i = 0; i < row->lots[side].count; i++)
            *values++ = row->own[side][i];
}

static void restore(struct wm_compared *row, const double *values)
{
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        for (size_t i = 0; i < row->lots[side].count; i++)
            row->own[side][i] = *values++;
}

/* A reference has noise of its own: a row stays as measured unless it becomes steadier. That looks
 * at each side by itself, so it does not know of the change. */
static int steady(struct wm_compared *row, const struct wm_compared *speed, double middle)
{
    double before = 0, after = 0;
    double *measured =
        calloc(row->lots[WM_BEFORE].count + row->lots[WM_AFTER].count + 1, sizeof(measured[0]));
    int rc = measured == NULL ? -ENOMEM : find_spread(row, &before);
    if (rc == 0) {
        keep(row, measured);
        scale(row, speed, middle);
        rc = find_spread(row, &after);
    }
    if (rc == 0) {
        row->at_one_speed = after < before;
        if (!row->at_one_speed)
            restore(row, measured);
    }
    free(measured);
    return rc;
}

static void remember_spread(struct wm_comparison *comparison, const struct wm_compared *speed,
                            double middle)
{
    comparison->reference = speed->subject;
    comparison->slowest = comparison->fastest = 1;
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        for (size_t i = 0; i < speed->lots[side].count; i++) {
            double factor = speed->lots[side].values[i] / middle;
            comparison->slowest = fmax(comparison->slowest, factor);
            comparison->fastest = fmin(comparison->fastest, factor);
        }
}

static int bring_to_one_speed(struct wm_comparison *comparison,
                              const struct wm_comparison_input *input,
                              const struct candidate *reference)
{
    const struct wm_compared *speed = reference->row;
    double middle = sqrt(reference->medians[WM_BEFORE] * reference->medians[WM_AFTER]);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < comparison->count; i++) {
        struct wm_compared *row = &comparison->rows[i];
        if (!row->has_speed || row->evidence != WM_EVIDENCE_RANKS || !has_all_runs(row, input) ||
            strcmp(row->subject, speed->subject) == 0)
            continue;
        rc = steady(row, speed, middle);
        if (row->at_one_speed)
            remember_spread(comparison, speed, middle);
    }
    return rc;
}

int wm_comparison_take_speed_out(struct wm_comparison *comparison,
                                 const struct wm_comparison_input *input)
{
    const struct wm_set *base = input->sets[WM_BEFORE], *now = input->sets[WM_AFTER];
    if (!is_closed_loop(base) || !is_closed_loop(now) ||
        wm_rank_test_least_p(base->run_count, now->run_count) >= WM_COMPARED_LEVEL)
        return 0;
    struct candidate *candidates = calloc(comparison->count + 1, sizeof(candidates[0]));
    int rc = candidates == NULL ? -ENOMEM : find_candidates(comparison, input, candidates);
    const struct candidate *reference = rc < 0 ? NULL : choose(input, candidates, rc);
    if (reference != NULL)
        rc = is_steady(reference, comparison->take_turns);
    if (reference != NULL && rc == 1)
        rc = bring_to_one_speed(comparison, input, reference);
    free(candidates);
    return rc < 0 ? rc : 0;
}
