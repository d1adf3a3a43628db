/* graph_tree.c - the graph where each stack has nodes of its own: -call_tree.
 *
 * A node is made after the one that calls it, so numbers rise from root to leaf. */
#include "profiles/report/graph_parts.h"

#include "profiles/pprof/sample_stack.h"
#include "profiles/report/measure.h"

#include <errno.h>
#include <stdlib.h>

struct growing {
    struct wm_graph *graph;
    size_t capacity;
    bool *inlined;            /* per node: in all samples */
    struct wm_pairs children; /* caller + 1 (0: a root) and kind to the node */
};

static int grow(struct growing *growing)
{
    struct wm_graph *graph = growing->graph;
    size_t capacity = growing->capacity == 0 ? 256 : 2 * growing->capacity;
    struct wm_node *nodes = reallocarray(graph->nodes, capacity, sizeof(nodes[0]));
    if (nodes == NULL)
        return -ENOMEM;
    graph->nodes = nodes;
    bool *inlined = reallocarray(growing->inlined, capacity, sizeof(inlined[0]));
    if (inlined == NULL)
        return -ENOMEM;
    growing->inlined = inlined;
    growing->capacity = capacity;
    return 0;
}

/* The node of this kind that the one before `caller` (0: none) calls. */
static int64_t find_node(struct growing *growing, uint32_t caller, uint32_t kind)
{
    struct wm_graph *graph = growing->graph;
    const struct wm_graph_private *parts = graph->private_;
    int64_t number = wm_pairs_add(&growing->children, caller, kind);
    if (number < 0 || (size_t)number < graph->node_count)
        return number;
    if (graph->node_count == growing->capacity && grow(growing) < 0)
        return -ENOMEM;
    growing->inlined[number] = true;
    graph->nodes[graph->node_count++] =
        (struct wm_node){.key = &parts->keys[kind], .kind = kind, .caller = caller, .kept = true};
    return number;
}

static int sum_sample(struct growing *growing, size_t sample_number)
{
    struct wm_graph *graph = growing->graph;
    const struct wm_profile *profile = graph->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[sample_number];
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    int64_t value, divisor;
    uint32_t caller = 0;
    if (!wm_sample_cost(graph->report, sample_number, &value, &divisor))
        return 0;
    for (uint32_t i = sample->location_count; i-- > 0;) {
        uint32_t location = wm_sample_frame(stack, i);
        struct wm_frames frames = graph->private_->frames[location];
        for (uint32_t at = frames.count; at-- > 0;) {
            uint32_t kind = wm_kind_at(graph->private_, frames, at);
            int64_t number = find_node(growing, caller, kind);
            if (number < 0)
                return -ENOMEM;
            struct wm_node *node = &graph->nodes[number];
            node->total = wm_add_wrapping(node->total, value);
            node->total_divisor = wm_add_wrapping(node->total_divisor, divisor);
            growing->inlined[number] &= at + 1 < frames.count;
            caller = (uint32_t)number + 1;
        }
    }
    if (caller != 0) {
        struct wm_node *leaf = &graph->nodes[caller - 1];
        leaf->self = wm_add_wrapping(leaf->self, value);
        leaf->self_divisor = wm_add_wrapping(leaf->self_divisor, divisor);
    }
    graph->private_->leaves[sample_number] = caller;
    return 0;
}

/* A call costs what its only callee does. */
static int make_edges(struct growing *growing)
{
    struct wm_graph *graph = growing->graph;
    graph->edges = calloc(graph->node_count + 1, sizeof(graph->edges[0]));
    if (graph->edges == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->node_count; i++) {
        const struct wm_node *node = &graph->nodes[i];
        if (node->caller != 0)
            graph->edges[graph->edge_count++] = (struct wm_edge){
                .from = node->caller - 1,
                .to = (uint32_t)i,
                .weight = node->total,
                .divisor = node->total_divisor,
                .is_inline = growing->inlined[i],
            };
    }
    return 0;
}

int wm_graph_sum_tree(struct wm_graph *graph)
{
    const struct wm_profile *profile = graph->report->profile;
    struct growing growing = {.graph = graph};
    int rc = grow(&growing);
    graph->private_->leaves = calloc(profile->sample_count + 1, sizeof(uint32_t));
    if (graph->private_->leaves == NULL)
        rc = -ENOMEM;
    for (size_t i = 0; rc == 0 && i < profile->sample_count; i++)
        rc = sum_sample(&growing, i);
    wm_pairs_done(&growing.children);
    if (rc == 0)
        rc = make_edges(&growing);
    free(growing.inlined);
    return rc;
}

/* The calls of a node that is gone become its caller's; without a caller they are roots. */
int wm_graph_splice_tree(struct wm_graph *graph)
{
    uint32_t *calls = calloc(graph->node_count + 1, sizeof(calls[0])); /* to each node, + 1 */
    if (calls == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->edge_count; i++)
        calls[graph->edges[i].to] = (uint32_t)i + 1;
    for (size_t i = 0; i < graph->node_count; i++) {
        if (calls[i] == 0)
            continue;
        struct wm_edge *edge = &graph->edges[calls[i] - 1];
        if (graph->nodes[edge->from].kept)
            continue;
        uint32_t above = calls[edge->from];
        if (above == 0) {
            calls[i] = 0;
            continue;
        }
        edge->from = graph->edges[above - 1].from;
        edge->is_residual = true;
        edge->is_inline &= graph->edges[above - 1].is_inline;
    }
    size_t kept = 0;
    for (size_t i = 0; i < graph->edge_count; i++) {
        struct wm_edge edge = graph->edges[i];
        if (calls[edge.to] == i + 1 && graph->nodes[edge.to].kept)
            graph->edges[kept++] = edge;
    }
    graph->edge_count = kept;
    free(calls);
    return 0;
}
