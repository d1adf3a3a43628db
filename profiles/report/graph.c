/* graph.c - trims the graph as pprof does.
 *
 * Trimming changes no node's sums, only which calls there are: so nodes are summed once, and calls
 * once it is known which nodes stay. Only a picture needs calls before, since they decide there
 * which nodes come first. */
#include "profiles/report/graph_parts.h"

#include "profiles/report/measure.h"
#include "profiles/report/node_labels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_picture(const struct wm_graph *graph)
{
    return wm_report_has(graph->report, WM_VIEW_PICTURES);
}

/* ---- Which nodes there are ---- */

static bool is_listed(const struct wm_graph *graph, const struct wm_node *node)
{
    bool negative = node->self < 0 || (node->self == 0 && node->total < 0);
    if (!node->kept || (node->self == 0 && node->total == 0))
        return false;
    return !(graph->report->options->drop_negative && negative);
}

static int list_nodes(struct wm_graph *graph)
{
    graph->order = calloc(graph->node_count + 1, sizeof(graph->order[0]));
    if (graph->order == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->node_count; i++) {
        graph->nodes[i].listed = is_listed(graph, &graph->nodes[i]);
        if (graph->nodes[i].listed)
            graph->order[graph->order_count++] = (uint32_t)i;
    }
    return 0;
}

static void find_cuts(struct wm_graph *graph)
{
    const struct wm_report *report = graph->report;
    struct wm_graph_private *parts = graph->private_;
    int64_t sum = 0;
    for (size_t i = 0; i < graph->order_count; i++)
        sum = wm_add_wrapping(sum, graph->nodes[graph->order[i]].self);
    double whole = (double)sum;
    parts->node_cut = wm_magnitude(wm_truncate(whole * wm_report_node_fraction(report)));
    parts->edge_cut = wm_magnitude(wm_truncate(whole * wm_report_edge_fraction(report)));
}

/* The listed nodes that stay are the first `count` of the order; the others are trimmed away. In
 * a graph, but not in a tree, nodes without cost go with them. */
static int keep_first(struct wm_graph *graph, size_t count)
{
    if (!graph->private_->is_tree)
        for (size_t i = 0; i < graph->node_count; i++)
            graph->nodes[i].kept = false;
    for (size_t i = 0; i < graph->order_count; i++) {
        struct wm_node *node = &graph->nodes[graph->order[i]];
        node->kept = node->listed = i < count;
    }
    graph->order_count = count;
    return graph->private_->is_tree ? wm_graph_splice_tree(graph) : 0;
}

/* Of the first `count` nodes of the order, those below the cut move behind the others; returns how
 * many these are. */
static size_t part_small(struct wm_graph *graph, size_t count, int64_t cut)
{
    size_t large = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t node = graph->order[i];
        if (wm_magnitude(graph->nodes[node].total) < cut)
            continue;
        graph->order[i] = graph->order[large];
        graph->order[large++] = node;
    }
    return large;
}

static int drop_small_nodes(struct wm_graph *graph)
{
    if (graph->private_->node_cut <= 0)
        return 0;
    const size_t large = part_small(graph, graph->order_count, graph->private_->node_cut);
    graph->dropped_nodes = graph->order_count - large;
    return graph->dropped_nodes > 0 ? keep_first(graph, large) : 0;
}

static int sort_nodes(struct wm_graph *graph)
{
    int64_t *scores = NULL;
    int rc = is_picture(graph) ? wm_graph_scores(graph, &scores) : 0;
    if (rc == 0)
        rc = wm_graph_sort_nodes(graph, scores);
    free(scores);
    return rc;
}

/* The edges of a tree are made with its nodes. */
static int sum_edges(struct wm_graph *graph)
{
    return graph->private_->is_tree ? 0 : wm_graph_sum_edges(graph);
}

/* ---- All of it ---- */

/* How many of the first nodes the node count may leave. */
static size_t may_stay(const struct wm_graph *graph)
{
    int64_t limit = wm_report_node_count(graph->report);
    bool limits = limit > 0 && (uint64_t)limit < graph->order_count;
    return limits ? (size_t)limit : graph->order_count;
}

/* The node count leaves some nodes only: in a graph, but not in a tree, none of INT64_MIN, whose
 * magnitude is below 0. A picture is then arranged anew. */
static int limit_nodes(struct wm_graph *graph)
{
    int64_t limit = wm_report_node_count(graph->report);
    size_t count = may_stay(graph);
    if (limit <= 0)
        return 0;
    if (is_picture(graph)) {
        count = wm_graph_picture_count(graph, limit);
        wm_graph_drop_edges(graph);
    }
    if (!graph->private_->is_tree)
        count = part_small(graph, count, 0);
    if (count == graph->order_count)
        return 0;
    int rc = keep_first(graph, count);
    if (rc == 0 && is_picture(graph))
        rc = sum_edges(graph);
    if (rc == 0 && is_picture(graph))
        rc = sort_nodes(graph);
    return rc;
}

