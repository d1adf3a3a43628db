/* modules.h - the table of binaries: the app's side writes it under the region's lock, the harness
 * reads it without.
 *
 * An entry may be emptied and used again, so each counts its writes (wm_region.module_writes): odd
 * while one is at it, or was killed while it was. The reader never waits for the app's lock, which
 * nobody may ever give back. */
#ifndef WM_WIRE_MODULES_H
#define WM_WIRE_MODULES_H

#include "profiles/wire/region.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* [any, under the region's lock] Nothing is in the entry, or the half of something. */
static inline bool wm_module_is_free(const struct wm_region *region, uint32_t at)
{
    uint32_t writes = atomic_load_explicit(&region->module_writes[at], memory_order_relaxed);
    return region->modules[at].end == 0 || writes % 2 != 0;
}

/* [any, under the region's lock] */
static inline void wm_module_write(struct wm_region *region, uint32_t at,
                                   const struct wm_module *module)
{
    _Atomic uint32_t *writes = &region->module_writes[at];
    uint32_t begun = atomic_load_explicit(writes, memory_order_relaxed) | 1;
    atomic_store_explicit(writes, begun, memory_order_relaxed);
    atomic_thread_fence(memory_order_release); /* pairs with the fence of wm_module_read */
    region->modules[at] = *module;
    /* pairs with the load of wm_module_read */
    atomic_store_explicit(writes, begun + 1, memory_order_release);
}

/* [any] Copies the entry. False: it is being written, the copy is good for nothing. *ret_writes:
 * how often it had been written, another number from the next write on. */
static inline bool wm_module_read(const struct wm_region *region, uint32_t at,
                                  struct wm_module *ret_module, uint32_t *ret_writes)
{
    const _Atomic uint32_t *writes = &region->module_writes[at];
    *ret_writes = atomic_load_explicit(writes, memory_order_acquire);
    memcpy(ret_module, &region->modules[at], sizeof(*ret_module));
    atomic_thread_fence(memory_order_acquire);
    return *ret_writes % 2 == 0 &&
           *ret_writes == atomic_load_explicit(writes, memory_order_relaxed);
}

#endif
