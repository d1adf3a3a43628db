/* shared.h - the tables that grow from both sides and from several processes: names, entries,
 * outcomes, paths.
 *
 * Finding what is there takes no lock. Adding takes the region's, which outlives a process that
 * dies while it holds it. Never in a signal handler. */
#ifndef WM_WIRE_SHARED_H
#define WM_WIRE_SHARED_H

#include "profiles/wire/region.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

/* [any] Tables are filled before they are published, so what a dead owner left half done was not
 * seen by anybody. */
static inline void wm_region_lock(struct wm_region *region)
{
    if (pthread_mutex_lock(&region->lock) == EOWNERDEAD)
        (void)pthread_mutex_consistent(&region->lock);
}

static inline void wm_region_unlock(struct wm_region *region)
{
    (void)pthread_mutex_unlock(&region->lock);
}

/* [any, under the lock] The offset of a string in region->names; 0 when full, or for "". */
static inline uint32_t wm_shared_intern(struct wm_region *region, const char *name)
{
    if (name[0] == '\0')
        return 0;
    uint32_t at = (uint32_t)wm_hash_name(name) & (WM_NAME_TABLE - 1);
    for (uint32_t probes = 0; probes < WM_NAME_TABLE;
         probes++, at = (at + 1) & (WM_NAME_TABLE - 1)) {
        if (region->name_table[at] == 0)
            break;
        if (strcmp(region->names + region->name_table[at], name) == 0)
            return region->name_table[at];
    }
    size_t bytes = strlen(name) + 1;
    uint32_t offset = atomic_load_explicit(&region->name_bytes, memory_order_relaxed);
    if (region->name_table[at] != 0 || bytes > WM_NAME_BYTES - offset)
        return 0;
    memcpy(region->names + offset, name, bytes);
    /* pairs with the harness's reading */
    atomic_store_explicit(&region->name_bytes, offset + (uint32_t)bytes, memory_order_release);
    region->name_table[at] = offset;
    return offset;
}

/* [setup] An empty region (all zero) becomes one: counts, magic, lock. */
static inline void wm_region_init(struct wm_region *region)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&region->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    region->magic = WM_REGION_MAGIC;
    region->version = WM_REGION_VERSION;
    region->bytes = sizeof(*region);
    /* The first entries of these tables have a fixed meaning, see sites.h. */
    atomic_store_explicit(&region->node_count, WM_NODE_ROOT + 1, memory_order_relaxed);
    atomic_store_explicit(&region->path_count, 1, memory_order_relaxed);
    atomic_store_explicit(&region->outcome_count, 2, memory_order_relaxed);
    atomic_store_explicit(&region->name_bytes, 1, memory_order_relaxed);
    region->outcomes[WM_OUTCOME_OTHER] = wm_shared_intern(region, "(other)");
    region->outcome_hashes[WM_OUTCOME_OTHER] = wm_hash_name("(other)");
    region->board.reasons[WM_REASON_OTHER].name = wm_shared_intern(region, "(other)");
    atomic_store_explicit(&region->board.reason_count, 1, memory_order_relaxed);
    atomic_store_explicit(&region->board.next_serial, 1, memory_order_relaxed);
}

/* ---- Entries: entry points, benchmarks, labels ---- */

static inline uint32_t wm_shared_entry_at(const struct wm_region *region, const char *name,
                                          uint32_t *ret_at)
{
    uint32_t at = (uint32_t)wm_hash_name(name) & (WM_ENTRY_TABLE - 1);
    for (;; at = (at + 1) & (WM_ENTRY_TABLE - 1)) {
        /* pairs with wm_shared_entry */
        uint32_t number = atomic_load_explicit(&region->entry_table[at], memory_order_acquire);
        *ret_at = at;
        if (number == 0 || strcmp(region->names + region->entries[number - 1], name) == 0)
            return number;
    }
}

/* [any] The index of a name in region->entries. WM_ENTRY_NONE: it is not there. */
static inline uint32_t wm_shared_find_entry(const struct wm_region *region, const char *name)
{
    uint32_t at;
    return wm_shared_entry_at(region, name, &at) - 1u;
}

/* [any] The same, added where it is not there. WM_ENTRY_NONE: the table is full. */
static inline uint32_t wm_shared_entry(struct wm_region *region, const char *name)
{
    uint32_t at;
    uint32_t number = wm_shared_entry_at(region, name, &at);
    if (number != 0)
        return number - 1;
    wm_region_lock(region);
    number = wm_shared_entry_at(region, name, &at); /* another may have been faster */
    uint32_t count = atomic_load_explicit(&region->entry_count, memory_order_relaxed);
    uint32_t offset = number == 0 && count < WM_ENTRY_MAX ? wm_shared_intern(region, name) : 0;
    if (offset != 0) {
        region->entries[count] = offset;
        region->entry_hashes[count] = wm_hash_name(name);
        /* pairs with the harness's reading, and with wm_shared_entry_at */
        atomic_store_explicit(&region->entry_count, count + 1, memory_order_release);
        atomic_store_explicit(&region->entry_table[at], count + 1, memory_order_release);
        number = count + 1;
    }
    wm_region_unlock(region);
    return number - 1u;
}

/* ---- Outcomes ---- */

/* The outcome's number, 0 when it is not known yet. */
static inline uint32_t wm_shared_find_outcome(const struct wm_region *region, const char *name)
{
    /* pairs with wm_shared_outcome */
    uint32_t count = atomic_load_explicit(&region->outcome_count, memory_order_acquire);
    for (uint32_t i = WM_OUTCOME_OTHER + 1; i < count && i < WM_OUTCOME_MAX; i++) {
        if (strcmp(region->names + region->outcomes[i], name) == 0)
            return i;
    }
    return 0;
}

