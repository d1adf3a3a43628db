/* node_labels.h - what the samples of a node are labelled with, for pictures. Private to this room.
 *
 * All string labels of a sample are one text; of its number labels only those called `bytes` are
 * told, below that text. */
#ifndef WM_REPORT_NODE_LABELS_H
#define WM_REPORT_NODE_LABELS_H

#include "profiles/report/graph.h"

enum { WM_NODE_LABELS_MAX = 4 }; /* that hang from one node, or from one text */

struct wm_node_label {
    uint32_t node;
    uint32_t strings; /* number of its samples' string labels; 0: they have none */
    bool is_number;
    const char *text;
    int64_t number; /* of a number: the first that came to this text, */
    const char *unit;
    int64_t self, self_divisor, total, total_divisor;
};

struct wm_node_labels;

/* Of the first `count` nodes of the order; labels whose costs are all below `cut` are left out.
 * -ENOMEM. */
WM_MUST_USE int wm_node_labels_new(const struct wm_graph *graph, size_t count, int64_t cut,
                                   struct wm_node_labels **ret_labels);
void wm_node_labels_free(struct wm_node_labels *labels);
/* The node's labels: strings first, then numbers grouped by `strings`. Borrowed. */
const struct wm_node_label *wm_node_labels_of(const struct wm_node_labels *labels, uint32_t node,
                                              size_t *ret_count);
/* How many of them the node's own cost has. */
size_t wm_node_labels_own(const struct wm_node_labels *labels, uint32_t node);

#endif
