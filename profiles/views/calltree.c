/* calltree.c - every function between those that call it and those that it calls. */
#include "profiles/views/calltree.h"

#include "profiles/views/banner.h"
#include "profiles/views/measure.h"

#include <errno.h>

enum { VALUE_COLUMNS = 10, CALL_COLUMNS = 50 };

static const char SEPARATOR[] =
    "----------------------------------------------------------+-------------\n";
static const char LEGEND[] =
    "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n";

struct block {
    const struct wm_graph *graph;
    struct wm_text *text;
    const char *unit;
    struct wm_links callers, callees;
    int64_t running; /* own costs of the blocks so far */
};

static void add_value(const struct block *block, int64_t value, int columns)
{
    char measured[WM_MEASURE_BYTES];
    wm_report_measure(block->graph->report, value, block->unit, measured);
    wm_text_add_padded(block->text, measured, -columns);
}

static void add_percent(const struct block *block, int64_t value, int64_t total)
{
    char percent[WM_PERCENT_BYTES];
    wm_text_add(block->text, " ");
    wm_text_add(block->text, wm_percent(value, total, percent));
}

/* Calls are shown undivided even with -mean, as in the reference. */
static void add_calls(const struct block *block, const struct wm_links *links, uint32_t number)
{
    const struct wm_graph *graph = block->graph;
    int64_t total = wm_node_total(&graph->nodes[number]);
    for (size_t i = links->first[number]; i < links->first[number + 1]; i++) {
        const struct wm_edge *edge = &graph->edges[links->edges[i]];
        uint32_t other = edge->from == number ? edge->to : edge->from;
        add_value(block, edge->weight, CALL_COLUMNS);
        add_percent(block, edge->weight, total);
        wm_text_add(block->text, " |   ");
        wm_text_add(block->text, graph->nodes[other].label);
        wm_text_add(block->text, edge->is_inline ? " (inline)\n" : "\n");
    }
}

static void add_block(struct block *block, uint32_t number)
{
    const struct wm_node *node = &block->graph->nodes[number];
    int64_t whole = block->graph->report->total;
    block->running = wm_add_wrapping(block->running, wm_node_self(node));
    wm_text_add(block->text, SEPARATOR);
    add_calls(block, &block->callers, number);
    add_value(block, wm_node_self(node), VALUE_COLUMNS);
    add_percent(block, wm_node_self(node), whole);
    add_percent(block, block->running, whole);
    wm_text_add(block->text, " ");
    add_value(block, wm_node_total(node), VALUE_COLUMNS);
    add_percent(block, wm_node_total(node), whole);
    wm_text_add(block->text, "                | ");
    wm_text_add(block->text, node->label);
    wm_text_add(block->text, "\n");
    add_calls(block, &block->callees, number);
}

int wm_calltree_add(struct wm_text *text, const struct wm_graph *graph, bool wanted_only,
                    struct wm_error *err)
{
    struct block block = {.graph = graph, .text = text, .unit = wm_banner_unit(graph)};
    int rc = wm_links_init(graph, WM_LINKS_TO_CALLERS, &block.callers);
    if (rc == 0)
        rc = wm_links_init(graph, WM_LINKS_TO_CALLEES, &block.callees);
    if (rc < 0) {
        wm_fail(err, rc, "no memory for the view");
        goto out;
    }
    wm_banner_add(text, graph, block.unit, false);
    wm_text_add(text, SEPARATOR);
    wm_text_add(text, LEGEND);
    for (size_t i = 0; i < graph->order_count; i++)
        if (!wanted_only || graph->nodes[graph->order[i]].wanted)
            add_block(&block, graph->order[i]);
    if (graph->order_count > 0)
        wm_text_add(text, SEPARATOR);
out:
    wm_links_done(&block.callers);
    wm_links_done(&block.callees);
    return rc;
}

int wm_print_tree(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct wm_graph *graph = NULL;
    int rc = wm_graph_new(report, NULL, &graph, err);
    if (rc == 0)
        rc = wm_calltree_add(text, graph, false, err);
    wm_graph_free(graph);
    return rc;
}
