/* paths.c - what a request that ends was: its outcome, its execution path. */
#include "profiles/probe/state.h"
#include "profiles/probe/waymark.h"
#include "profiles/wire/shared.h"

uint32_t wm_path_find(const struct wm_context_slot *slot)
{
    return wm_shared_path(wm_probe.region, slot->entry, slot->outcome, slot->signature,
                          slot->visited, slot->visited_count);
}

WM_EXPORT void wm_outcome(const char *name)
{
    struct wm_context_slot *slot = (struct wm_context_slot *)wm_context_current;
    if (slot != NULL)
        slot->outcome = wm_shared_outcome(wm_probe.region, name);
}
