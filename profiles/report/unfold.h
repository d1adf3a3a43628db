/* unfold.h - a stack as the nodes of its lines, from root to leaf. Private to the graph_*.c files.
 *
 * Each walk over the samples meets tens of millions of frames, and wants some of the nodes only. So
 * what a location comes to is found once, and a stack becomes a list of small numbers without a
 * branch per frame: whether a frame has a wanted node, or two, is not to be foreseen. */
#ifndef WM_REPORT_UNFOLD_H
#define WM_REPORT_UNFOLD_H

#include "profiles/pprof/sample_stack.h"
#include "profiles/report/graph.h"

/* An entry of the list: a node's number, and how it was called. */
enum {
    WM_ENTRY_CALLED = 1,   /* it was not inlined */
    WM_ENTRY_RESIDUAL = 2, /* unwanted nodes lie between it and the entry before */
    WM_ENTRY_FLAGS = 3,
    WM_ENTRY_BITS = 4, /* below the number; those above the flags mean nothing outside */
};

enum { WM_UNFOLDED_MAX = 128 }; /* entries at once */

struct wm_unfolder {
    const struct wm_graph *graph;
    const uint32_t *numbers; /* per node, from 1; 0: it is not wanted. NULL: its own, + 1 */
    uint64_t *folds;         /* per location: what it comes to; private to unfold.c */
};

/* `numbers` is borrowed. Not for call trees. -ENOMEM, also for 2^28 nodes, which fill any memory.
 */
WM_MUST_USE int wm_unfolder_init(struct wm_unfolder *unfolder, const struct wm_graph *graph,
                                 const uint32_t *numbers);
void wm_unfolder_done(struct wm_unfolder *unfolder);

struct wm_unfolding {
    struct wm_sample_stack stack;
    size_t left;       /* frames; 0: that was all */
    uint32_t lines;    /* that are left of the next frame; 0: all, or none were taken */
    uint32_t residual; /* WM_ENTRY_RESIDUAL where unwanted nodes came last */
    uint32_t entries[WM_UNFOLDED_MAX];
};

/* Begins with this sample's stack. */
void wm_unfold_sample(struct wm_unfolding *unfolding, const struct wm_graph *graph, size_t sample);
/* The next entries; returns how many, which may be none before the end. */
size_t wm_unfold(const struct wm_unfolder *unfolder, struct wm_unfolding *unfolding);

#endif
