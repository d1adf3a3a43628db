/* merge.h - several profiles become one, as pprof makes them.
 *
 * Rules: the design page's section 2, steps 4 and 5 (which are google/pprof's profile.Merge and
 * CompatibilizeSampleTypes of 1.19.8). What was read is used up: the first profile's arrays grow
 * and are joined in place, since a large profile does not fit into memory twice. */
#ifndef WM_PPROF_MERGE_H
#define WM_PPROF_MERGE_H

#include "profiles/pprof/profile.h"

/* The label by which pprof knows samples of a WM_MERGE_DIFF_BASE; its value is "true". */
#define WM_MERGE_BASE_KEY "pprof::base"

/* How a profile enters the merge. */
enum wm_merge_role {
    WM_MERGE_SOURCE,
    WM_MERGE_BASE,      /* its values are subtracted */
    WM_MERGE_DIFF_BASE, /* the same; percentages are of its values alone */
};

struct wm_merge_input {
    struct wm_profile *profile; /* owned; NULL afterwards */
    enum wm_merge_role role;
};

enum wm_merge_flags {
    WM_MERGE_NORMALIZE = 1, /* the sources' values are scaled to the bases' sums first */
    WM_MERGE_FOR_SUMS = 2,  /* equal samples may stay apart, where no sum of theirs can tell */
};

/* One profile of `count` (at least 1) inputs: samples of zeros gone, equal mappings, functions,
 * locations and samples joined, ids from 1 in order of first use, what nothing uses gone. `flags`
 * are of wm_merge_flags. Samples of a WM_MERGE_DIFF_BASE carry `from_base` (profile.h) and the
 * label WM_MERGE_BASE_KEY.
 * -EINVAL when sample types or periods do not agree; the inputs are freed in any case. */
WM_MUST_USE int wm_profile_merge(struct wm_merge_input *inputs, size_t count, unsigned flags,
                                 struct wm_profile **ret_profile, struct wm_error *err);

/* Cuts the frames that the profile's drop_frames name: after the merge, and after symbols were
 * found, since it goes by names. -ENOMEM. */
WM_MUST_USE int wm_profile_drop_frames(struct wm_profile *profile);

#endif
