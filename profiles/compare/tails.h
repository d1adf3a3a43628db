/* tails.h - two sides whose runs need not be alike: tests of a ratio, and intervals that agree.
 *
 * Sources: Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson
 * series", 1940 (two counts, given their sum), with the effective counts of weighted events: Bohm
 * and Zech, "Statistics of weighted Poisson events and its applications", 2014; Welch, "The
 * generalization of Student's problem when several different population variances are involved",
 * 1947; Fieller, "Some problems in interval estimation", 1954; Hodges and Lehmann, "Estimates of
 * location based on rank tests", 1963. The incomplete beta function: DLMF, 8.17(v). */
#ifndef WM_COMPARE_TAILS_H
#define WM_COMPARE_TAILS_H

#include "profiles/compare/evidence.h"

/* How likely chance alone puts after so far above, or below, as it lies. */
struct wm_tails {
    double more, less;
};

/* What was counted, and over how much: its rate is count / exposure. Of weighted or clustered
 * events with sum s and variance of the sum v the count is s² / v, and need not be whole. */
struct wm_rate {
    double count, exposure;
};

/* Were after's rate `ratio` times before's. Exact where counts are whole, also if one is 0. Both
 * exposures are above 0, and so is the ratio. */
struct wm_tails wm_rate_tails(struct wm_rate before, struct wm_rate after, double ratio);
/* Were after's mean `ratio` times before's; each side as uncertain as its values differ. Of at
 * least two values each. */
struct wm_tails wm_mean_tails(struct wm_lot before, struct wm_lot after, double ratio);
/* Twice the smaller one, 1 at most. */
double wm_tails_p(struct wm_tails tails);

/* The 95 % interval of after over before less 1: the ratios that the test of the same name does not
 * refute, so it holds 0 where p at ratio 1 is 0.05 or more. From -1; the upper end may be infinite.
 */
void wm_rate_interval(struct wm_rate before, struct wm_rate after, double *ret_low,
                      double *ret_high);
void wm_mean_interval(struct wm_lot before, struct wm_lot after, double *ret_low, double *ret_high);
/* Of the rank test, of values that are not below 0; both NAN where so few values refute nothing.
 * -ENOMEM. */
WM_MUST_USE int wm_rank_interval(struct wm_lot before, struct wm_lot after, double *ret_low,
                                 double *ret_high);

#endif
