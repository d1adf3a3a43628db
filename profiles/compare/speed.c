/* speed.c - takes the machine's speed out of the runs, by a path that did not change.
 *
 * On a machine with neighbours one run is some percent slower than the next, all paths alike, and
 * that hides changes of less. What a path costs against another path of the same run does not know
 * of it (measured: 0.1 % from run to run, where either alone had 3 %). So the times of all paths
 * are told at one speed: a run's is its median latency of a reference path.
 *
 * Between two paths a change of the ratio could be either's. The reference is therefore the path,
 * among those that carry much of the CPU, whose own cost moved as most of the CPU did: the median
 * function, by weight. So a change in less than half of what runs is charged to where it is. The
 * reference itself is compared as measured; it shows what the machine, or all code, did. */
#include "profiles/compare/comparison.h"

#include <math.h>
#include <string.h>

static const double SUBSTANTIAL = 0.25; /* of the CPU of the path that uses most */

/* A path's CPU on both sides together. */
static double weight_of(const struct wm_comparison_input *input, const struct wm_sampled *path)
{
    uint64_t requests = wm_requests_of(input->requests, "path", path->path, WM_REQUESTS_NEW);
    return (path->cost[WM_BEFORE] + path->cost[WM_AFTER]) * (double)requests;
}

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

static const struct wm_compared *median_latency_of(const struct wm_comparison *comparison,
                                                   const struct wm_comparison_input *input,
                                                   const char *path)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const struct wm_compared *row = &comparison->rows[i];
        if (row->sets_speed && strcmp(row->subject, path) == 0)
            return has_all_runs(row, input) ? row : NULL;
    }
    return NULL;
}

static const struct wm_compared *find_reference(const struct wm_comparison *comparison,
                                                const struct wm_comparison_input *input)
{
    const struct wm_compared *found = NULL;
    double most = 0, nearest = (double)INFINITY;
    for (size_t i = 0; i < input->sampled_count; i++)
        most = fmax(most, weight_of(input, &input->sampled[i]));
    for (size_t i = 0; i < input->sampled_count; i++) {
        const struct wm_sampled *path = &input->sampled[i];
        const struct wm_compared *row = median_latency_of(comparison, input, path->path);
        double ratio = path->cost[WM_AFTER] / path->cost[WM_BEFORE];
        double distance = fabs(log(ratio / input->common_ratio));
        if (row == NULL || weight_of(input, path) < SUBSTANTIAL * most || !(distance < nearest))
            continue;
        found = row;
        nearest = distance;
    }
    return found;
}

/* The values are the comparison's own. */
static void divide(struct wm_compared *row, const struct wm_compared *speed, double middle)
{
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        for (size_t i = 0; i < row->lots[side].count; i++)
            row->own[side][i] *= middle / speed->lots[side].values[i];
    row->at_one_speed = true;
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

int wm_comparison_take_speed_out(struct wm_comparison *comparison,
                                 const struct wm_comparison_input *input)
{
    const struct wm_set *base = input->sets[WM_BEFORE], *now = input->sets[WM_AFTER];
    if (!(input->common_ratio > 0) || !is_closed_loop(base) || !is_closed_loop(now) ||
        wm_rank_test_least_p(base->run_count, now->run_count) >= WM_COMPARED_LEVEL)
        return 0;
    const struct wm_compared *speed = find_reference(comparison, input);
    if (speed == NULL)
        return 0;
    double middles[WM_COMPARED_SIDES];
    for (int side = 0; side < WM_COMPARED_SIDES; side++) {
        int rc = wm_median(speed->lots[side], &middles[side]);
        if (rc < 0)
            return rc;
    }
    double middle = sqrt(middles[WM_BEFORE] * middles[WM_AFTER]);
    if (!(middle > 0))
        return 0;
    remember_spread(comparison, speed, middle);
    for (size_t i = 0; i < comparison->count; i++) {
        struct wm_compared *row = &comparison->rows[i];
        if (row->has_speed && has_all_runs(row, input) && strcmp(row->subject, speed->subject) != 0)
            divide(row, speed, middle);
    }
    return 0;
}
