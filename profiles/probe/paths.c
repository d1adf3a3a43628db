/* paths.c - the table of execution paths: which set of nodes has which number. */
#include "profiles/probe/state.h"
#include "profiles/probe/waymark.h"

#include <string.h>

enum { PATH_TABLE = 4 * WM_PATH_MAX }; /* a power of two */

/* Paths by id: read without a lock, written under it. The number is published last. */
static struct {
    uint64_t id;
    _Atomic uint32_t path; /* 0 free */
} path_table[PATH_TABLE];

static uint64_t outcome_hashes[WM_OUTCOME_MAX];

static uint32_t add_path(const struct wm_context_slot *slot, uint64_t id, uint32_t at)
{
    struct wm_region *region = wm_probe.region;
    uint32_t found = 0;
    pthread_mutex_lock(&wm_probe.lock);
    for (; found == 0; at = (at + 1) & (PATH_TABLE - 1)) {
        uint32_t path = atomic_load_explicit(&path_table[at].path, memory_order_relaxed);
        if (path != 0 && path_table[at].id == id)
            found = path; /* another thread was faster */
        if (path == 0)
            break;
    }
    uint32_t count = atomic_load_explicit(&region->path_count, memory_order_relaxed);
    uint32_t nodes = atomic_load_explicit(&region->path_node_count, memory_order_relaxed);
    if (found == 0 && count < WM_PATH_MAX && slot->visited_count <= WM_PATH_NODES - nodes) {
        memcpy(region->path_nodes + nodes, slot->visited,
               slot->visited_count * sizeof(slot->visited[0]));
        atomic_store(&region->path_node_count, nodes + slot->visited_count);
        region->paths[count] = (struct wm_path){.id = id,
                                                .entry = slot->entry,
                                                .outcome = slot->outcome,
                                                .first_node = nodes,
                                                .node_count = slot->visited_count};
        /* pairs with the harness's reading */
        atomic_store_explicit(&region->path_count, count + 1, memory_order_release);
        path_table[at].id = id;
        /* pairs with wm_path_find */
        atomic_store_explicit(&path_table[at].path, count, memory_order_release);
        found = count;
    }
    pthread_mutex_unlock(&wm_probe.lock);
    return found;
}

uint32_t wm_path_find(const struct wm_context_slot *slot)
{
    struct wm_region *region = wm_probe.region;
    uint64_t id = wm_hash_path(wm_path_entry_hash(slot->entry), slot->signature,
                               outcome_hashes[slot->outcome]);
    uint32_t at = (uint32_t)id & (PATH_TABLE - 1);
    for (;; at = (at + 1) & (PATH_TABLE - 1)) {
        /* pairs with add_path */
        uint32_t path = atomic_load_explicit(&path_table[at].path, memory_order_acquire);
        if (path == 0)
            break;
        if (path_table[at].id == id)
            return path;
    }
    uint32_t path = add_path(slot, id, at);
    if (path == WM_PATH_OTHER)
        atomic_fetch_add_explicit(&region->paths_lost, 1, memory_order_relaxed);
    return path;
}

/* ---- Outcomes ---- */

enum { OUTCOME_OTHER = 1 };

void wm_outcomes_start(void)
{
    wm_probe.region->outcomes[OUTCOME_OTHER] = wm_name_intern("(other)");
    outcome_hashes[OUTCOME_OTHER] = wm_hash_name("(other)");
}

/* The outcome's number, 0 when it is not known yet. */
static uint32_t find_outcome(const struct wm_region *region, const char *name)
{
    /* pairs with add_outcome */
    uint32_t count = atomic_load_explicit(&region->outcome_count, memory_order_acquire);
    for (uint32_t i = 2; i < count; i++) {
        if (strcmp(region->names + region->outcomes[i], name) == 0)
            return i;
    }
    return 0;
}

static uint32_t add_outcome(struct wm_region *region, const char *name)
{
    pthread_mutex_lock(&wm_probe.lock);
    uint32_t outcome = find_outcome(region, name); /* another thread may have been faster */
    uint32_t count = atomic_load_explicit(&region->outcome_count, memory_order_relaxed);
    if (outcome == 0 && count < WM_OUTCOME_MAX) {
        uint32_t offset = wm_name_intern(name);
        if (offset != 0) {
            outcome = count;
            region->outcomes[outcome] = offset;
            outcome_hashes[outcome] = wm_hash_name(name);
            /* pairs with find_outcome */
            atomic_store_explicit(&region->outcome_count, count + 1, memory_order_release);
        }
    }
    pthread_mutex_unlock(&wm_probe.lock);
    return outcome != 0 ? outcome : OUTCOME_OTHER;
}

WM_EXPORT void wm_outcome(const char *name)
{
    struct wm_region *region = wm_probe.region;
    struct wm_context_slot *slot = (struct wm_context_slot *)wm_context_current;
    if (slot == NULL)
        return;
    if (name == NULL || name[0] == '\0') {
        slot->outcome = 0;
        return;
    }
    uint32_t outcome = find_outcome(region, name);
    slot->outcome = outcome != 0 ? outcome : add_outcome(region, name);
}
