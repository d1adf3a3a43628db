/* calltree.c - every function between those that call it and those that it calls. */
#include "profiles/views/calltree.h"

#include "profiles/views/banner.h"
#include "profiles/views/measure.h"
#include "profiles/views/segment_calls.h"

#include "harness/core/relay.h"
#include "harness/core/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_COLUMNS = 10, CALL_COLUMNS = 50, COUNT_COLUMNS = 13 };

enum { THREAD_BLOCKS_LEAST = 1000, PART_BLOCKS = 250 }; /* a millisecond; a part of one */

/* What a line takes at most, but for its label. */
enum { LINE_BYTES = 2 * WM_MEASURE_BYTES + 3 * WM_PERCENT_BYTES + 3 * CALL_COLUMNS };

static const char SEPARATOR[] = "----------------------------------------------------------";
static const char LEGEND[] = "      flat  flat%   sum%        cum   cum%   calls calls%";

/* A function's lines. */
struct block {
    uint32_t node;
    int64_t running; /* own costs of the blocks so far, with this one */
};

struct tree {
    const struct wm_graph *graph;
    struct wm_text *text;
    struct wm_error *err;
    struct wm_gauge gauge;
    const char **labels; /* per node: closer together than the nodes are */
    struct wm_links callers, callees;
    struct wm_segment_calls *calls;
    bool has_counts; /* of calls, exactly: a column that pprof has not */
    struct block *blocks;
    size_t block_count;
    struct wm_text parts[WM_PARALLEL_MAX]; /* what threads make */
};

static char *put_value(const struct tree *tree, char *at, int64_t value, size_t columns)
{
    return wm_gauge_put(&tree->gauge, wm_report_divide(tree->graph->report, value), columns, at);
}

static char *put_percent(char *at, int64_t value, int64_t total)
{
    return wm_percent_put(value, total, wm_text_put(at, " "));
}

static char *put_count(const struct tree *tree, char *at, int64_t count)
{
    char number[WM_UNIT_BYTES] = "";
    if (!tree->has_counts)
        return at;
    if (count >= 0)
        wm_units_count((uint64_t)count, number);
    const size_t length = strlen(number);
    const size_t blanks = length < COUNT_COLUMNS ? COUNT_COLUMNS - length : 0;
    memset(at, ' ', blanks);
    return wm_text_put(at + blanks, number);
}

static void add_separator(const struct tree *tree, struct wm_text *text)
{
    wm_text_add(text, SEPARATOR);
    wm_text_add(text, tree->has_counts ? "-------------" : "");
    wm_text_add(text, "+-------------\n");
}

static void add_legend(const struct tree *tree, struct wm_text *text)
{
    wm_text_add(text, LEGEND);
    wm_text_add(text, tree->has_counts ? "  exact calls" : "");
    wm_text_add(text, " + context \t \t \n");
}

/* Calls are shown undivided even with -mean, as in the reference. */
static void add_call(const struct tree *tree, struct wm_text *text, const struct wm_link *link,
                     int64_t total, int64_t count)
{
    const char *label = tree->labels[link->other];
    const size_t label_bytes = strlen(label), room = LINE_BYTES + label_bytes;
    char *start = wm_text_extend(text, room), *at = start;
    if (start == NULL)
        return;
    at = put_value(tree, at, link->weight, CALL_COLUMNS);
    at = put_percent(at, link->weight, total);
    at = put_count(tree, at, count);
    at = wm_text_put(at, " |   ");
    memcpy(at, label, label_bytes);
    at = wm_text_put(at + label_bytes, link->is_inline ? " (inline)\n" : "\n");
    wm_text_cut(text, room - (size_t)(at - start));
}

static void add_calls(const struct tree *tree, struct wm_text *text, enum wm_link_end end,
                      uint32_t node)
{
    const struct wm_links *links = end == WM_LINKS_TO_CALLERS ? &tree->callers : &tree->callees;
    const int64_t total = wm_node_total(&tree->graph->nodes[node]);
    for (size_t i = links->first[node]; i < links->first[node + 1]; i++) {
        const struct wm_link *link = &links->links[i];
        const uint32_t from = end == WM_LINKS_TO_CALLERS ? link->other : node;
        const uint32_t to = end == WM_LINKS_TO_CALLERS ? node : link->other;
        add_call(tree, text, link, total, wm_segment_calls_between(tree->calls, from, to));
    }
}

