/* canonical.h - the one order in which a profile is written, so that equal content gives equal
 * bytes in whatever order it was added.
 *
 * Equal things share one rank and are written once. What has a meaning in its order keeps it:
 * sample types, comments, the first mapping (the program itself), lines, several values of one
 * label key. */
#ifndef WM_PPROF_CANONICAL_H
#define WM_PPROF_CANONICAL_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "profiles/pprof/profile.h"

#include <stddef.h>
#include <stdint.h>

struct wm_canonical_order {
    uint32_t *indices; /* the things to write, in order, as indices into the profile */
    size_t count;
    uint32_t *ranks; /* by index into the profile: its place in `indices` */
};

struct wm_canonical {
    const struct wm_profile *profile;
    struct wm_arena arena;
    struct wm_canonical_order strings; /* only those in use; "" is the first */
    struct wm_canonical_order mappings, functions, locations;
    struct wm_canonical_order samples; /* equal samples stay apart: count is the profile's */
    struct wm_label *labels;           /* the profile's, each sample's sorted by key */
};

/* Borrows the profile. -ENOMEM; wm_canonical_done is due in any case. */
WM_MUST_USE int wm_canonical_init(struct wm_canonical *canonical, const struct wm_profile *profile);
void wm_canonical_done(struct wm_canonical *canonical);

#endif
