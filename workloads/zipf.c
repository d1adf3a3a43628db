/* zipf.c - Zipf ranks by rejection-inversion.
 *
 * W. Hörmann, G. Derflinger: Rejection-inversion to generate variates from monotone discrete
 * distributions, TOMACS 6 (1996). A number under the curve h(x) = x^-S is drawn by inverting its
 * integral and rounded to a rank; what the rounding favours is rejected. The result is exact,
 * and more than two of three numbers are kept at the first try, whatever S and N.
 *
 * log, exp and their kin may differ in the last bit between two C libraries (and between two
 * processors under one): that moves a rank about once in 10^12 draws, at a border of two ranks. */
#include "workloads/zipf.h"

#include <math.h>

/* Below this the quotients lose digits and two terms of their series are exact to a double. */
static const double near_zero = 1e-8;
/* So many rejections in a row have a chance below 10^-100: the loop has an end anyway. */
enum { TRIES_MAX = 256 };

/* The integral of h from 1 to x: (x^(1-S) - 1) / (1-S), which is log x at S = 1. */
static double integral(const struct wm_zipf *zipf, double x)
{
    double log_x = log(x);
    double t = zipf->one_less * log_x;

    if (fabs(t) < near_zero)
        return log_x * (1.0 + t / 2.0);
    return expm1(t) / zipf->one_less;
}

static double inverse(const struct wm_zipf *zipf, double y)
{
    double t = zipf->one_less * y;

    if (fabs(t) < near_zero)
        return exp(y * (1.0 - t / 2.0));
    if (t < -1.0) /* by rounding only: the integral ends at 1 / (S-1) */
        t = -1.0;
    return exp(log1p(t) / zipf->one_less);
}

static double height(const struct wm_zipf *zipf, double x)
{
    return exp(-zipf->exponent * log(x));
}

void wm_zipf_init(struct wm_zipf *zipf, double exponent, uint64_t ranks)
{
    zipf->exponent = exponent;
    zipf->one_less = 1.0 - exponent;
    zipf->ranks = (double)ranks;
    zipf->low = integral(zipf, 1.5) - 1.0;
    zipf->high = integral(zipf, zipf->ranks + 0.5);
    zipf->shortcut = 2.0 - inverse(zipf, integral(zipf, 2.5) - height(zipf, 2.0));
}

uint64_t wm_zipf_draw(const struct wm_zipf *zipf, struct wm_random *random)
{
    double rank = 1.0;

    for (int tries = 0; tries < TRIES_MAX; tries++) {
        double u = zipf->high + wm_random_unit(random) * (zipf->low - zipf->high);
        double x = inverse(zipf, u);
        rank = floor(x + 0.5);
        if (!(rank >= 1.0))
            rank = 1.0;
        if (rank > zipf->ranks)
            rank = zipf->ranks;
        if (rank - x <= zipf->shortcut || u >= integral(zipf, rank + 0.5) - height(zipf, rank))
            break;
    }
    return (uint64_t)rank;
}
