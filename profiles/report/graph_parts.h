/* graph_parts.h - what the graph_*.c files share. Private to them.
 *
 *   graph_kinds.c    which lines are of one node   ┐
 *   graph_build.c    nodes and their sums          │
 *   graph_tree.c     the same for call trees       │
 *   graph_labels.c   their labels                  │
 *   graph_edges.c    calls between those that stay ├ graph.c trims, hands out
 *   graph_order.c    the order of both             │
 *   graph_walk.c     which samples nodes come from │
 *   graph_calls.c    which samples calls come from │
 *   graph_picture.c  order for pictures            ┘ */
#ifndef WM_REPORT_GRAPH_PARTS_H
#define WM_REPORT_GRAPH_PARTS_H

#include "profiles/report/graph.h"

#include "harness/core/arena.h"
#include "harness/core/parallel.h"
#include "profiles/report/pairs.h"

enum { WM_NO_NODE = UINT32_MAX };
enum { WM_SLICE_LEAST = 20000 }; /* samples that are worth a thread: some milliseconds */
enum { WM_TURN = 1000 };         /* samples that a thread takes at once: tens of microseconds */

/* The kinds of nodes that a location's lines are, innermost first. Most locations have one line:
 * its kind stands here itself, which saves a look-up per frame. */
struct wm_frames {
    uint32_t first; /* the kind itself, or where they begin in `kinds` */
    uint32_t count;
};

struct wm_graph_private {
    const struct wm_graph_wish *wish;
    struct wm_frames *frames; /* per location */
    uint32_t *kinds;
    struct wm_node_key *keys; /* per kind */
    bool *inlinable;          /* per kind: some location has it inlined */
    size_t kind_count;
    struct wm_arena arenas[WM_PARALLEL_MAX]; /* of the labels, by the thread that wrote them */
    const char **labels;                     /* per kind; NULL where no node is kept */
    uint32_t *ranks; /* per kind: the order of the labels, equal for equal ones */
    bool is_tree;
    uint32_t *leaves; /* call tree, per sample: its last node, + 1; 0: it counts nothing */
    int64_t node_cut, edge_cut;
};

/* What a sample counts; false: nothing. */
static inline bool wm_sample_cost(const struct wm_report *report, size_t sample, int64_t *ret_value,
                                  int64_t *ret_divisor)
{
    *ret_value = wm_report_value(report, sample);
    *ret_divisor = report->has_divisor ? wm_report_divisor(report, sample) : 0;
    return *ret_value != 0 || *ret_divisor != 0;
}

/* The kind of line `line` of a location with these frames. */
static inline uint32_t wm_kind_at(const struct wm_graph_private *parts, struct wm_frames frames,
                                  uint32_t line)
{
    return frames.count == 1 ? frames.first : parts->kinds[frames.first + line];
}

/* graph_kinds.c: the kinds of all locations. -ENOMEM. */
WM_MUST_USE int wm_graph_find_kinds(struct wm_graph *graph);

/* graph_build.c: one node per kind; the same with its sums, kept if some sample counts for it.
 * -ENOMEM. */
WM_MUST_USE int wm_graph_make_nodes(struct wm_graph *graph, bool kept);
WM_MUST_USE int wm_graph_sum_nodes(struct wm_graph *graph);

/* graph_labels.c: labels of the kinds of kept nodes, with their ranks. -ENOMEM. */
WM_MUST_USE int wm_graph_label_nodes(struct wm_graph *graph);

/* graph_order.c: the listed nodes by their scores (by number; NULL: own cost, or total with -cum);
 * the calls, the heaviest first. -ENOMEM. */
WM_MUST_USE int wm_graph_sort_nodes(struct wm_graph *graph, const int64_t *scores);
WM_MUST_USE int wm_graph_sort_edges(struct wm_graph *graph);

/* graph_walk.c: calls `visit` for every sample with each chosen node of its stack, once each, and
 * with a node whose own cost it is once more. By `threads` threads, WM_PARALLEL_MAX at most, in any
 * order, but each goes forward. -ENOMEM, or what `visit` returns. */
struct wm_visit {
    size_t thread, sample;
    int64_t value, divisor;
    const uint32_t *nodes; /* indices into `chosen` */
    size_t count;
    bool is_leaf; /* it is one node: its own cost */
};

struct wm_visitor {
    const uint32_t *chosen; /* nodes, no one twice */
    size_t count;
    int (*visit)(void *user, const struct wm_visit *visit);
    void *user;
};

WM_MUST_USE int wm_graph_walk(const struct wm_graph *graph, const struct wm_visitor *visitor,
                              size_t threads);

/* graph_calls.c: calls `visit` for every sample and call (its number in graph->edges) in its stack,
 * once each. Not for call trees, whose calls belong to one stack each. */
struct wm_call_visit {
    size_t sample;
    int64_t value;
    uint32_t edge;
};

WM_MUST_USE int wm_graph_walk_calls(const struct wm_graph *graph,
                                    int (*visit)(void *user, const struct wm_call_visit *visit),
                                    void *user);

/* graph_tree.c: a node per stack, its calls too; the calls after nodes are no longer kept. */
WM_MUST_USE int wm_graph_sum_tree(struct wm_graph *graph);
WM_MUST_USE int wm_graph_splice_tree(struct wm_graph *graph);

/* graph_edges.c: between kept nodes, as wished; -ENOMEM. Those below the cut go, and those that no
 * listed node has: returns how many were below. */
WM_MUST_USE int wm_graph_sum_edges(struct wm_graph *graph);
size_t wm_graph_drop_edges(struct wm_graph *graph);

/* graph_picture.c: what each node is worth in a picture, by number, for the caller to free(); how
 * many of the ordered nodes `limit` leaves; the calls that a picture can do without go. -ENOMEM. */
WM_MUST_USE int wm_graph_scores(const struct wm_graph *graph, int64_t **ret_scores);
size_t wm_graph_picture_count(const struct wm_graph *graph, int64_t limit);
WM_MUST_USE int wm_graph_drop_redundant(struct wm_graph *graph);

#endif
