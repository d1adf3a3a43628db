/* snapshot.c - dl_iterate_phdr without the loader's lock. [signal] */
#include "profiles/probe/snapshot.h"

#include "profiles/probe/modules.h"

struct wm_snapshot wm_snapshot;

int wm_modules_iterate(wm_phdr_fn *callback, void *data)
{
    uint32_t count = atomic_load_explicit(&wm_snapshot.count,
                                          memory_order_acquire); /* pairs with modules.c publish */
    for (uint32_t i = 0; i < count; i++) {
        struct dl_phdr_info info = wm_snapshot.entries[i].info;
        int rc = callback(&info, sizeof(info), data);
        if (rc != 0)
            return rc;
    }
    return 0;
}

bool wm_modules_stale(void)
{
    const struct link_map *tail =
        atomic_load_explicit(&wm_snapshot.tail, memory_order_acquire); /* pairs with modules.c */
    /* The tail is pinned, so it is never freed; the loader appends behind it. */
    if (tail == NULL ||
        __atomic_load_n((struct link_map *const *)&tail->l_next, __ATOMIC_ACQUIRE) == NULL)
        return false;
    if (atomic_exchange_explicit(&wm_snapshot.woken, 1, memory_order_relaxed) == 0)
        (void)sem_post(&wm_snapshot.keeper);
    return true;
}
