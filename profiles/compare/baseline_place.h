/* baseline_place.h - where a baseline is put: made beside it, then exchanged with it. Private to
 * this room.
 *
 * Whoever reads a baseline finds the old one or the new one, whole, whenever the writer dies. What
 * a dead writer left is removed by the next. */
#ifndef WM_COMPARE_BASELINE_PLACE_H
#define WM_COMPARE_BASELINE_PLACE_H

#include "harness/core/error.h"

/* Zeroed is none. */
struct wm_baseline_place {
    const char *folder; /* borrowed */
    char *made;         /* the new one, not in its place yet */
    int held;           /* its lock, which tells others that its maker lives; -1: none */
};

/* Makes an empty folder for what is to become `folder`. -EEXIST where that holds anything that is
 * no part of a baseline: it is never removed. */
WM_MUST_USE int wm_baseline_place_open(const char *folder, struct wm_baseline_place *place,
                                       struct wm_error *err);
/* Puts it in place, and removes what was there. */
WM_MUST_USE int wm_baseline_place_take(struct wm_baseline_place *place, struct wm_error *err);
/* Removes what was not put in place. */
void wm_baseline_place_done(struct wm_baseline_place *place);

#endif
