/* evidence.h - how sure it is that two lots of measurements differ: pure functions of numbers.
 *
 * Sources: Mann and Whitney, "On a test of whether one of two random variables is stochastically
 * larger than the other", 1947, with midranks for ties (Lehmann, "Nonparametrics", 1975, ch. 1);
 * Holm, "A simple sequentially rejective multiple test procedure", 1979. */
#ifndef WM_COMPARE_EVIDENCE_H
#define WM_COMPARE_EVIDENCE_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Measurements of one thing; borrowed, in any order. */
struct wm_lot {
    const double *values;
    size_t count;
};

/* How likely chance alone makes the two lots lie apart as far as they do. */
struct wm_rank_test {
    double u; /* pairs in which the first lot's value is the larger one; a tie is half a pair */
    double p; /* to either side: twice the smaller tail, 1 at most */
    double p_more; /* that the second lot lies so far above the first */
    double p_less; /* below */
    bool exact;
};

/* Up to this many values in both lots together the distribution is counted out, with ties too; it
 * is what doubles count exactly. Beyond, the normal approximation, corrected for ties and
 * continuity. */
enum { WM_RANK_EXACT_MAX = 50 };

/* Of two lots with at least one value each. -ENOMEM. */
WM_MUST_USE int wm_rank_test(struct wm_lot before, struct wm_lot after,
                             struct wm_rank_test *ret_test);
/* The smallest p that lots of these sizes can give: above a level, nothing can be shown at it. */
double wm_rank_test_least_p(size_t before, size_t after);
/* How many pairs of values, none of them tied, must lie on the rarer side until that is no longer
 * as unlikely as `tail`; 0: so few values refute nothing. -ENOMEM. */
WM_MUST_USE int wm_rank_test_pairs(size_t before, size_t after, double tail, double *ret_pairs);

/* The middle value, or the mean of the two; 0 of none. -ENOMEM. */
WM_MUST_USE int wm_median(struct wm_lot lot, double *ret_median);

/* Of at least one value. */
double wm_mean(struct wm_lot lot);

/* How uncertain the mean of the lot is, as a variance: that of its values over their number. 0 of
 * fewer than two. */
double wm_variance_of_mean(struct wm_lot lot);

/* Of values above 0; 0 of none. */
double wm_geometric_mean(struct wm_lot lot);

/* Makes of each p what it is worth where `count` were asked at once: the smallest times all, the
 * next times one fewer, and so on, never falling. So the chance that any is below a level by
 * chance alone is that level. -ENOMEM. */
WM_MUST_USE int wm_holm(double *p, size_t count);

/* The chance that a normal variable is `z` deviations or more above its mean. */
double wm_normal_tail(double z);

#endif
