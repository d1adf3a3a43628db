/* sample_order.h - in which order samples use locations, and a sample's labels in one order. Not
 * for other rooms. */
#ifndef WM_PPROF_SAMPLE_ORDER_H
#define WM_PPROF_SAMPLE_ORDER_H

#include "profiles/pprof/profile.h"

/* Whether samples use locations in their order, as far as can be seen from these samples: the last
 * ones of those that they met first, from `run` up to `next`, came in their order. Zeroed first. */
struct wm_use_order {
    uint32_t run, next;
};

/* The order with another sample behind those before. */
struct wm_use_order wm_use_order_note(struct wm_use_order order, const struct wm_profile *profile,
                                      const struct wm_profile_sample *sample);

/* Of a sort, for all sorts of one thread: zeroed first, free its labels last. */
struct wm_label_scratch {
    struct wm_label *labels;
    size_t count;
};

/* Sorts the sample's labels: texts before numbers, equal keys together, values of one key in their
 * order; those that say nothing are left out. Sorted ones are not written to. -ENOMEM. */
WM_MUST_USE int wm_sample_sort_labels(const struct wm_profile *profile,
                                      struct wm_profile_sample *sample,
                                      struct wm_label_scratch *scratch);
/* Whether they are so already. */
bool wm_sample_is_sorted(const struct wm_profile *profile, const struct wm_profile_sample *sample);

#endif
