/* interval.c - how sure a figure is: shares by Wilson's interval over an effective sample size,
 * means by Student's t. */
#include "profiles/runs/paths.h"

#include <math.h>

static const double Z_95 = 1.959963984540054; /* two-sided 95 % of the normal distribution */

void wm_interval_wilson(double share, double n, double *ret_low, double *ret_high)
{
    if (!(n > 0)) { /* nothing was sampled: it may be anything */
        *ret_low = 0;
        *ret_high = 1;
        return;
    }
    double z2 = Z_95 * Z_95;
    double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
    double half = Z_95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    *ret_low = fmin(share, fmax(0, middle - half));
    *ret_high = fmax(share, fmin(1, middle + half));
}

double wm_interval_samples(double n)
{
    return n > 0 ? Z_95 / sqrt(n) : (double)INFINITY;
}

double wm_interval_mean(size_t n, double deviation)
{
    /* two-sided 95 % of Student's t for 1 to 30 degrees of freedom, as every table has it */
    static const double t_95[] = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
        2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
        2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    };
    enum { T_COUNT = sizeof(t_95) / sizeof(t_95[0]) };
    if (n < 2)
        return (double)INFINITY;
    /* beyond the table t = z + (z + z^3) / 4f to three digits */
    double freedom = (double)(n - 1);
    double t = n - 1 <= T_COUNT ? t_95[n - 2] : Z_95 + (Z_95 + pow(Z_95, 3)) / (4 * freedom);
    return t * deviation / sqrt((double)n);
}
