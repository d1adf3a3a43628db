/* sites.h - segments, their tree, and the execution paths through it.
 *
 *   site   one WM_SEGMENT in the source: name, file, line
 *   node   one active path: a parent node and a segment name; node 0 is unused, node 1 the root
 *   path   one execution path: entry, the set of nodes visited, outcome
 *
 * Every table only grows. An entry is filled first, then published by storing the count (release);
 * readers load the count (acquire). */
#ifndef WM_WIRE_SITES_H
#define WM_WIRE_SITES_H

#include <stdint.h>

enum {
    WM_SITE_MAX = 8192,
    WM_NODE_MAX = 4096,
    WM_NODE_ROOT = 1,
    WM_PATH_MAX = 4096,
    WM_PATH_OTHER = 0,       /* takes the requests that found WM_PATH_MAX paths already known */
    WM_PATH_NODES = 1 << 20, /* node numbers in all paths together */
    WM_OUTCOME_MAX = 256,    /* outcome 0: none declared */
    WM_OUTCOME_OTHER = 1,    /* took those past the limit */
    WM_ENTRY_MAX = 4096,     /* entry points, or the labels of a server's requests */
    WM_NAME_BYTES = 1 << 20, /* offset 0 is "" */
    /* Hash tables, open addressing, 0 free: powers of two, never full. */
    WM_NAME_TABLE = 1 << 15,
    WM_ENTRY_TABLE = 4 * WM_ENTRY_MAX,
    WM_PATH_TABLE = 4 * WM_PATH_MAX,
    WM_SITE_TABLE = 2 * WM_SITE_MAX,
    WM_NODE_TABLE = 2 * WM_NODE_MAX,
};

struct wm_site_entry {
    uint32_t name; /* offset into wm_region.names */
    uint32_t file;
    uint32_t line;
    uint32_t reached; /* 1 once a request opened it (warm-up included) */
};

struct wm_node {
    uint64_t hash;   /* of the names from the root to here */
    uint32_t parent; /* WM_NODE_ROOT for the outermost segments, 0 for the root */
    uint32_t name;   /* offset into wm_region.names */
    uint32_t site;   /* the site that opened it first */
    uint32_t depth;  /* 1 for the outermost segments */
};

struct wm_path {
    uint64_t id;
    uint32_t entry;      /* index into wm_region.entries */
    uint32_t outcome;    /* index into wm_region.outcomes */
    uint32_t first_node; /* into wm_region.path_nodes */
    uint32_t node_count; /* in order of first visit by the request that found the path */
};

#define WM_ENTRY_NONE UINT32_MAX

/* Hashes. 64-bit FNV-1a over names with a finisher, so that ids are a function of names alone. */
static inline uint64_t wm_hash_mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    x ^= x >> 33;
    return x;
}

static inline uint64_t wm_hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return wm_hash_mix(hash);
}

/* A node's hash from its parent's (0 for the root) and its name's. */
static inline uint64_t wm_hash_node(uint64_t parent, uint64_t name)
{
    return wm_hash_mix(parent * UINT64_C(0x9e3779b97f4a7c15) + name);
}

/* A path's id from its entry's name hash, the xor of its nodes' hashes and its outcome's name
 * hash (0: none). Never 0. */
static inline uint64_t wm_hash_path(uint64_t entry, uint64_t nodes, uint64_t outcome)
{
    uint64_t hash = wm_hash_mix(wm_hash_mix(entry) + nodes);
    hash = wm_hash_mix(hash + outcome * UINT64_C(0x9e3779b97f4a7c15));
    return hash != 0 ? hash : 1;
}

#endif
