/* known.c - the region's tables, checked. */
#include "profiles/gather/known.h"

#include "harness/core/text.h"

#include <errno.h>
#include <string.h>

enum {
    NAME_MAX_BYTES = 1024,
    /* An active path longer than this (deep recursion) keeps its first and its last segment. */
    ACTIVE_PATH_MAX = 4096,
};

static uint32_t clamp(uint32_t count, uint32_t limit)
{
    return count < limit ? count : limit;
}

static int copy_sites(struct wm_known *known);
static int copy_nodes(struct wm_known *known);
static int copy_paths(struct wm_known *known);

int wm_known_init(struct wm_known *known, const struct wm_region *region)
{
    memset(known, 0, sizeof(*known));
    wm_arena_init(&known->arena);
    known->region = region;
    /* acquire: pairs with the publishing of each table's last entry */
    known->site_count = clamp(atomic_load(&region->site_count), WM_SITE_MAX);
    known->node_count = clamp(atomic_load(&region->node_count), WM_NODE_MAX);
    known->path_count = clamp(atomic_load(&region->path_count), WM_PATH_MAX);
    known->worker_count = clamp(region->worker_count, WM_WORKER_MAX);
    if (known->node_count <= WM_NODE_ROOT)
        known->node_count = WM_NODE_ROOT + 1;
    if (known->path_count <= WM_PATH_OTHER)
        known->path_count = WM_PATH_OTHER + 1;
    int rc = copy_sites(known);
    if (rc == 0)
        rc = copy_nodes(known);
    if (rc == 0)
        rc = copy_paths(known);
    return rc;
}

void wm_known_done(struct wm_known *known)
{
    wm_arena_done(&known->arena);
}

uint32_t wm_known_node(const struct wm_known *known, uint64_t node)
{
    bool valid = node < known->node_count && known->nodes[node].text != NULL;
    return valid ? (uint32_t)node : WM_NODE_ROOT;
}

const char *wm_known_copy(struct wm_arena *arena, const char *string, size_t bytes)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add_safe(&text, string, strnlen(string, bytes), 0);
    const char *copy = text.failed ? NULL : wm_arena_copy(arena, text.data, text.length);
    wm_text_done(&text);
    return copy;
}

const char *wm_known_name(struct wm_known *known, uint32_t offset)
{
    const struct wm_region *region = known->region;
    uint32_t bytes = clamp(atomic_load(&region->name_bytes), WM_NAME_BYTES);
    if (offset == 0)
        return "";
    if (offset >= bytes || memchr(region->names + offset, '\0', bytes - offset) == NULL) {
        known->damaged++;
        return "?";
    }
    return wm_known_copy(&known->arena, region->names + offset, NAME_MAX_BYTES);
}

static int copy_sites(struct wm_known *known)
{
    known->sites = wm_arena_alloc(&known->arena, (known->site_count + 1) * sizeof(*known->sites));
    if (known->sites == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < known->site_count; i++) {
        const struct wm_site_entry *entry = &known->region->sites[i];
        struct wm_known_site *site = &known->sites[i];
        site->name = wm_known_name(known, entry->name);
        site->file = wm_known_name(known, entry->file);
        site->line = entry->line;
        site->reached = entry->reached != 0;
        if (site->name == NULL || site->file == NULL)
            return -ENOMEM;
    }
    return 0;
}

/* "A/B/C" of a parent "A/B" and "C". NULL: no memory. */
static const char *active_path(struct wm_known *known, const char *parent, const char *name,
                               uint32_t depth)
{
    if (*parent == '\0')
        return name;
    struct wm_text text;
    wm_text_init(&text);
    if (strlen(parent) + strlen(name) < ACTIVE_PATH_MAX)
        wm_text_addf(&text, "%s/%s", parent, name);
    else /* the depth keeps the active paths of one recursion apart */
        wm_text_addf(&text, "%.*s/…%u/%s", (int)strcspn(parent, "/"), parent, depth, name);
    const char *copy = text.failed ? NULL : wm_arena_copy(&known->arena, text.data, text.length);
    wm_text_done(&text);
    return copy;
}

