/* demangling.c - the functions of a profile under the names that people write. */
#include "profiles/report/demangling.h"

#include <errno.h>

static int demangle(struct wm_profile *profile, struct wm_function *function,
                    enum wm_demangle_style style, struct wm_arena *scratch);

int wm_demangle_profile(struct wm_profile *profile, const struct wm_symbolizing *how)
{
    struct wm_arena scratch;
    int rc = 0;
    wm_arena_init(&scratch);
    for (size_t i = 0; rc == 0 && i < profile->function_count; i++) {
        struct wm_function *function = &profile->functions[i];
        if (how->force && function->name != 0 && function->system_name != 0)
            function->name = function->system_name;
        bool done = function->name != 0 && function->name != function->system_name;
        if (!done && !how->mangled)
            rc = demangle(profile, function, how->style, &scratch);
    }
    wm_arena_done(&scratch);
    return rc;
}

static int demangle(struct wm_profile *profile, struct wm_function *function,
                    enum wm_demangle_style style, struct wm_arena *scratch)
{
    const char *linkage = wm_profile_text(profile, function->system_name);
    const char *name = wm_demangle(scratch, linkage, style);
    /* not mangled, or by another's demangler already */
    if (name == NULL)
        name = wm_demangle_shorten(scratch, linkage, style);
    int64_t number = wm_profile_string(profile, name);
    if (number < 0)
        return (int)number;
    function->name = (uint32_t)number;
    wm_arena_reset(scratch);
    return 0;
}
