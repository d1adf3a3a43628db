/* by_tree.c - functions between their callers and callees, what each costs in every column. */
#include "profiles/report/by.h"

#include "profiles/report/calltree.h"
#include "profiles/report/segment_calls.h"

#include <errno.h>

struct tree {
    const struct wm_by *by;
    const struct wm_graph *graph;
    const struct wm_by_sums *sums;
    const struct wm_segment_calls *calls;
    struct wm_links callers, callees;
    struct wm_by_table table;
};

static void add_calls(struct tree *tree, const struct wm_links *links, uint32_t node)
{
    for (size_t i = links->first[node]; i < links->first[node + 1]; i++) {
        uint32_t number = links->links[i].edge;
        const struct wm_edge *edge = &tree->graph->edges[number];
        uint32_t other = edge->from == node ? edge->to : edge->from;
        wm_by_table_add(&tree->table,
                        &(struct wm_by_row){
                            .kind = WM_BY_ROW_CALL,
                            .label = tree->graph->nodes[other].label,
                            .mark = edge->is_inline ? " (inline)" : "",
                            .total = tree->sums->calls + number * tree->sums->stride,
                            .calls = wm_segment_calls_between(tree->calls, edge->from, edge->to),
                        });
    }
}

static void add_block(struct tree *tree, uint32_t node)
{
    const struct wm_by_row rule = {.kind = WM_BY_ROW_RULE, .calls = -1};
    wm_by_table_add(&tree->table, &rule);
    add_calls(tree, &tree->callers, node);
    wm_by_table_add(&tree->table, &(struct wm_by_row){
                                      .kind = WM_BY_ROW_NODE,
                                      .label = tree->graph->nodes[node].label,
                                      .mark = "",
                                      .self = tree->sums->self + node * tree->sums->stride,
                                      .total = tree->sums->total + node * tree->sums->stride,
                                      .calls = wm_segment_calls_of(tree->calls, node),
                                  });
    add_calls(tree, &tree->callees, node);
}

static int add_tree(struct tree *tree, bool wanted_only, struct wm_text *text)
{
    const struct wm_graph *graph = tree->graph;
    int rc = wm_links_init(graph, WM_LINKS_TO_CALLERS, &tree->callers);
    if (rc == 0)
        rc = wm_links_init(graph, WM_LINKS_TO_CALLEES, &tree->callees);
    for (size_t i = 0; rc == 0 && i < graph->order_count; i++)
        if (!wanted_only || graph->nodes[graph->order[i]].wanted)
            add_block(tree, graph->order[i]);
    if (rc == 0)
        rc = wm_by_table_print(&tree->table, 0, text);
    wm_by_table_done(&tree->table);
    wm_links_done(&tree->callers);
    wm_links_done(&tree->callees);
    return rc;
}

static int print(const struct wm_by *by, struct wm_graph *graph, bool wanted_only,
                 struct wm_text *text)
{
    struct wm_segment_calls *calls = NULL;
    struct wm_by_sums sums = {.stride = 0};
    int rc = wm_segment_calls_new(graph, &calls);
    if (rc == 0)
        rc = wm_by_sums_init(&sums, by, graph, true);
    if (rc == 0 && by->compares)
        rc = wm_by_sort(by, &sums, graph);
    if (rc == 0) {
        struct tree tree = {
            .by = by,
            .graph = graph,
            .sums = &sums,
            .calls = calls,
            .table = {.by = by, .is_tree = true}
        };
        rc = add_tree(&tree, wanted_only, text);
    }
    wm_by_sums_done(&sums);
    wm_segment_calls_free(calls);
    return rc;
}

int wm_print_tree_by(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct wm_graph *graph = NULL;
    struct wm_by *by = NULL;
    int rc = wm_by_new(report, &by, err);
    if (rc == 0)
        rc = wm_graph_new(report, NULL, &graph, err);
    if (rc == 0 && print(by, graph, false, text) < 0)
        rc = wm_fail(err, -ENOMEM, "no memory for the view");
    wm_graph_free(graph);
    wm_by_free(by);
    return rc;
}

int wm_print_peek_by(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct wm_graph *graph = NULL;
    struct wm_by *by = NULL;
    int rc = wm_by_new(report, &by, err);
    if (rc == 0)
        rc = wm_peek_graph_new(report, &graph, err);
    if (rc == 0 && print(by, graph, true, text) < 0)
        rc = wm_fail(err, -ENOMEM, "no memory for the view");
    wm_graph_free(graph);
    wm_by_free(by);
    return rc;
}
