/* split.h - sets of stacks, split by their next frame. Private to this room.
 *
 * The stacks below a frame are a range; splitting it once per frame gives a tree of which only the
 * branches that are wanted are ever made. That, and not a tree of all stacks, is what makes a
 * profile of a million different stacks fit into 48 bytes for each. */
#ifndef WM_REPORT_SPLIT_H
#define WM_REPORT_SPLIT_H

#include "profiles/report/stacks.h"

struct wm_split_item {
    struct wm_stack stack;
    uint32_t name; /* of its last frame */
    int64_t value; /* below 0: its base */
};

/* Stacks with equal next frames. */
struct wm_split_part {
    uint32_t name;       /* WM_NO_FRAME: they have ended */
    bool inlined;        /* in all of them */
    size_t first, count; /* in the items */
    int64_t value, base;
};

struct wm_splitter {
    const struct wm_stacks *stacks; /* borrowed */
    struct wm_split_item *items, *scratch;
    uint32_t *part_of; /* by name: its part, + 1 */
    struct wm_split_part *parts;
    size_t part_count, part_capacity;
};

/* For at most all samples of `stacks` at a time. -ENOMEM. */
WM_MUST_USE int wm_splitter_init(struct wm_splitter *splitter, const struct wm_stacks *stacks);
void wm_splitter_done(struct wm_splitter *splitter);
/* The items become these of stacks->samples, at their roots. */
void wm_splitter_fill(struct wm_splitter *splitter, size_t first, size_t count);
/* Walks these items one frame on: `parts` are then what they fall into, those that ended first, the
 * others by name, and each part's items are together, in that order. -ENOMEM. */
WM_MUST_USE int wm_split(struct wm_splitter *splitter, size_t first, size_t count);

#endif
