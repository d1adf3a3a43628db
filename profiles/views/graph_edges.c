/* graph_edges.c - the calls between nodes: dropped, sorted, found by their ends. */
#include "profiles/views/graph_parts.h"

#include "profiles/views/measure.h"

#include <errno.h>
#include <stdlib.h>

/* The reference cuts the calls that lead to listed nodes; those that lead from one to a node that
 * is not listed, for it has no cost, are left however small they are. */
size_t wm_graph_drop_edges(struct wm_graph *graph)
{
    size_t kept = 0, dropped = 0;
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct wm_edge *edge = &graph->edges[i];
        bool to_listed = graph->nodes[edge->to].listed;
        bool small = wm_magnitude(edge->weight) < graph->private_->edge_cut;
        dropped += to_listed && small;
        if (to_listed ? !small : graph->nodes[edge->from].listed)
            graph->edges[kept++] = *edge;
    }
    graph->edge_count = kept;
    return dropped;
}

int wm_compare_magnitudes(int64_t left, int64_t right)
{
    left = wm_magnitude(left);
    right = wm_magnitude(right);
    return left == right ? 0 : left < right ? 1 : -1;
}

static int compare_edges(const void *a, const void *b, void *user)
{
    const struct wm_graph *graph = user;
    const struct wm_edge *left = a, *right = b;
    const uint32_t *ranks = graph->private_->ranks;
    const uint32_t ends[2][4] = {
        {ranks[graph->nodes[left->from].kind],  ranks[graph->nodes[left->to].kind],  left->from,
         left->to },
        {ranks[graph->nodes[right->from].kind], ranks[graph->nodes[right->to].kind], right->from,
         right->to},
    };
    int order = wm_compare_magnitudes(left->weight, right->weight);
    for (size_t i = 0; order == 0 && i < 4; i++)
        order = ends[0][i] < ends[1][i] ? -1 : ends[0][i] > ends[1][i];
    return order;
}

void wm_graph_sort_edges(struct wm_graph *graph)
{
    if (graph->edge_count > 1)
        qsort_r(graph->edges, graph->edge_count, sizeof(graph->edges[0]), compare_edges, graph);
}

static int compare_numbers(const void *a, const void *b, void *user)
{
    struct wm_graph *graph = user;
    return compare_edges(&graph->edges[*(const uint32_t *)a], &graph->edges[*(const uint32_t *)b],
                         graph);
}

/* Most nodes have a few. */
static void sort_links(const struct wm_graph *graph, uint32_t *edges, size_t count)
{
    enum { FEW = 8 };
    void *user = (void *)(uintptr_t)graph; /* only read */
    if (count > FEW)
        qsort_r(edges, count, sizeof(edges[0]), compare_numbers, user);
    for (size_t i = 1; count <= FEW && i < count; i++)
        for (size_t at = i; at > 0 && compare_numbers(&edges[at - 1], &edges[at], user) > 0; at--) {
            const uint32_t later = edges[at - 1];
            edges[at - 1] = edges[at];
            edges[at] = later;
        }
}

int wm_links_init(const struct wm_graph *graph, enum wm_link_end end, struct wm_links *links)
{
    *links = (struct wm_links){
        .first = calloc(graph->node_count + 2, sizeof(links->first[0])),
        .edges = calloc(graph->edge_count + 1, sizeof(links->edges[0])),
    };
    if (links->first == NULL || links->edges == NULL) {
        wm_links_done(links);
        return -ENOMEM;
    }
    /* Counted one place further on, so that filling moves each start to where it belongs. */
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct wm_edge *edge = &graph->edges[i];
        links->first[(end == WM_LINKS_TO_CALLERS ? edge->to : edge->from) + 2]++;
    }
    for (size_t i = 2; i < graph->node_count + 2; i++)
        links->first[i] += links->first[i - 1];
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct wm_edge *edge = &graph->edges[i];
        uint32_t node = end == WM_LINKS_TO_CALLERS ? edge->to : edge->from;
        links->edges[links->first[node + 1]++] = (uint32_t)i;
    }
    for (size_t i = 0; i < graph->node_count; i++)
        sort_links(graph, links->edges + links->first[i], links->first[i + 1] - links->first[i]);
    return 0;
}

void wm_links_done(struct wm_links *links)
{
    free(links->first);
    free(links->edges);
    *links = (struct wm_links){.first = NULL};
}
