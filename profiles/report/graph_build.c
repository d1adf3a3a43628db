/* graph_build.c - nodes and their sums. */
#include "profiles/report/graph_parts.h"

#include "profiles/report/tallies.h"

#include <errno.h>
#include <stdlib.h>

int wm_graph_make_nodes(struct wm_graph *graph, bool kept)
{
    const struct wm_graph_private *parts = graph->private_;
    graph->nodes = calloc(parts->kind_count + 1, sizeof(graph->nodes[0]));
    if (graph->nodes == NULL)
        return -ENOMEM;
    graph->node_count = parts->kind_count;
    for (size_t i = 0; i < graph->node_count; i++)
        graph->nodes[i] =
            (struct wm_node){.key = &parts->keys[i], .kind = (uint32_t)i, .kept = kept};
    return 0;
}

static int sum_nodes(struct wm_graph *graph, bool divisors)
{
    struct wm_tallies sums;
    const struct wm_tallying all = {
        .graph = graph,
        .column_count = graph->node_count + 1,
        .row_count = 1,
        .divisors = divisors,
    };
    int rc = wm_tallies_init(&sums, &all);
    for (size_t i = 0; rc == 0 && i < graph->node_count; i++) {
        struct wm_node *node = &graph->nodes[i];
        node->kept |= sums.tallies[i + 1].sample != 0;
        *(divisors ? &node->total_divisor : &node->total) = sums.tallies[i + 1].total;
        *(divisors ? &node->self_divisor : &node->self) = sums.owns[i + 1];
    }
    wm_tallies_done(&sums);
    return rc;
}

int wm_graph_sum_nodes(struct wm_graph *graph)
{
    int rc = wm_graph_make_nodes(graph, false);
    if (rc == 0)
        rc = sum_nodes(graph, false);
    if (rc == 0 && graph->report->has_divisor)
        rc = sum_nodes(graph, true);
    return rc;
}
