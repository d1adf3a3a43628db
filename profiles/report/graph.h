/* graph.h - nodes with their own and total cost and the calls between them: the one sum under every
 * pprof view that shows code. Private to this room. */
#ifndef WM_REPORT_GRAPH_H
#define WM_REPORT_GRAPH_H

#include "profiles/pprof/scale.h"
#include "profiles/report/report.h"

/* What makes a node itself, all string numbers of the profile. What a granularity does not show is
 * zero; `object` and `start_line` are set only where there is no name, or the view tells them
 * apart (list, callgrind). */
struct wm_node_key {
    uint32_t name, file, object;
    int64_t line, start_line;
    uint64_t address;
};

struct wm_node {
    const struct wm_node_key *key;
    const char *label;                   /* as printed; NULL where not kept, or not wished for */
    int64_t self, total;                 /* flat and cum, undivided */
    int64_t self_divisor, total_divisor; /* -mean: what they are divided by; 0 otherwise */
    uint32_t kind;                       /* equal for nodes of equal keys, in a call tree */
    uint32_t caller; /* call tree: who called it before any trimming, + 1; 0 otherwise */
    bool kept;       /* false: trimmed away; calls go past it */
    bool listed;     /* in `order` */
    bool wanted;     /* what wm_graph_wish.wants said of it */
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
    struct wm_edge *edges; /* all that are shown; of a picture sorted as pprof sorts edges */
    size_t edge_count;
    uint32_t *order; /* shown nodes, in printing order */
    size_t order_count;
    size_t dropped_nodes, dropped_edges; /* below the fractions */
    size_t whole_count;                  /* nodes before the node count cut them: "out of M" */
    struct wm_node_labels *labels;       /* of a picture's nodes (node_labels.h); else NULL */
    struct wm_graph_private *private_;
};

/* Which calls the view shows. They are most of the work, so the others are not summed. */
enum wm_edge_wish {
    WM_EDGES_ALL,
    WM_EDGES_NONE,
    WM_EDGES_INLINED, /* those that decide wm_graph_inline_marks */
    WM_EDGES_WANTED,  /* from and to the nodes that `wants` wants, of the listed ones */
};

struct wm_graph_wish {
    enum wm_edge_wish edges;
    bool no_labels; /* they are not printed: once the order is known, they go */
    bool (*wants)(void *user, const struct wm_node *node);
    void *user;
};

/* Trimmed and sorted as the options say. `wish` NULL: with all calls. -ENOMEM. */
WM_MUST_USE int wm_graph_new(const struct wm_report *report, const struct wm_graph_wish *wish,
                             struct wm_graph **ret_graph, struct wm_error *err);
/* Only which nodes there are and their labels (graph_parts.h has the ranks): no sums, no calls, no
 * order, nothing trimmed. -ENOMEM. */
WM_MUST_USE int wm_graph_new_names(const struct wm_report *report, struct wm_graph **ret_graph,
                                   struct wm_error *err);
void wm_graph_free(struct wm_graph *graph);

/* What a node or edge is printed with: divided with -mean. */
static inline int64_t wm_node_self(const struct wm_node *node)
{
    return wm_divide(node->self, node->self_divisor);
}

static inline int64_t wm_node_total(const struct wm_node *node)
{
    return wm_divide(node->total, node->total_divisor);
}

static inline int64_t wm_edge_weight(const struct wm_edge *edge)
{
    return wm_divide(edge->weight, edge->divisor);
}

/* " (inline)", " (partial-inline)" or "", by the calls that lead to each node: an array by node
 * number for the caller to free(), NULL: no memory. */
const char **wm_graph_inline_marks(const struct wm_graph *graph);

/* graph_order.c: the edges of each node, sorted as pprof sorts edges: those of node n are links[i]
 * from first[n] up to, without, first[n + 1]. What a line of them needs stands together, since
 * edges lie anywhere in memory. Zeroed is empty. */
struct wm_link {
    int64_t weight;
    uint32_t edge;  /* in graph->edges */
    uint32_t other; /* node at its other end */
    bool is_inline;
};

struct wm_links {
    size_t *first;
    struct wm_link *links;
};

enum wm_link_end { WM_LINKS_TO_CALLERS, WM_LINKS_TO_CALLEES };

WM_MUST_USE int wm_links_init(const struct wm_graph *graph, enum wm_link_end end,
                              struct wm_links *links);
void wm_links_done(struct wm_links *links);

/* node.c: the key of a location's line (`line` counts from 0, the innermost; ignored for one
 * without lines), and its printed name, added to `text`. */
void wm_node_key_of(const struct wm_report *report, uint32_t location, uint32_t line,
                    struct wm_node_key *ret_key);
void wm_node_add_label(const struct wm_report *report, const struct wm_node_key *key,
                       struct wm_text *text);
/* The same with other texts for its name and file, and `between` the words. */
void wm_node_add_words(const struct wm_report *report, const struct wm_node_key *key,
                       const char *name, const char *file, const char *between,
                       struct wm_text *text);
/* The last resort of every order of nodes. */
int wm_node_compare_keys(const struct wm_report *report, const struct wm_node_key *left,
                         const struct wm_node_key *right);

#endif
