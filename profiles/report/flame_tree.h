/* flame_tree.h - one tab of a flame graph: the widest frames of a set of stacks, each with its
 * callees. Private to this room. */
#ifndef WM_REPORT_FLAME_TREE_H
#define WM_REPORT_FLAME_TREE_H

#include "profiles/report/split.h"

struct wm_flame_frame {
    uint32_t name;       /* of the stacks; WM_NO_FRAME: the root, which all stacks have */
    uint32_t depth;      /* 0: the root */
    int64_t value, base; /* with all below it */
    int64_t self;        /* without */
    bool inlined;        /* in all of its stacks */
};

struct wm_flame_limits {
    double fraction;    /* no frames below this part of the root's value */
    size_t frame_count; /* at most so many, the widest; 0: no limit */
};

/* A frame stands before its callees, and these are ordered by name. Values of callees never add up
 * to more than their caller's: what is missing is its own cost, and what was left out. */
struct wm_flame_tree {
    struct wm_flame_frame *frames;
    size_t frame_count;
    uint32_t depth;       /* of the deepest */
    size_t hidden_count;  /* left out: frames, not counting what they call */
    int64_t hidden_value; /* their sum */
    int64_t gone;         /* of the base: in frames that cost nothing any more */
};

/* The frames of stacks->samples from `first` on. Free with wm_flame_tree_done(). -ENOMEM. */
WM_MUST_USE int wm_flame_tree_init(struct wm_flame_tree *tree, struct wm_splitter *splitter,
                                   size_t first, size_t count,
                                   const struct wm_flame_limits *limits);
void wm_flame_tree_done(struct wm_flame_tree *tree);

#endif
