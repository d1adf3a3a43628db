/* tails.c - tests of a ratio of two rates or means; intervals by asking which ratios they allow. */
#include "profiles/compare/tails.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 20000, HALVINGS = 80 };

static const double TAIL = 0.025; /* what a 95 % interval leaves out on each side */
static const double RATIO_MIN = 1e-9, RATIO_MAX = 1e9; /* beyond: 0, or without end */
static const double TINY = 1e-300, CLOSE = 1e-14;

/* ---- The incomplete beta function ---- */

static double above_tiny(double value)
{
    return fabs(value) < TINY ? TINY : value;
}

/* The continued fraction 8.17.22, by Lentz's way: it comes fast where x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 / above_tiny(1 - (a + b) * x / (a + 1)), value = d;
    for (int step = 1; step < STEPS_MAX; step++) {
        double m = step, at = a + 2 * m;
        double even = m * (b - m) * x / ((at - 1) * at);
        double odd = -(a + m) * (a + b + m) * x / (at * (at + 1));
        d = 1 / above_tiny(1 + even * d);
        c = above_tiny(1 + even / c);
        value *= c * d;
        d = 1 / above_tiny(1 + odd * d);
        c = above_tiny(1 + odd / c);
        value *= c * d;
        if (fabs(c * d - 1) < CLOSE)
            break;
    }
    return value;
}

/* I_x(a, b), told by x and by y = 1 - x, so that neither loses digits. */
static double incomplete_beta(double a, double b, double x, double y)
{
    if (!(a > 0) || !(y > 0))
        return 1;
    if (!(b > 0) || !(x > 0))
        return 0;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, y) / b;
}

/* ---- Tests ---- */

struct wm_tails wm_rate_tails(struct wm_rate before, struct wm_rate after, double ratio)
{
    double ours = after.exposure * ratio, all = before.exposure + ours;
    double x = ours / all, y = before.exposure / all;
    return (struct wm_tails){
        .more = incomplete_beta(after.count, before.count + 1, x, y),
        .less = incomplete_beta(before.count, after.count + 1, y, x),
    };
}

/* The chance that Student's t with these degrees of freedom is so large or larger. */
static double student_tail(double t, double freedom)
{
    double all = freedom + t * t;
    double outside = incomplete_beta(freedom / 2, 0.5, freedom / all, t * t / all) / 2;
    return t < 0 ? 1 - outside : outside;
}

struct wm_tails wm_mean_tails(struct wm_lot before, struct wm_lot after, double ratio)
{
    double base = ratio * ratio * wm_variance_of_mean(before), now = wm_variance_of_mean(after);
    double difference = wm_mean(after) - ratio * wm_mean(before), variance = base + now;
    if (!(variance > 0))
        return (struct wm_tails){difference > 0 ? 0 : 1, difference < 0 ? 0 : 1};
    double freedom =
        variance * variance /
        (base * base / (double)(before.count - 1) + now * now / (double)(after.count - 1));
    double t = difference / sqrt(variance);
    return (struct wm_tails){student_tail(t, freedom), student_tail(-t, freedom)};
}

double wm_tails_p(struct wm_tails tails)
{
    return fmin(1, 2 * fmin(tails.more, tails.less));
}

/* ---- Intervals ---- */

/* Whether after may be `ratio` times before, or is too far above (`up`) or below for that. */
typedef bool allows_fn(const void *user, double ratio, bool up);

/* The ratio, by its logarithm, from which on the test allows it, or up to which it does. */
static double edge(allows_fn *allows, const void *user, bool up)
{
    double out = log(up ? RATIO_MIN : RATIO_MAX), in = log(up ? RATIO_MAX : RATIO_MIN);
    if (allows(user, exp(out), up))
        return up ? 0 : (double)INFINITY;
    for (int i = 0; i < HALVINGS && fabs(in - out) > CLOSE; i++) {
        double middle = (in + out) / 2;
        if (allows(user, exp(middle), up))
            in = middle;
        else
            out = middle;
    }
    return exp(in);
}

static void find_interval(allows_fn *allows, const void *user, double *ret_low, double *ret_high)
{
    *ret_low = edge(allows, user, true) - 1;
    *ret_high = edge(allows, user, false) - 1;
}

struct rates {
    struct wm_rate before, after;
};

static bool rates_allow(const void *user, double ratio, bool up)
{
    const struct rates *rates = user;
    struct wm_tails tails = wm_rate_tails(rates->before, rates->after, ratio);
    return (up ? tails.more : tails.less) >= TAIL;
}

void wm_rate_interval(struct wm_rate before, struct wm_rate after, double *ret_low,
                      double *ret_high)
{
    const struct rates rates = {before, after};
    find_interval(rates_allow, &rates, ret_low, ret_high);
}

/* Two lots, and for ranks how many pairs must lie on a side until it is no longer refuted. */
struct lots {
    struct wm_lot before, after;
    double pairs;
};

static bool means_allow(const void *user, double ratio, bool up)
{
    const struct lots *lots = user;
    struct wm_tails tails = wm_mean_tails(lots->before, lots->after, ratio);
    return (up ? tails.more : tails.less) >= TAIL;
}

void wm_mean_interval(struct wm_lot before, struct wm_lot after, double *ret_low, double *ret_high)
{
    const struct lots lots = {.before = before, .after = after};
    find_interval(means_allow, &lots, ret_low, ret_high);
}

/* Both lots are sorted, so that the pairs in which after is at most (at least) `ratio` times before
 * are counted in one go. */
static bool ranks_allow(const void *user, double ratio, bool up)
{
    const struct lots *lots = user;
    const double *base = lots->before.values, *now = lots->after.values;
    double pairs = 0;
    size_t at = 0;
    for (size_t i = 0; i < lots->before.count; i++) {
        while (at < lots->after.count &&
               (now[at] < ratio * base[i] || (up && now[at] <= ratio * base[i])))
            at++;
        pairs += (double)(up ? at : lots->after.count - at);
    }
    return pairs >= lots->pairs;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double *sort(struct wm_lot *lot)
{
    double *sorted = calloc(lot->count + 1, sizeof(sorted[0]));
    if (sorted == NULL)
        return NULL;
    memcpy(sorted, lot->values, lot->count * sizeof(sorted[0]));
    qsort(sorted, lot->count, sizeof(sorted[0]), compare_doubles);
    lot->values = sorted;
    return sorted;
}

int wm_rank_interval(struct wm_lot before, struct wm_lot after, double *ret_low, double *ret_high)
{
    struct lots lots = {before, after, 0};
    int rc = wm_rank_test_pairs(before.count, after.count, TAIL, &lots.pairs);
    *ret_low = *ret_high = (double)NAN;
    if (rc < 0 || !(lots.pairs > 0))
        return rc;
    double *base = sort(&lots.before), *now = sort(&lots.after);
    if (base != NULL && now != NULL)
        find_interval(ranks_allow, &lots, ret_low, ret_high);
    else
        rc = -ENOMEM;
    free(base);
    free(now);
    return rc;
}
