/* calltree.c - every function between those that call it and those that it calls. */
#include "profiles/report/calltree.h"

#include "profiles/report/banner.h"
#include "profiles/report/measure.h"
#include "profiles/report/segment_calls.h"

#include "harness/core/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_COLUMNS = 10, CALL_COLUMNS = 50, COUNT_COLUMNS = 13 };

/* What a line takes at most, but for its label. */
enum { LINE_BYTES = 2 * WM_MEASURE_BYTES + 3 * WM_PERCENT_BYTES + 3 * CALL_COLUMNS };

static const char SEPARATOR[] = "----------------------------------------------------------";
static const char LEGEND[] = "      flat  flat%   sum%        cum   cum%   calls calls%";

struct block {
    const struct wm_graph *graph;
    struct wm_text *text;
    struct wm_gauge gauge;
    const char **labels; /* per node: closer together than the nodes are */
    struct wm_links callers, callees;
    struct wm_segment_calls *calls;
    bool has_counts; /* of calls, exactly: a column that pprof has not */
    int64_t running; /* own costs of the blocks so far */
};

static char *put_value(const struct block *block, char *at, int64_t value, size_t columns)
{
    return wm_gauge_put(&block->gauge, wm_report_divide(block->graph->report, value), columns, at);
}

static char *put_percent(char *at, int64_t value, int64_t total)
{
    return wm_percent_put(value, total, wm_text_put(at, " "));
}

static char *put_count(const struct block *block, char *at, int64_t count)
{
    char number[WM_UNIT_BYTES] = "";
    if (!block->has_counts)
        return at;
    if (count >= 0)
        wm_units_count((uint64_t)count, number);
    const size_t length = strlen(number);
    const size_t blanks = length < COUNT_COLUMNS ? COUNT_COLUMNS - length : 0;
    memset(at, ' ', blanks);
    return wm_text_put(at + blanks, number);
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
static void add_call(const struct block *block, const struct wm_link *link, int64_t total,
                     int64_t count)
{
    const char *label = block->labels[link->other];
    const size_t label_bytes = strlen(label), room = LINE_BYTES + label_bytes;
    char *start = wm_text_extend(block->text, room), *at = start;
    if (start == NULL)
        return;
    at = put_value(block, at, link->weight, CALL_COLUMNS);
    at = put_percent(at, link->weight, total);
    at = put_count(block, at, count);
    at = wm_text_put(at, " |   ");
    memcpy(at, label, label_bytes);
    at = wm_text_put(at + label_bytes, link->is_inline ? " (inline)\n" : "\n");
    wm_text_cut(block->text, room - (size_t)(at - start));
}

static void add_calls(const struct block *block, enum wm_link_end end, uint32_t node)
{
    const struct wm_links *links = end == WM_LINKS_TO_CALLERS ? &block->callers : &block->callees;
    const int64_t total = wm_node_total(&block->graph->nodes[node]);
    for (size_t i = links->first[node]; i < links->first[node + 1]; i++) {
        const struct wm_link *link = &links->links[i];
        const uint32_t from = end == WM_LINKS_TO_CALLERS ? link->other : node;
        const uint32_t to = end == WM_LINKS_TO_CALLERS ? node : link->other;
        add_call(block, link, total, wm_segment_calls_between(block->calls, from, to));
    }
}

static void add_node(struct block *block, uint32_t number)
{
    const struct wm_node *node = &block->graph->nodes[number];
    const int64_t self = wm_node_self(node), total = wm_node_total(node);
    const int64_t whole = block->graph->report->total;
    const size_t room = LINE_BYTES + strlen(node->label);
    char *start = wm_text_extend(block->text, room), *at = start;
    block->running = wm_add_wrapping(block->running, self);
    if (start == NULL)
        return;
    at = put_value(block, at, self, VALUE_COLUMNS);
    at = put_percent(at, self, whole);
    at = put_percent(at, block->running, whole);
    at = put_value(block, wm_text_put(at, " "), total, VALUE_COLUMNS);
    at = put_percent(at, total, whole);
    at = wm_text_put(at, "               ");
    at = put_count(block, at, wm_segment_calls_of(block->calls, number));
    at = wm_text_put(wm_text_put(wm_text_put(at, " | "), node->label), "\n");
    wm_text_cut(block->text, room - (size_t)(at - start));
}

static void add_block(struct block *block, uint32_t number)
{
    add_separator(block);
    add_calls(block, WM_LINKS_TO_CALLERS, number);
    add_node(block, number);
    add_calls(block, WM_LINKS_TO_CALLEES, number);
}

static int prepare(struct block *block)
{
    const struct wm_graph *graph = block->graph;
    block->labels = calloc(graph->node_count + 1, sizeof(block->labels[0]));
    if (block->labels == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->node_count; i++)
        block->labels[i] = graph->nodes[i].label;
    int rc = wm_links_init(graph, WM_LINKS_TO_CALLERS, &block->callers);
    if (rc == 0)
        rc = wm_links_init(graph, WM_LINKS_TO_CALLEES, &block->callees);
    if (rc == 0)
        rc = wm_segment_calls_new(graph, &block->calls);
    block->has_counts = wm_segment_calls_any(block->calls);
    return rc;
}

static int add_blocks(struct block *block, bool wanted_only, struct wm_error *err)
{
    const struct wm_graph *graph = block->graph;
    int rc = 0;
    add_separator(block);
    add_legend(block);
    for (size_t i = 0; rc == 0 && i < graph->order_count; i++) {
        if (wanted_only && !graph->nodes[graph->order[i]].wanted)
            continue;
        add_block(block, graph->order[i]);
        rc = wm_report_drain(graph->report, block->text, err);
    }
    if (graph->order_count > 0)
        add_separator(block);
    return rc;
}

int wm_calltree_add(struct wm_text *text, const struct wm_graph *graph, bool wanted_only,
                    struct wm_error *err)
{
    const char *unit = wm_banner_unit(graph);
    struct block block = {
        .graph = graph, .text = text, .gauge = wm_gauge_find(graph->report->unit, unit)};
    int rc = prepare(&block);
    if (rc < 0)
        wm_fail(err, rc, "no memory for the view");
    else
        wm_banner_add(text, graph, unit, false);
    if (rc == 0)
        rc = add_blocks(&block, wanted_only, err);
    wm_segment_calls_free(block.calls);
    wm_links_done(&block.callers);
    wm_links_done(&block.callees);
    free(block.labels);
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
