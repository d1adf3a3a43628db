/* demangling.h - the functions of a profile under the names that people write. Private to this
 * room. */
#ifndef WM_REPORT_DEMANGLING_H
#define WM_REPORT_DEMANGLING_H

#include "profiles/report/symbolizing.h"

/* Those whose name is still the linker's; all that the linker has a name for if it is forced. The
 * caller calls wm_profile_forget. -ENOMEM. */
WM_MUST_USE int wm_demangle_profile(struct wm_profile *profile, const struct wm_symbolizing *how);

#endif
