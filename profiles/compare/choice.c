/* choice.c - which evidence each row rests on: ranks, means, samples, a count, or none. */
#include "profiles/compare/comparison.h"

#include <math.h>

/* Ranks tell shifts of runs that are alike otherwise. Longer runs scatter less: that alone makes
 * ranks unlikely where the shorter runs are fewer too. By trial (normal values, tails of 0.006)
 * they keep their level up to here. */
static const double LENGTH_ALIKE = 1.25, LENGTH_LIKE = 2.5, COUNT_LIKE = 1.5;

static double least_p(const struct wm_compared *row)
{
    return wm_rank_test_least_p(row->lots[WM_BEFORE].count, row->lots[WM_AFTER].count);
}

bool wm_compared_can_rank(const struct wm_compared *row)
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
    if (wm_compared_can_rank(row) && are_alike(row) && !(is_thin(row) && is_sampled(row)))
        return WM_EVIDENCE_RANKS;
    if (wm_compared_can_rank(row) && !is_thin(row))
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

void wm_comparison_choose_evidence(struct wm_comparison *comparison)
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
