/* profile_private.h - what profile.c and profile_store.c share. Not for other files. */
#ifndef WM_PPROF_PROFILE_PRIVATE_H
#define WM_PPROF_PROFILE_PRIVATE_H

#include "harness/core/text.h"
#include "profiles/pprof/lookup.h"
#include "profiles/pprof/profile.h"

struct wm_profile_private {
    struct wm_lookup mappings, functions, locations;
    struct wm_text key; /* scratch */
    bool is_joined, is_in_order, shares_labels, has_mute_labels;
    struct {
        size_t sample_types, mappings, functions, locations, lines, samples, stacks, labels, values,
            comments;
    } capacity;
};

#endif
