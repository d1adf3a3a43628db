/* merged.h - the profiles of all runs of both sides as one, for what differs. */
#ifndef WM_COMPARE_MERGED_H
#define WM_COMPARE_MERGED_H

#include "profiles/compare/sets.h"
#include "profiles/runs/requests.h"

/* Counts the runs of both sides in and names their paths; *ret_requests is then the caller's.
 * -ENOMEM. */
WM_MUST_USE int wm_merged_requests(const struct wm_set *base, const struct wm_set *now,
                                   struct wm_requests **ret_requests, struct wm_error *err);

/* Reads and merges them: samples of `base` are negative and labelled as go tool pprof's -diff_base
 * has it, paths have their joint names. `per_request`: what the base spent on a path is brought to
 * as many requests as `now` made of it, and so is gone where it made none; what was in no request,
 * to as many as there were in all. -EINVAL, -ENOENT of a profile that cannot be read; -ENOMEM. */
WM_MUST_USE int wm_merged_new(const struct wm_set *base, const struct wm_set *now,
                              const struct wm_requests *requests, bool per_request,
                              struct wm_profile **ret_profile, struct wm_error *err);

#endif
