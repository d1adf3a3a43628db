/* snapshot.h - the memory of modules.h: written by modules.c, read in handlers by snapshot.c. */
#ifndef WM_PROBE_SNAPSHOT_H
#define WM_PROBE_SNAPSHOT_H

#include "profiles/wire/region.h"

#include <link.h>
#include <semaphore.h>
#include <stdatomic.h>

struct wm_snapshot_entry {
    struct dl_phdr_info info; /* its name and headers are copies */
};

/* Entries are filled, then published by the count; none ever leaves. */
struct wm_snapshot {
    _Atomic uint32_t count;
    struct wm_snapshot_entry entries[WM_MODULE_MAX];
    _Atomic(struct link_map *) tail; /* the loader's last entry when the snapshot was taken */
    _Atomic uint32_t woken;          /* the keeper was called and has not come yet */
    sem_t keeper;
};
extern struct wm_snapshot wm_snapshot;

#endif