static int copy_nodes(struct wm_known *known)
{
    known->nodes = wm_arena_alloc(&known->arena, known->node_count * sizeof(*known->nodes));
    uint32_t *depths = wm_arena_alloc(&known->arena, known->node_count * sizeof(*depths));
    if (known->nodes == NULL || depths == NULL)
        return -ENOMEM;
    known->node_capacity = known->node_count;
    known->nodes[WM_NODE_ROOT].text = "";
    for (uint32_t i = WM_NODE_ROOT + 1; i < known->node_count; i++) {
        const struct wm_node *entry = &known->region->nodes[i];
        struct wm_known_node *node = &known->nodes[i];
        uint32_t parent = entry->parent;
        node->parent = WM_NODE_ROOT;
        node->file = "";
        if (entry->site < known->site_count) {
            node->file = known->sites[entry->site].file;
            node->line = known->sites[entry->site].line;
        }
        if (parent < WM_NODE_ROOT || parent >= i || known->nodes[parent].text == NULL) {
            known->damaged++;
            continue;
        }
        const char *name = wm_known_name(known, entry->name);
        if (name == NULL)
            return -ENOMEM;
        node->parent = parent;
        depths[i] = depths[parent] + 1;
        node->text = active_path(known, known->nodes[parent].text, name, depths[i]);
        if (node->text == NULL)
            return -ENOMEM;
    }
    return 0;
}

int wm_known_reserve_nodes(struct wm_known *known, uint32_t count)
{
    uint32_t capacity = known->node_count + count;
    struct wm_known_node *nodes = wm_arena_alloc(&known->arena, capacity * sizeof(*nodes));
    if (nodes == NULL)
        return -ENOMEM;
    memcpy(nodes, known->nodes, known->node_count * sizeof(*nodes));
    known->nodes = nodes;
    known->node_capacity = capacity;
    return 0;
}

static uint32_t depth_of(const struct wm_known *known, uint32_t node)
{
    uint32_t depth = 0;
    for (; node != WM_NODE_ROOT; node = known->nodes[node].parent)
        depth++;
    return depth;
}

int64_t wm_known_add_node(struct wm_known *known, uint32_t parent, const char *name)
{
    if (known->node_count == known->node_capacity)
        return -ENOSPC;
    const char *copy = wm_arena_copy(&known->arena, name, strlen(name));
    const char *text = copy != NULL ? active_path(known, known->nodes[parent].text, copy,
                                                  depth_of(known, parent) + 1)
                                    : NULL;
    if (text == NULL)
        return -ENOMEM;
    known->nodes[known->node_count] =
        (struct wm_known_node){.text = text, .parent = parent, .file = "", .from_stacks = true};
    return known->node_count++;
}

/* Name of an entry or outcome by its index; "" without any. NULL: no memory. */
static const char *indexed_name(struct wm_known *known, const uint32_t *offsets, uint32_t count,
                                uint32_t index)
{
    if (index >= count) {
        known->damaged++;
        return "?";
    }
    return wm_known_name(known, offsets[index]);
}

/* How many of the path's nodes can be read: all, or none where one of them makes no sense. */
static uint32_t valid_nodes(struct wm_known *known, const struct wm_path *path, uint64_t *left)
{
    const struct wm_region *region = known->region;
    uint32_t limit = clamp(atomic_load(&region->path_node_count), WM_PATH_NODES);
    uint32_t first = path->first_node;
    uint32_t count = path->node_count;
    if (count > WM_NODE_MAX || count > *left || first > limit || count > limit - first) {
        known->damaged++;
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (wm_known_node(known, region->path_nodes[first + i]) == WM_NODE_ROOT) {
            known->damaged++;
            return 0;
        }
    }
    *left -= count;
    return count;
}

static int copy_paths(struct wm_known *known)
{
    const struct wm_region *region = known->region;
    uint32_t entries = clamp(atomic_load(&region->entry_count), WM_ENTRY_MAX);
    uint32_t outcomes = clamp(atomic_load(&region->outcome_count), WM_OUTCOME_MAX);
    uint64_t left = WM_PATH_NODES; /* paths do not share nodes, so all together fit the table */
    known->paths = wm_arena_alloc(&known->arena, known->path_count * sizeof(*known->paths));
    if (known->paths == NULL)
        return -ENOMEM;
    /* Requests of any entry and outcome; an id and an entry of its own give the row its name. */
    known->paths[WM_PATH_OTHER] = (struct wm_known_path){
        .id = wm_hash_path(wm_hash_name(WM_KNOWN_OTHER), 0, 0),
        .entry = WM_KNOWN_OTHER,
        .outcome = "",
    };
    for (uint32_t i = WM_PATH_OTHER + 1; i < known->path_count; i++) {
        const struct wm_path *entry = &region->paths[i];
        struct wm_known_path *path = &known->paths[i];
        path->id = entry->id != 0 ? entry->id : i;
        path->entry = indexed_name(known, region->entries, entries, entry->entry);
        path->outcome = entry->outcome == 0
                            ? ""
                            : indexed_name(known, region->outcomes, outcomes, entry->outcome);
        if (path->entry == NULL || path->outcome == NULL)
            return -ENOMEM;
        path->node_count = valid_nodes(known, entry, &left);
        path->nodes = region->path_nodes + (path->node_count > 0 ? entry->first_node : 0);
    }
    return 0;
}
