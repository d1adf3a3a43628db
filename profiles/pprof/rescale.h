/* rescale.h - values of several profiles brought to one unit or one sum. Not for other rooms. */
#ifndef WM_PPROF_RESCALE_H
#define WM_PPROF_RESCALE_H

#include "profiles/pprof/profile.h"

#include <stddef.h>

/* Gives all profiles the same sample types and period type, in the finest unit of each. -EINVAL
 * when they count different things, -ENOMEM. */
WM_MUST_USE int wm_profiles_to_one_unit(struct wm_profile **profiles, size_t count,
                                        struct wm_error *err);
/* Multiplies the values of each type so that they sum to those of `base`. The same errors. */
WM_MUST_USE int wm_profile_scale_to(struct wm_profile *profile, const struct wm_profile *base,
                                    struct wm_error *err);
/* Turns every value's sign. -ENOMEM. */
WM_MUST_USE int wm_profile_negate(struct wm_profile *profile);

#endif
