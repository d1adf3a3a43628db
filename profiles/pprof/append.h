/* append.h - one profile behind another. Not for other rooms. */
#ifndef WM_PPROF_APPEND_H
#define WM_PPROF_APPEND_H

#include "profiles/pprof/profile.h"

/* Everything of `from` but its header's numbers and types, which have to be the same, becomes part
 * of `into`; equal things stay apart, ids are no longer unique. Takes `from`. -ENOMEM, -EOVERFLOW.
 */
WM_MUST_USE int wm_profile_append(struct wm_profile *into, struct wm_profile *from);

#endif