/* [any] The index of an outcome, added where it is new; 0 for "" (none), WM_OUTCOME_OTHER where the
 * table is full. */
static inline uint32_t wm_shared_outcome(struct wm_region *region, const char *name)
{
    if (name == NULL || name[0] == '\0')
        return 0;
    uint32_t outcome = wm_shared_find_outcome(region, name);
    if (outcome != 0)
        return outcome;
    wm_region_lock(region);
    outcome = wm_shared_find_outcome(region, name);
    uint32_t count = atomic_load_explicit(&region->outcome_count, memory_order_relaxed);
    uint32_t offset = outcome == 0 && count < WM_OUTCOME_MAX ? wm_shared_intern(region, name) : 0;
    if (offset != 0) {
        outcome = count;
        region->outcomes[outcome] = offset;
        region->outcome_hashes[outcome] = wm_hash_name(name);
        /* pairs with wm_shared_find_outcome */
        atomic_store_explicit(&region->outcome_count, count + 1, memory_order_release);
    }
    wm_region_unlock(region);
    return outcome != 0 ? outcome : WM_OUTCOME_OTHER;
}

/* ---- Execution paths ---- */

/* The index of the path with this id; 0: not known, *ret_at is where it belongs. */
static inline uint32_t wm_shared_path_at(const struct wm_region *region, uint64_t id,
                                         uint32_t *ret_at)
{
    uint32_t at = (uint32_t)id & (WM_PATH_TABLE - 1);
    for (;; at = (at + 1) & (WM_PATH_TABLE - 1)) {
        /* pairs with wm_shared_path */
        uint32_t path = atomic_load_explicit(&region->path_table[at], memory_order_acquire);
        *ret_at = at;
        if (path == 0 || region->paths[path].id == id)
            return path;
    }
}

/* [any] The index of the execution path of a request: its entry, its outcome, and the nodes that it
 * visited with the xor of their hashes. WM_PATH_OTHER where the table is full; that is counted. */
static inline uint32_t wm_shared_path(struct wm_region *region, uint32_t entry, uint32_t outcome,
                                      uint64_t signature, const uint16_t *nodes,
                                      uint32_t node_count)
{
    uint64_t id =
        wm_hash_path(region->entry_hashes[entry], signature, region->outcome_hashes[outcome]);
    uint32_t at;
    uint32_t path = wm_shared_path_at(region, id, &at);
    if (path != 0)
        return path;
    wm_region_lock(region);
    path = wm_shared_path_at(region, id, &at); /* another may have been faster */
    uint32_t count = atomic_load_explicit(&region->path_count, memory_order_relaxed);
    uint32_t used = atomic_load_explicit(&region->path_node_count, memory_order_relaxed);
    if (path == 0 && count < WM_PATH_MAX && node_count <= WM_PATH_NODES - used) {
        if (node_count > 0)
            memcpy(region->path_nodes + used, nodes, node_count * sizeof(nodes[0]));
        atomic_store(&region->path_node_count, used + node_count);
        region->paths[count] = (struct wm_path){.id = id,
                                                .entry = entry,
                                                .outcome = outcome,
                                                .first_node = used,
                                                .node_count = node_count};
        /* pairs with the harness's reading, and with wm_shared_path_at */
        atomic_store_explicit(&region->path_count, count + 1, memory_order_release);
        atomic_store_explicit(&region->path_table[at], count, memory_order_release);
        path = count;
    }
    wm_region_unlock(region);
    if (path == WM_PATH_OTHER)
        atomic_fetch_add_explicit(&region->paths_lost, 1, memory_order_relaxed);
    return path;
}

/* ---- Reasons for failed requests ---- */

/* The index of a reason among the first `count`, or `count`. */
static inline uint32_t wm_shared_reason_at(const struct wm_region *region, const char *reason,
                                           uint32_t count)
{
    uint32_t at = WM_REASON_OTHER + 1;
    while (at < count && strcmp(region->names + region->board.reasons[at].name, reason) != 0)
        at++;
    return at;
}

static inline uint32_t wm_shared_add_reason(struct wm_region *region, const char *reason)
{
    struct wm_board *board = &region->board;
    wm_region_lock(region);
    uint32_t count = atomic_load_explicit(&board->reason_count, memory_order_relaxed);
    uint32_t at = wm_shared_reason_at(region, reason, count); /* another may have been faster */
    uint32_t offset = at == count && count < WM_REASON_MAX ? wm_shared_intern(region, reason) : 0;
    if (offset != 0) {
        board->reasons[at].name = offset;
        /* pairs with wm_shared_count_reason, and with the harness's reading */
        atomic_store_explicit(&board->reason_count, count + 1, memory_order_release);
    } else if (at == count) {
        at = WM_REASON_OTHER;
    }
    wm_region_unlock(region);
    return at;
}

/* [any] Counts a failed request under its reason. */
static inline void wm_shared_count_reason(struct wm_region *region, const char *reason)
{
    struct wm_board *board = &region->board;
    /* pairs with wm_shared_add_reason */
    uint32_t count = atomic_load_explicit(&board->reason_count, memory_order_acquire);
    uint32_t at = wm_shared_reason_at(region, reason, count);
    if (at == count)
        at = wm_shared_add_reason(region, reason);
    atomic_fetch_add_explicit(&board->reasons[at].requests, 1, memory_order_relaxed);
}

#endif
