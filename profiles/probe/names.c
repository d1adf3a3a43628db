/* names.c - strings of the app's process, once each, where the harness can read them. */
#include "profiles/probe/state.h"

#include <string.h>

enum { TABLE = 32768 }; /* a power of two, twice what WM_NAME_BYTES usually holds */

static uint32_t table[TABLE]; /* offsets, 0 free */

uint32_t wm_name_intern(const char *name)
{
    struct wm_region *region = wm_probe.region;
    if (name[0] == '\0')
        return 0;
    uint32_t at = (uint32_t)wm_hash_name(name) & (TABLE - 1);
    for (uint32_t probes = 0; probes < TABLE; probes++, at = (at + 1) & (TABLE - 1)) {
        if (table[at] == 0)
            break;
        if (strcmp(region->names + table[at], name) == 0)
            return table[at];
    }
    size_t bytes = strlen(name) + 1;
    uint32_t offset = atomic_load_explicit(&region->name_bytes, memory_order_relaxed);
    if (table[at] != 0 || bytes > WM_NAME_BYTES - offset)
        return 0;
    memcpy(region->names + offset, name, bytes);
    /* pairs with the harness's reading */
    atomic_store_explicit(&region->name_bytes, offset + (uint32_t)bytes, memory_order_release);
    table[at] = offset;
    return offset;
}
