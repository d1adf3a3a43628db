/* graph.h - nodes with their own and total cost and the calls between them: the one sum under every
 * pprof view that shows code. Private to this room. */
#ifndef WM_VIEWS_GRAPH_H
#define WM_VIEWS_GRAPH_H

#include "profiles/views/report.h"

/* What makes a node itself, all string numbers of the profile. What a granularity does not show is
 * zero; `object` and `start_line` are set only where there is no name, or the view tells them
 * apart (raw, list, callgrind). */
struct wm_node_key {
    uint32_t name, file, object;
    int64_t line, start_line;
    uint64_t address;
};

struct wm_node {
    struct wm_node_key key;
    const char *label; /* as printed */
    int64_t self, total;                 /* flat and cum, undivided */
    int64_t self_divisor, total_divisor; /* -mean: what they are divided by; 0 otherwise */
    bool kept; /* false: trimmed away, not in `order` */
};

struct wm_edge {
    uint32_t from, to; /* nodes: caller, callee */
    int64_t weight, divisor;
    bool is_inline;   /* the callee was inlined in all samples */
    bool is_residual; /* trimmed frames lay between, in some sample */
};

struct wm_graph {
    const struct wm_report *report; /* borrowed */
    struct wm_node *nodes;
    size_t node_count;
    struct wm_edge *edges; /* all of them, sorted as pprof sorts edges */
    size_t edge_count;
    uint32_t *order; /* shown nodes, in printing order */
    size_t order_count;
    size_t dropped_nodes, dropped_edges; /* below the fractions */
    size_t whole_count;                  /* nodes before the node count cut them: "out of M" */
    struct wm_graph_private *private_;
};

/* Trimmed and sorted as the options say. -ENOMEM. */
WM_MUST_USE int wm_graph_new(const struct wm_report *report, struct wm_graph **ret_graph,
                             struct wm_error *err);
void wm_graph_free(struct wm_graph *graph);

/* What a node or edge is printed with: divided with -mean. */
int64_t wm_node_self(const struct wm_node *node);
int64_t wm_node_total(const struct wm_node *node);

/* " (inline)", " (partial-inline)" or "", by the calls that lead to each node: an array by node
 * number for the caller to free(), NULL: no memory. */
const char **wm_graph_inline_marks(const struct wm_graph *graph);

/* node.c: the key of a location's line (`line` counts from 0, the innermost; ignored for one
 * without lines), and its printed name, added to `text`. */
void wm_node_key_of(const struct wm_report *report, uint32_t location, uint32_t line,
                    struct wm_node_key *ret_key);
void wm_node_add_label(const struct wm_report *report, const struct wm_node_key *key,
                       struct wm_text *text);

#endif
