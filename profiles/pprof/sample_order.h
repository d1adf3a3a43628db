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

/* Whether it is a key alone: it keeps samples apart, and nobody shows it. */
bool wm_label_is_mute(const struct wm_label *label);

/* Of a sort, for all sorts of one thread: zeroed first, free its labels last. */
struct wm_label_scratch {
    struct wm_label *labels;
    size_t count;
    bool has_mute; /* some label that was met is */
};

/* Sorts the sample's labels: texts before numbers, equal keys together, values of one key in their
 * order. Sorted ones are not written to: samples may share them. -ENOMEM. */
WM_MUST_USE int wm_sample_sort_labels(const struct wm_profile *profile,
                                      const struct wm_profile_sample *sample,
                                      struct wm_label_scratch *scratch);
/* Whether they are so already, and none is mute. */
bool wm_sample_is_sorted(const struct wm_profile *profile, const struct wm_profile_sample *sample);

#endif
