/* by_noise.h - what of a change between two sides sampling alone may have made. Private to this
 * room.
 *
 * Sides differ in length, and of a short one a function may have no sample at all: its variance is
 * then not 0, but not to be seen. So a change is weighed under the hypothesis that there is none,
 * which both sides' samples together tell the noise of. */
#ifndef WM_REPORT_BY_NOISE_H
#define WM_REPORT_BY_NOISE_H

#include "profiles/report/by.h"

/* Of a row of sums, its column `at`: whether the new side differs from `ratio` times the base by
 * more than noise makes, which is as rare as three standard deviations of a normal variable. True
 * of any difference where the noise is not known. */
bool wm_by_is_evident(const struct wm_by *by, const struct wm_by_sum *row, size_t at, double ratio);

/* The variances of both sides' values, for an interval: with one sample more than were seen, since
 * none seen is not none to come. */
void wm_by_variances(const struct wm_by *by, const struct wm_by_sum *row, size_t at,
                     double variance[WM_BY_SIDES]);

#endif
