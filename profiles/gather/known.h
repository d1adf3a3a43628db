/* known.h - what the region's tables say, checked once and copied, when the app's process is gone.
 *
 * The app may have written over its end of the region, or died halfway: every count, offset and
 * index in it is checked here, so that nobody behind this header has to. */
#ifndef WM_GATHER_KNOWN_H
#define WM_GATHER_KNOWN_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WM_KNOWN_OTHER "(other)" /* entry and name of WM_PATH_OTHER */

struct wm_known_node {
    const char *text; /* active path "A/B/C", "" of the root, NULL: no such node */
    uint32_t parent;  /* below the node's own number */
    const char *file; /* where it is opened first, or its function stands; "" unknown */
    uint32_t line;
    bool from_stacks; /* of no marked segment: wm_known_add_node */
};

struct wm_known_path {
    uint64_t id;
    const char *entry;
    const char *outcome;
    const uint16_t *nodes; /* each of them valid */
    uint32_t node_count;
};

struct wm_known_site {
    const char *name;
    const char *file;
    uint32_t line;
    bool reached;
};

struct wm_known {
    const struct wm_region *region;
    struct wm_arena arena;
    uint32_t node_count, node_capacity, path_count, site_count, worker_count;
    struct wm_known_node *nodes;
    struct wm_known_path *paths;
    struct wm_known_site *sites;
    uint64_t damaged; /* entries that made no sense */
};

WM_MUST_USE int wm_known_init(struct wm_known *known, const struct wm_region *region);
void wm_known_done(struct wm_known *known);

/* `node` if there is such a node, otherwise WM_NODE_ROOT. */
uint32_t wm_known_node(const struct wm_known *known, uint64_t node);
/* Room for `count` more nodes. -ENOMEM. */
WM_MUST_USE int wm_known_reserve_nodes(struct wm_known *known, uint32_t count);
/* Adds a node of a stack's segment below `parent`. Its number; -ENOSPC where there is no room,
 * -ENOMEM. */
WM_MUST_USE int64_t wm_known_add_node(struct wm_known *known, uint32_t parent, const char *name);
/* The name at an offset of region->names, "?" where that makes no sense. NULL: no memory. */
const char *wm_known_name(struct wm_known *known, uint32_t offset);
/* A copy of at most `bytes` bytes at `string`, up to its NUL, fit to be shown; NULL: no memory. */
const char *wm_known_copy(struct wm_arena *arena, const char *string, size_t bytes);

#endif
