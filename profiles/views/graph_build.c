/* graph_build.c - the sums of nodes, and their labels. */
#include "profiles/views/graph_parts.h"

#include "profiles/views/tallies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int wm_graph_make_nodes(struct wm_graph *graph)
{
    const struct wm_graph_private *parts = graph->private_;
    graph->nodes = calloc(parts->kind_count + 1, sizeof(graph->nodes[0]));
    if (graph->nodes == NULL)
        return -ENOMEM;
    graph->node_count = parts->kind_count;
    for (size_t i = 0; i < graph->node_count; i++)
        graph->nodes[i] =
            (struct wm_node){.key = &parts->keys[i], .kind = (uint32_t)i, .kept = true};
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
        *(divisors ? &node->total_divisor : &node->total) = sums.tallies[i + 1].total;
        *(divisors ? &node->self_divisor : &node->self) = sums.owns[i + 1];
    }
    wm_tallies_done(&sums);
    return rc;
}

int wm_graph_sum_nodes(struct wm_graph *graph)
{
    int rc = wm_graph_make_nodes(graph);
    if (rc == 0)
        rc = sum_nodes(graph, false);
    if (rc == 0 && graph->report->has_divisor)
        rc = sum_nodes(graph, true);
    return rc;
}

/* ---- The labels ---- */

static int compare_labels(const void *a, const void *b, void *user)
{
    const struct wm_graph_private *parts = user;
    return strcmp(parts->labels[*(const uint32_t *)a], parts->labels[*(const uint32_t *)b]);
}

/* Orders compare labels often, and numbers are compared faster. */
static int rank_labels(struct wm_graph_private *parts)
{
    size_t labelled = 0;
    uint32_t rank = 0, *order = calloc(parts->kind_count + 1, sizeof(order[0]));
    if (order == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < parts->kind_count; i++)
        if (parts->labels[i] != NULL)
            order[labelled++] = (uint32_t)i;
    qsort_r(order, labelled, sizeof(order[0]), compare_labels, parts);
    for (size_t i = 0; i < labelled; i++) {
        if (i > 0 && strcmp(parts->labels[order[i - 1]], parts->labels[order[i]]) != 0)
            rank++;
        parts->ranks[order[i]] = rank;
    }
    free(order);
    return 0;
}

int wm_graph_label_nodes(struct wm_graph *graph)
{
    struct wm_graph_private *parts = graph->private_;
    struct wm_text text;
    int rc = 0;
    wm_text_init(&text);
    for (size_t i = 0; rc == 0 && i < graph->node_count; i++) {
        struct wm_node *node = &graph->nodes[i];
        if (!node->kept)
            continue;
        const char **label = &parts->labels[node->kind];
        if (*label == NULL) {
            wm_text_clear(&text);
            wm_node_add_label(graph->report, node->key, &text);
            *label = text.failed ? NULL : wm_arena_copy(&parts->arena, text.data, text.length);
        }
        node->label = *label;
        if (*label == NULL)
            rc = -ENOMEM;
    }
    wm_text_done(&text);
    return rc < 0 ? rc : rank_labels(parts);
}
