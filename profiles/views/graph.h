/* graph.h - functions with their own and total cost and the calls between them: the one sum under
 * every pprof view. Private to this room. */
#ifndef WM_VIEWS_GRAPH_H
#define WM_VIEWS_GRAPH_H

#include "harness/core/text.h"
#include "profiles/views/load.h"

/* What makes a node itself, all string numbers of the profile. What a granularity does not show
 * is zero; `object` and `start_line` are set only where there is no name. */
struct wm_node_key {
    uint32_t name, file, object;
    int64_t line, start_line;
    uint64_t address;
};

struct wm_node {
    struct wm_node_key key;
    const char *label; /* as printed */
    int64_t self, total;
    bool kept; /* false: trimmed away, not in `order` */
};

struct wm_edge {
    uint32_t from, to; /* nodes: caller, callee */
    int64_t weight;
    bool is_inline;   /* the callee was inlined in all samples */
    bool is_residual; /* trimmed frames lay between, in some sample */
};

struct wm_graph {
    const struct wm_loaded *loaded; /* borrowed */
    struct wm_node *nodes;
    size_t node_count;
    struct wm_edge *edges;
    size_t edge_count;
    uint32_t *order; /* shown nodes, in printing order */
    size_t order_count;
    size_t dropped_nodes;              /* below the node fraction */
    int64_t total;                     /* of which percentages are */
    struct wm_graph_private *private_; /* nodes of each location, the labels' memory */
};

/* Nodes by function name, trimmed as pprof does (`node_fraction` and `edge_fraction` of the sum of
 * self values; 0: not), sorted by self. Borrows `loaded`. -ENOMEM. */
WM_MUST_USE int wm_graph_new(const struct wm_loaded *loaded, double node_fraction,
                             double edge_fraction, struct wm_graph **ret_graph,
                             struct wm_error *err);
void wm_graph_free(struct wm_graph *graph);

/* " (inline)", " (partial-inline)" or "", by the calls that lead to each node: an array by node
 * number for the caller to free(), NULL: no memory. */
const char **wm_graph_inline_marks(const struct wm_graph *graph);

/* graph_build.c */
/* Finds the nodes of all locations. */
WM_MUST_USE int wm_graph_find_nodes(struct wm_graph *graph);
/* Sums all samples into the nodes that are kept, and the edges between them. */
WM_MUST_USE int wm_graph_sum(struct wm_graph *graph);
void wm_graph_private_free(struct wm_graph *graph);

#endif
