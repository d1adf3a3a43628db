/* graph.c - trims and sorts the graph as pprof does. */
#include "profiles/views/graph.h"

#include "profiles/views/measure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int64_t cut_off(const struct wm_graph *graph, double fraction)
{
    int64_t sum = 0;
    for (size_t i = 0; i < graph->node_count; i++)
        sum = wm_add_wrapping(sum, graph->nodes[i].self);
    return wm_magnitude(wm_truncate((double)sum * fraction));
}

static bool has_cost(const struct wm_node *node)
{
    return node->kept && (node->self != 0 || node->total != 0);
}

/* Nodes without any cost are not counted as dropped: they are not there. */
static void drop_nodes(struct wm_graph *graph, int64_t cut)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        struct wm_node *node = &graph->nodes[i];
        if (!has_cost(node) || wm_magnitude(node->total) >= cut)
            continue;
        node->kept = false;
        graph->dropped_nodes++;
    }
}

static void drop_edges(struct wm_graph *graph, int64_t cut)
{
    size_t kept = 0;
    for (size_t i = 0; i < graph->edge_count; i++)
        if (wm_magnitude(graph->edges[i].weight) >= cut)
            graph->edges[kept++] = graph->edges[i];
    graph->edge_count = kept;
}

/* The last resort of the order: all that a node is, as one text. */
static int compare_whole(const struct wm_graph *graph, const struct wm_node *left,
                         const struct wm_node *right)
{
    const struct wm_node *nodes[2] = {left, right};
    struct wm_text texts[2];
    for (size_t i = 0; i < 2; i++) {
        const struct wm_profile *profile = graph->loaded->profile;
        const struct wm_node_key *key = &nodes[i]->key;
        wm_text_init(&texts[i]);
        wm_text_addf(&texts[i], "{%s  %" PRIu64 " %s %" PRId64 " %" PRId64 " %s}",
                     wm_profile_text(profile, key->name), key->address,
                     wm_profile_text(profile, key->file), key->start_line, key->line,
                     wm_profile_text(profile, key->object));
    }
    int order = strcmp(texts[0].data, texts[1].data);
    wm_text_done(&texts[0]);
    wm_text_done(&texts[1]);
    return order;
}

static int compare_magnitudes(int64_t left, int64_t right)
{
    left = wm_magnitude(left);
    right = wm_magnitude(right);
    return left == right ? 0 : left < right ? 1 : -1;
}

static int compare_nodes(const void *a, const void *b, void *user)
{
    const struct wm_graph *graph = user;
    const struct wm_node *left = &graph->nodes[*(const uint32_t *)a];
    const struct wm_node *right = &graph->nodes[*(const uint32_t *)b];
    int order = compare_magnitudes(left->self, right->self);
    if (order == 0)
        order = strcmp(left->label, right->label);
    if (order == 0)
        order = compare_magnitudes(left->total, right->total);
    return order != 0 ? order : compare_whole(graph, left, right);
}

static int sort_nodes(struct wm_graph *graph)
{
    graph->order = calloc(graph->node_count + 1, sizeof(graph->order[0]));
    if (graph->order == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->node_count; i++)
        if (has_cost(&graph->nodes[i]))
            graph->order[graph->order_count++] = (uint32_t)i;
    qsort_r(graph->order, graph->order_count, sizeof(graph->order[0]), compare_nodes, graph);
    return 0;
}

static int build(struct wm_graph *graph, double node_fraction, double edge_fraction)
{
    int rc = wm_graph_find_nodes(graph);
    if (rc == 0)
        rc = wm_graph_sum(graph);
    if (rc < 0)
        return rc;
    int64_t edge_cut = cut_off(graph, edge_fraction);
    drop_nodes(graph, cut_off(graph, node_fraction));
    if (graph->dropped_nodes > 0)
        rc = wm_graph_sum(graph);
    if (rc == 0)
        rc = sort_nodes(graph);
    drop_edges(graph, edge_cut);
    return rc;
}

int wm_graph_new(const struct wm_loaded *loaded, double node_fraction, double edge_fraction,
                 struct wm_graph **ret_graph, struct wm_error *err)
{
    struct wm_graph *graph = calloc(1, sizeof(*graph));
    int rc = -ENOMEM;
    if (graph != NULL) {
        graph->loaded = loaded;
        graph->total = wm_loaded_total(loaded);
        rc = build(graph, node_fraction, edge_fraction);
    }
    if (rc < 0) {
        wm_graph_free(graph);
        return wm_fail(err, rc, "no memory for the profile's functions");
    }
    *ret_graph = graph;
    return 0;
}

void wm_graph_free(struct wm_graph *graph)
{
    if (graph == NULL)
        return;
    wm_graph_private_free(graph);
    free(graph->nodes);
    free(graph->edges);
    free(graph->order);
    free(graph);
}

const char **wm_graph_inline_marks(const struct wm_graph *graph)
{
    const char **marks = calloc(graph->node_count + 1, sizeof(marks[0]));
    unsigned char *ways = calloc(graph->node_count + 1, 1); /* 1: inlined, 2: called, 3: both */
    static const char *const texts[] = {"", " (inline)", "", " (partial-inline)"};
    if (marks == NULL || ways == NULL) {
        free(marks);
        free(ways);
        return NULL;
    }
    for (size_t i = 0; i < graph->edge_count; i++)
        ways[graph->edges[i].to] |= graph->edges[i].is_inline ? 1 : 2;
    for (size_t i = 0; i < graph->node_count; i++)
        marks[i] = texts[ways[i]];
    free(ways);
    return marks;
}