static void add_node(const struct tree *tree, struct wm_text *text, const struct block *block)
{
    const struct wm_node *node = &tree->graph->nodes[block->node];
    const int64_t self = wm_node_self(node), total = wm_node_total(node);
    const int64_t whole = tree->graph->report->total;
    const size_t room = LINE_BYTES + strlen(node->label);
    char *start = wm_text_extend(text, room), *at = start;
    if (start == NULL)
        return;
    at = put_value(tree, at, self, VALUE_COLUMNS);
    at = put_percent(at, self, whole);
    at = put_percent(at, block->running, whole);
    at = put_value(tree, wm_text_put(at, " "), total, VALUE_COLUMNS);
    at = put_percent(at, total, whole);
    at = wm_text_put(at, "               ");
    at = put_count(tree, at, wm_segment_calls_of(tree->calls, block->node));
    at = wm_text_put(wm_text_put(wm_text_put(at, " | "), node->label), "\n");
    wm_text_cut(text, room - (size_t)(at - start));
}

static int make_blocks(void *user, const struct wm_slice *blocks)
{
    struct tree *tree = user;
    struct wm_text *text = &tree->parts[blocks->number];
    for (size_t i = blocks->first; i < blocks->end; i++) {
        const struct block *block = &tree->blocks[i];
        add_separator(tree, text);
        add_calls(tree, text, WM_LINKS_TO_CALLERS, block->node);
        add_node(tree, text, block);
        add_calls(tree, text, WM_LINKS_TO_CALLEES, block->node);
    }
    return 0;
}

static int take_blocks(void *user, const struct wm_slice *blocks)
{
    struct tree *tree = user;
    return wm_report_drain_part(tree->graph->report, tree->text, &tree->parts[blocks->number],
                                tree->err);
}

static int add_blocks(struct tree *tree)
{
    const struct wm_relay relay = {make_blocks, take_blocks, tree};
    const size_t threads = wm_parallel_slices(tree->block_count, THREAD_BLOCKS_LEAST);
    add_separator(tree, tree->text);
    add_legend(tree, tree->text);
    for (size_t i = 0; i < threads; i++)
        wm_text_init(&tree->parts[i]);
    int rc = wm_relay(&relay, tree->block_count, PART_BLOCKS, threads);
    for (size_t i = 0; i < threads; i++)
        wm_text_done(&tree->parts[i]);
    if (tree->graph->order_count > 0)
        add_separator(tree, tree->text);
    return rc;
}

static int find_blocks(struct tree *tree, bool wanted_only)
{
    const struct wm_graph *graph = tree->graph;
    int64_t running = 0;
    tree->blocks = calloc(graph->order_count + 1, sizeof(tree->blocks[0]));
    tree->labels = calloc(graph->node_count + 1, sizeof(tree->labels[0]));
    if (tree->blocks == NULL || tree->labels == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->order_count; i++) {
        const struct wm_node *node = &graph->nodes[graph->order[i]];
        if (wanted_only && !node->wanted)
            continue;
        running = wm_add_wrapping(running, wm_node_self(node));
        tree->blocks[tree->block_count++] = (struct block){graph->order[i], running};
    }
    for (size_t i = 0; i < graph->node_count; i++)
        tree->labels[i] = graph->nodes[i].label;
    return 0;
}

static int prepare(struct tree *tree, bool wanted_only)
{
    int rc = find_blocks(tree, wanted_only);
    if (rc == 0)
        rc = wm_links_init(tree->graph, WM_LINKS_TO_CALLERS, &tree->callers);
    if (rc == 0)
        rc = wm_links_init(tree->graph, WM_LINKS_TO_CALLEES, &tree->callees);
    if (rc == 0)
        rc = wm_segment_calls_new(tree->graph, &tree->calls);
    tree->has_counts = wm_segment_calls_any(tree->calls);
    return rc;
}

int wm_calltree_add(struct wm_text *text, const struct wm_graph *graph, bool wanted_only,
                    struct wm_error *err)
{
    const char *unit = wm_banner_unit(graph);
    struct tree tree = {.graph = graph,
                        .text = text,
                        .err = err,
                        .gauge = wm_gauge_find(graph->report->unit, unit)};
    int rc = prepare(&tree, wanted_only);
    if (rc < 0) {
        wm_fail(err, rc, "no memory for the view");
    } else {
        wm_banner_add(text, graph, unit, false);
        rc = add_blocks(&tree);
    }
    wm_segment_calls_free(tree.calls);
    wm_links_done(&tree.callers);
    wm_links_done(&tree.callees);
    free(tree.blocks);
    free(tree.labels);
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
