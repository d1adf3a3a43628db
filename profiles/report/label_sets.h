/* label_sets.h - samples by the labels that pictures show of them: few are different. Private to
 * this room.
 *
 * That are string labels, except for the merge's own, and number labels called `bytes`. */
#ifndef WM_REPORT_LABEL_SETS_H
#define WM_REPORT_LABEL_SETS_H

#include "profiles/pprof/profile.h"

/* Zeroed is empty. */
struct wm_label_sets {
    uint32_t *of;            /* per sample: the number of its set, in order of first use */
    struct wm_intern *known; /* the sets, as arrays of labels */
    bool has_numbers;        /* some set has */
};

/* Of all samples: those with the same labels in the same order have one number. -ENOMEM. */
WM_MUST_USE int wm_label_sets_init(struct wm_label_sets *sets, const struct wm_profile *profile);
void wm_label_sets_done(struct wm_label_sets *sets);
size_t wm_label_sets_count(const struct wm_label_sets *sets);
/* The labels of a set, borrowed. */
const struct wm_label *wm_label_sets_get(const struct wm_label_sets *sets, uint32_t set,
                                         size_t *ret_count);

#endif
