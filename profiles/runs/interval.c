/* interval.c - how sure a share is: Wilson's interval over an effective sample size. */
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
