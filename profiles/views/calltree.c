/* calltree.c - every function between those that call it and those that it calls. */
#include "profiles/views/calltree.h"

#include "profiles/views/banner.h"
#include "profiles/views/measure.h"
#include "profiles/views/segment_calls.h"

#include "harness/core/units.h"

#include <errno.h>

enum { VALUE_COLUMNS = 10, CALL_COLUMNS = 50, COUNT_COLUMNS = 13 };

static const char SEPARATOR[] = "----------------------------------------------------------";
static const char LEGEND[] = "      flat  flat%   sum%        cum   cum%   calls calls%";

struct block {
    const struct wm_graph *graph;
    struct wm_text *text;
    const char *unit;
    struct wm_links callers, callees;
    struct wm_segment_calls *calls;
    bool has_counts; /* of calls, exactly: a column that pprof has not */
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

static void add_count(const struct block *block, int64_t count)
{
    char number[WM_UNIT_BYTES];
    if (block->has_counts)
        wm_text_add_padded(block->text, count >= 0 ? wm_units_count((uint64_t)count, number) : "",
                           -COUNT_COLUMNS);
}

static void add_separator(const struct block *block)
{
    wm_text_add(block->text, SEPARATOR);
    wm_text_add(block->text, block->has_counts ? "-------------" : "");
    wm_text_add(block->text, "+-------------\n");
}

static void add_legend(const struct block *block)
{
    wm_text_add(block->text, LEGEND);
    wm_text_add(block->text, block->has_counts ? "  exact calls" : "");
    wm_text_add(block->text, " + context \t \t \n");
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
        add_count(block, wm_segment_calls_between(block->calls, edge->from, edge->to));
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
    add_separator(block);
    add_calls(block, &block->callers, number);
    add_value(block, wm_node_self(node), VALUE_COLUMNS);
    add_percent(block, wm_node_self(node), whole);
    add_percent(block, block->running, whole);
    wm_text_add(block->text, " ");
    add_value(block, wm_node_total(node), VALUE_COLUMNS);
    add_percent(block, wm_node_total(node), whole);
    wm_text_add(block->text, "               ");
    add_count(block, wm_segment_calls_of(block->calls, number));
    wm_text_add(block->text, " | ");
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
    if (rc == 0)
        rc = wm_segment_calls_new(graph, &block.calls);
    if (rc < 0) {
        wm_fail(err, rc, "no memory for the view");
        goto out;
    }
    block.has_counts = wm_segment_calls_any(block.calls);
    wm_banner_add(text, graph, block.unit, false);
    add_separator(&block);
    add_legend(&block);
    for (size_t i = 0; i < graph->order_count; i++)
        if (!wanted_only || graph->nodes[graph->order[i]].wanted)
            add_block(&block, graph->order[i]);
    if (graph->order_count > 0)
        add_separator(&block);
out:
    wm_segment_calls_free(block.calls);
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
