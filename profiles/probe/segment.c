/* segment.c - sites become nodes of the tree of active paths.
 *
 * The fast path is in waymark.h. Here: the first visit of a node by a request, a parent that the
 * site's cache does not hold, and a node that nobody visited before. */
#include "profiles/probe/state.h"
#include "profiles/probe/waymark.h"
#include "profiles/wire/shared.h"

#include <string.h>

static uint32_t table_start(uint64_t hash, uint32_t size)
{
    return (uint32_t)wm_hash_mix(hash) & (size - 1);
}

static const char *string_at(const int64_t *field)
{
    return (const char *)field + *field;
}

/* ---- Sites ---- */

static void register_site(struct wm_site *site)
{
    struct wm_region *region = wm_probe.region;
    uint32_t name = wm_shared_intern(region, string_at(&site->name));
    uint32_t file = wm_shared_intern(region, string_at(&site->file));
    if (name == 0) {
        atomic_fetch_add(&region->sites_lost, 1);
        return;
    }
    /* Inlined and instantiated copies of one WM_SEGMENT are one site. */
    uint64_t key = ((uint64_t)name << 32 | site->line) ^ (uint64_t)file << 20;
    uint32_t at = table_start(key, WM_SITE_TABLE);
    for (; region->site_table[at] != 0; at = (at + 1) & (WM_SITE_TABLE - 1)) {
        const struct wm_site_entry *other = &region->sites[region->site_table[at] - 1];
        if (other->name == name && other->file == file && other->line == site->line) {
            site->number = region->site_table[at];
            return;
        }
    }
    uint32_t count = atomic_load_explicit(&region->site_count, memory_order_relaxed);
    if (count == WM_SITE_MAX) {
        atomic_fetch_add(&region->sites_lost, 1);
        return;
    }
    region->sites[count] = (struct wm_site_entry){.name = name, .file = file, .line = site->line};
    /* pairs with the harness's reading */
    atomic_store_explicit(&region->site_count, count + 1, memory_order_release);
    region->site_table[at] = count + 1;
    site->number = count + 1;
}

WM_EXPORT void wm_sites_register(struct wm_site *start, struct wm_site *stop)
{
    /* Each file that includes waymark.h calls with its whole binary's range: once is enough. */
    if (wm_probe.region == NULL || start == stop || start->number != 0)
        return;
    wm_region_lock(wm_probe.region);
    for (struct wm_site *site = start; site < stop; site++)
        register_site(site);
    wm_region_unlock(wm_probe.region);
    atomic_store_explicit(&wm_probe.marks, true, memory_order_relaxed);
}

/* ---- Nodes ---- */

static uint32_t find_node(uint32_t parent, uint32_t name, uint32_t *ret_at)
{
    const struct wm_region *region = wm_probe.region;
    uint32_t at = table_start((uint64_t)parent << 32 | name, WM_NODE_TABLE);
    for (;; at = (at + 1) & (WM_NODE_TABLE - 1)) {
        /* pairs with add_node */
        uint32_t node = atomic_load_explicit(&region->node_table[at], memory_order_acquire);
        *ret_at = at;
        if (node == 0 || (region->nodes[node].parent == parent && region->nodes[node].name == name))
            return node;
    }
}

static uint32_t add_node(uint32_t parent, const struct wm_site *site)
{
    struct wm_region *region = wm_probe.region;
    uint32_t name = region->sites[site->number - 1].name;
    wm_region_lock(region);
    uint32_t at;
    uint32_t node = find_node(parent, name, &at); /* another thread may have been faster */
    uint32_t count = atomic_load_explicit(&region->node_count, memory_order_relaxed);
    if (node == 0 && count < WM_NODE_MAX) {
        node = count;
        const struct wm_node *above = &region->nodes[parent];
        region->nodes[node] = (struct wm_node){
            .hash = wm_hash_node(above->hash, wm_hash_name(region->names + name)),
            .parent = parent,
            .name = name,
            .site = site->number - 1,
            .depth = above->depth + 1,
        };
        /* pairs with the harness's reading */
        atomic_store_explicit(&region->node_count, count + 1, memory_order_release);
        atomic_store_explicit(&region->node_table[at], node,
                              memory_order_release); /* with find_node */
    }
    wm_region_unlock(region);
    return node;
}

/* A count that went through 2^32, in a benchmark, where a request stands for many calls: no first
 * visit. What the 32 bits lost goes to the sum. */
static bool is_carry(const struct wm_context_slot *slot, uint32_t node)
{
    uint32_t at = 0;
    while (at < slot->visited_count && slot->visited[at] != node)
        at++;
    if (at == slot->visited_count)
        return false;
    if (slot->counted != 0)
        atomic_fetch_add(&wm_probe.region->node_visits[node], UINT64_C(1) << 32);
    return true;
}

WM_EXPORT uint32_t wm_segment_slow(struct wm_site *site)
{
    struct wm_region *region = wm_probe.region;
    struct wm_context_slot *slot = (struct wm_context_slot *)wm_context_current;
    uint32_t parent = slot->node;
    uint64_t cache = __atomic_load_n(&site->cache, __ATOMIC_ACQUIRE); /* pairs with below */
    uint32_t node = (uint32_t)cache;
    if ((uint32_t)(cache >> 32) != parent || node == 0) {
        /* Below a node that was lost, or at a site that is not known: not followed. */
        uint32_t at;
        node = 0;
        if (parent != 0 && site->number != 0) {
            node = find_node(parent, region->sites[site->number - 1].name, &at);
            if (node == 0)
                node = add_node(parent, site);
        }
        if (node == 0) {
            slot->limited++;
            atomic_fetch_add_explicit(&region->nodes_lost, 1, memory_order_relaxed);
            return 0;
        }
        /* What other threads read of the node is there before its number is. */
        __atomic_store_n(&site->cache, (uint64_t)parent << 32 | node, __ATOMIC_RELEASE);
        __atomic_store_n(&region->sites[site->number - 1].reached, 1, __ATOMIC_RELAXED);
    }
    if (slot->visits[node] == 0 && !(slot->many != 0 && is_carry(slot, node))) {
        slot->visited[slot->visited_count++] = (uint16_t)node;
        slot->signature ^= region->nodes[node].hash;
    }
    return node;
}
