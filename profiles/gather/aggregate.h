/* aggregate.h - equal stacks to one: samples and CPU time by execution path, active path and
 * frames. */
#ifndef WM_GATHER_AGGREGATE_H
#define WM_GATHER_AGGREGATE_H

#include "harness/core/error.h"
#include "profiles/wire/sites.h"

#include <stddef.h>
#include <stdint.h>

/* Paths as this room numbers them: wm_region.paths, and the rows that close the sum. */
enum {
    WM_SLOT_UNATTRIBUTED = WM_PATH_MAX,
    WM_SLOT_BACKGROUND,
    WM_SLOT_HARNESS,
    WM_SLOT_MAX,
};

/* Different stacks kept whole. Memory is some 300 bytes for each. */
enum { WM_STACK_LIMIT = 1 << 20 };

struct wm_weight {
    uint64_t samples;
    uint64_t cpu_ns;
    double square; /* sum of the squared weights of the single samples (ns²) */
};

struct wm_aggregate_cell {
    uint32_t path; /* below WM_SLOT_MAX */
    uint32_t stack;
    struct wm_weight weight;
};

struct wm_aggregate {
    struct wm_intern *stacks;   /* node and frames to stack number */
    struct wm_intern *cell_ids; /* path and stack to cell number */
    struct wm_aggregate_cell *cells;
    size_t cell_count;
    size_t cell_capacity;
    size_t limit;
    uint64_t cut; /* samples whose stack was cut to its leaf, or to nothing, for the limit */
    struct wm_weight paths[WM_SLOT_MAX];
};

void wm_weight_add(struct wm_weight *into, const struct wm_weight *from);

/* Past `limit` stacks (or cells) new ones keep their leaf frame only, past another half of that no
 * frame at all. */
WM_MUST_USE int wm_aggregate_init(struct wm_aggregate *aggregate, size_t limit);
void wm_aggregate_done(struct wm_aggregate *aggregate);

/* The number of a stack, leaf first; -ENOMEM. */
WM_MUST_USE int64_t wm_aggregate_stack(struct wm_aggregate *aggregate, uint32_t node,
                                       const uint64_t *frames, size_t frame_count);
/* The frames of a stack, borrowed until the next stack is added. */
const uint64_t *wm_aggregate_frames(const struct wm_aggregate *aggregate, uint32_t stack,
                                    uint32_t *ret_node, size_t *ret_count);

WM_MUST_USE int wm_aggregate_add(struct wm_aggregate *aggregate, uint32_t path, uint32_t stack,
                                 const struct wm_weight *weight);

/* Moves what was counted for paths that turned out not to exist (from `path_count` on) to
 * WM_SLOT_UNATTRIBUTED; returns how many samples that were. */
uint64_t wm_aggregate_settle(struct wm_aggregate *aggregate, uint32_t path_count);

#endif