/* As they lie in memory, with their labels. */
static void ask_for_nodes(struct wm_graph *graph)
{
    const struct wm_graph_wish *wish = graph->private_->wish;
    for (size_t i = 0; wish->wants != NULL && i < graph->node_count; i++) {
        struct wm_node *node = &graph->nodes[i];
        node->wanted = node->listed && wish->wants(wish->user, node);
    }
}

static int arrange(struct wm_graph *graph)
{
    int rc = 0;
    if (is_picture(graph))
        rc = sum_edges(graph);
    if (rc == 0)
        rc = sort_nodes(graph);
    if (rc == 0 && is_picture(graph))
        rc = wm_node_labels_new(graph, may_stay(graph), graph->private_->node_cut, &graph->labels);
    if (rc == 0)
        rc = limit_nodes(graph);
    if (rc == 0 && !is_picture(graph)) {
        ask_for_nodes(graph);
        rc = sum_edges(graph);
    }
    if (rc < 0)
        return rc;
    graph->dropped_edges = wm_graph_drop_edges(graph);
    if (!is_picture(graph))
        return 0; /* each node's are sorted where they are wanted: wm_links_init */
    rc = wm_graph_sort_edges(graph);
    return rc == 0 ? wm_graph_drop_redundant(graph) : rc;
}

static int sum_all(struct wm_graph *graph)
{
    int rc = wm_graph_find_kinds(graph);
    if (rc == 0)
        rc = graph->private_->is_tree ? wm_graph_sum_tree(graph) : wm_graph_sum_nodes(graph);
    if (rc == 0)
        rc = list_nodes(graph);
    if (rc < 0)
        return rc;
    find_cuts(graph);
    rc = drop_small_nodes(graph);
    graph->whole_count = graph->order_count;
    if (rc == 0)
        rc = wm_graph_label_nodes(graph);
    return rc < 0 ? rc : arrange(graph);
}

static int name_all(struct wm_graph *graph)
{
    int rc = wm_graph_find_kinds(graph);
    if (rc == 0)
        rc = wm_graph_make_nodes(graph, true);
    return rc < 0 ? rc : wm_graph_label_nodes(graph);
}

static int make_graph(const struct wm_report *report, const struct wm_graph_wish *wish,
                      int (*build)(struct wm_graph *graph), struct wm_graph **ret_graph,
                      struct wm_error *err)
{
    struct wm_graph *graph = calloc(1, sizeof(*graph));
    struct wm_graph_private *parts = calloc(1, sizeof(*parts));
    int rc = -ENOMEM;
    if (graph != NULL && parts != NULL) {
        graph->report = report;
        graph->private_ = parts;
        parts->wish = wish;
        parts->is_tree = report->options->call_tree && wm_report_has(report, WM_VIEW_CALL_TREES);
        rc = build(graph);
        parts->wish = NULL;
    } else {
        free(parts);
    }
    if (rc < 0) {
        wm_graph_free(graph);
        return wm_fail(err, rc, "no memory for the profile's functions");
    }
    *ret_graph = graph;
    return 0;
}

int wm_graph_new(const struct wm_report *report, const struct wm_graph_wish *wish,
                 struct wm_graph **ret_graph, struct wm_error *err)
{
    static const struct wm_graph_wish all = {.edges = WM_EDGES_ALL};
    return make_graph(report, wish != NULL ? wish : &all, sum_all, ret_graph, err);
}

int wm_graph_new_names(const struct wm_report *report, struct wm_graph **ret_graph,
                       struct wm_error *err)
{
    return make_graph(report, NULL, name_all, ret_graph, err);
}

static void free_parts(struct wm_graph_private *parts)
{
    if (parts == NULL)
        return;
    free(parts->frames);
    free(parts->kinds);
    free(parts->keys);
    free(parts->inlinable);
    free(parts->labels);
    free(parts->ranks);
    free(parts->leaves);
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++)
        wm_arena_done(&parts->arenas[i]);
    free(parts);
}

void wm_graph_free(struct wm_graph *graph)
{
    if (graph == NULL)
        return;
    free_parts(graph->private_);
    wm_node_labels_free(graph->labels);
    free(graph->nodes);
    free(graph->edges);
    free(graph->order);
    free(graph);
}

const char **wm_graph_inline_marks(const struct wm_graph *graph)
{
    static const char *const texts[] = {"", " (inline)", "", " (partial-inline)"};
    const char **marks = calloc(graph->node_count + 1, sizeof(marks[0]));
    unsigned char *ways = calloc(graph->node_count + 1, 1); /* 1: inlined, 2: called, 3: both */
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
