/* by_noise.c - samples of both sides as counts, and how likely these are.
 *
 * Each side's sum of weights is taken as a count of ticks of one weight, which has the same mean
 * and variance (Bohm and Zech, "Statistics of weighted Poisson events and its applications", 2014).
 * Two such counts are compared by the exact test that profiles/compare has. */
#include "profiles/report/by_noise.h"

#include "profiles/compare/tails.h"

#include <math.h>

enum { EVIDENT_DEVIATIONS = 3 };

/* From here on the normal distribution is as good; and no tail that matters is so near. */
static const double COUNT_LARGE = 1000, DEVIATIONS_NEAR = 2;

/* Without a change both sides have the same mean, since the base is scaled. */
struct unchanged {
    double mean, variance[WM_BY_SIDES];
};

/* What both sides' samples together say of requests that cost the same on both. */
static void pool(struct unchanged *all, double scale, const double value[WM_BY_SIDES],
                 const double square[WM_BY_SIDES])
{
    double part = scale / (1 + scale); /* of all requests, those of the new side */
    double values = value[WM_BY_NEW] + value[WM_BY_BASE] / scale;
    double squares = square[WM_BY_NEW] + square[WM_BY_BASE] / (scale * scale);
    all->mean += values * part;
    all->variance[WM_BY_NEW] += squares * part;
    all->variance[WM_BY_BASE] += squares * part * scale;
}

static void pool_column(struct unchanged *all, const struct wm_by *by, const struct wm_by_sum *row,
                        size_t at)
{
    const struct wm_by_sum *sums = row + at * WM_BY_SIDES;
    const double value[] = {sums[WM_BY_NEW].value, sums[WM_BY_BASE].value};
    const double square[] = {sums[WM_BY_NEW].square, sums[WM_BY_BASE].square};
    pool(all, by->columns[at].scale, value, square);
}

/* The first column holds the samples of all others, each scaled as its own; and those that all
 * share whole, of which the others have parts. */
static struct unchanged pool_all(const struct wm_by *by, const struct wm_by_sum *row)
{
    struct unchanged all = {0};
    double value[WM_BY_SIDES], square[WM_BY_SIDES];
    for (int side = 0; side < WM_BY_SIDES; side++) {
        value[side] = row[side].value;
        square[side] = row[side].square;
    }
    for (size_t at = 1; at < by->count; at++) {
        pool_column(&all, by, row, at);
        for (int side = 0; side < WM_BY_SIDES; side++) {
            value[side] -= row[at * WM_BY_SIDES + (size_t)side].value;
            square[side] -= row[at * WM_BY_SIDES + (size_t)side].square;
        }
    }
    for (int side = 0; side < WM_BY_SIDES; side++) { /* rounding makes no samples */
        value[side] = fmax(0, value[side]);
        square[side] = fmax(0, square[side]);
    }
    pool(&all, by->columns[0].scale, value, square);
    return all;
}

static struct unchanged pool_of(const struct wm_by *by, const struct wm_by_sum *row, size_t at)
{
    struct unchanged all = {0};
    if (at == 0)
        return pool_all(by, row);
    pool_column(&all, by, row, at);
    return all;
}

bool wm_by_is_evident(const struct wm_by *by, const struct wm_by_sum *row, size_t at, double ratio)
{
    const struct wm_by_sum *sums = row + at * WM_BY_SIDES;
    const double now = sums[WM_BY_NEW].value, before = sums[WM_BY_BASE].value;
    const double change = now - ratio * before;
    if (!by->knows_noise)
        return change != 0;
    const struct unchanged all = pool_of(by, row, at);
    const double deviation =
        sqrt(all.variance[WM_BY_NEW] + ratio * ratio * all.variance[WM_BY_BASE]);
    if (!(fabs(change) > DEVIATIONS_NEAR * deviation))
        return false;
    if (!(all.mean > 0) || now < 0 || before < 0) /* no counts: values of both signs */
        return fabs(change) > EVIDENT_DEVIATIONS * deviation;
    const double weight[] = {all.variance[WM_BY_NEW] / all.mean,
                             all.variance[WM_BY_BASE] / all.mean};
    const double counts[] = {now / weight[WM_BY_NEW], before / weight[WM_BY_BASE]};
    if (counts[WM_BY_NEW] > COUNT_LARGE && counts[WM_BY_BASE] > COUNT_LARGE)
        return fabs(change) > EVIDENT_DEVIATIONS * deviation;
    /* what a side's ticks weigh less, it has more of them for the same cost */
    const struct wm_tails tails =
        wm_rate_tails((struct wm_rate){counts[WM_BY_BASE], weight[WM_BY_NEW]},
                      (struct wm_rate){counts[WM_BY_NEW], weight[WM_BY_BASE]}, ratio);
    const double tail = change > 0 ? tails.more : tails.less;
    return tail < wm_normal_tail(EVIDENT_DEVIATIONS);
}

void wm_by_variances(const struct wm_by *by, const struct wm_by_sum *row, size_t at,
                     double variance[WM_BY_SIDES])
{
    const struct unchanged all = pool_of(by, row, at);
    for (int side = 0; side < WM_BY_SIDES; side++) {
        double weight = all.mean > 0 ? all.variance[side] / all.mean : 0;
        variance[side] = row[at * WM_BY_SIDES + (size_t)side].square + weight * weight;
    }
}
