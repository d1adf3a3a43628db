/* graph_order.c - nodes and calls in the order in which pprof shows them. */
#include "profiles/report/graph_parts.h"

#include "harness/core/sort.h"
#include "profiles/report/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Sorts the largest magnitudes first. */
static uint64_t descending(int64_t value)
{
    return ~((uint64_t)wm_magnitude(value) ^ (uint64_t)INT64_MIN);
}

static uint32_t rank_of(const struct wm_graph *graph, uint32_t node)
{
    const struct wm_graph_private *parts = graph->private_;
    return parts->ranks[parts->is_tree ? graph->nodes[node].kind : node];
}

/* ---- Nodes ---- */

struct sorting {
    const struct wm_graph *graph;
    const uint32_t *places; /* per node: where it is in the order until now */
    const int64_t *scores;  /* per node; NULL: its costs decide */
    bool by_total;
};

static int64_t first_measure(const struct sorting *sorting, uint32_t number)
{
    const struct wm_node *node = &sorting->graph->nodes[number];
    if (sorting->scores != NULL)
        return sorting->scores[number];
    return sorting->by_total ? node->total : node->self;
}

static int64_t second_measure(const struct sorting *sorting, uint32_t number)
{
    const struct wm_node *node = &sorting->graph->nodes[number];
    return sorting->scores != NULL || sorting->by_total ? node->self : node->total;
}

/* Of two nodes with the same first measure and label. */
static int compare_rest(const void *a, const void *b, void *user)
{
    const struct sorting *sorting = user;
    const struct wm_graph *graph = sorting->graph;
    const uint32_t left = ((const struct wm_sort_item *)a)->number;
    const uint32_t right = ((const struct wm_sort_item *)b)->number;
    const uint64_t measures[] = {descending(second_measure(sorting, left)),
                                 descending(second_measure(sorting, right))};
    int order = measures[0] < measures[1] ? -1 : measures[0] > measures[1];
    if (order == 0 && graph->nodes[left].kind != graph->nodes[right].kind)
        order =
            wm_node_compare_keys(graph->report, graph->nodes[left].key, graph->nodes[right].key);
    if (order != 0)
        return order;
    return sorting->places[left] < sorting->places[right] ? -1 : left != right;
}

static void sort_ties(struct sorting *sorting, struct wm_sort_item *items)
{
    const struct wm_graph *graph = sorting->graph;
    size_t end;
    for (size_t i = 0; i < graph->order_count; i = end) {
        const uint32_t rank = rank_of(graph, items[i].number);
        for (end = i + 1; end < graph->order_count && items[end].key == items[i].key &&
                          rank_of(graph, items[end].number) == rank;
             end++)
            ;
        if (end - i > 1)
            qsort_r(items + i, end - i, sizeof(items[0]), compare_rest, sorting);
    }
}

int wm_graph_sort_nodes(struct wm_graph *graph, const int64_t *scores)
{
    const size_t count = graph->order_count;
    struct wm_sort_item *items = calloc(count + 1, sizeof(items[0]));
    uint32_t *places = calloc(graph->node_count + 1, sizeof(places[0]));
    if (items == NULL || places == NULL) {
        free(items);
        free(places);
        return -ENOMEM;
    }
    struct sorting sorting = {graph, places, scores, graph->report->options->cum};
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct wm_sort_item){rank_of(graph, graph->order[i]), graph->order[i]};
        places[graph->order[i]] = (uint32_t)i;
    }
    int rc = wm_sort_items(items, count);
    for (size_t i = 0; i < count; i++)
        items[i].key = descending(first_measure(&sorting, items[i].number));
    if (rc == 0)
        rc = wm_sort_items(items, count);
    if (rc == 0)
        sort_ties(&sorting, items);
    for (size_t i = 0; rc == 0 && i < count; i++)
        graph->order[i] = items[i].number;
    free(items);
    free(places);
    return rc;
}

/* ---- Calls ---- */

/* By weight, the labels of both ends, and the ends themselves: the last comes first here. */
static int order_edges(const struct wm_graph *graph, struct wm_sort_item *items)
{
    const size_t count = graph->edge_count;
    const struct wm_edge *edges = graph->edges;
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct wm_sort_item){wm_pair(edges[i].from, edges[i].to), i};
    int rc = wm_sort_items(items, count);
    for (size_t i = 0; i < count; i++) {
        const struct wm_edge *edge = &edges[items[i].number];
        items[i].key = wm_pair(rank_of(graph, edge->from), rank_of(graph, edge->to));
    }
    if (rc == 0)
        rc = wm_sort_items(items, count);
    for (size_t i = 0; i < count; i++)
        items[i].key = descending(edges[items[i].number].weight);
    return rc == 0 ? wm_sort_items(items, count) : rc;
}

int wm_graph_sort_edges(struct wm_graph *graph)
{
    struct wm_sort_item *items = calloc(graph->edge_count + 1, sizeof(items[0]));
    struct wm_edge *sorted = calloc(graph->edge_count + 1, sizeof(sorted[0]));
    int rc = items == NULL || sorted == NULL ? -ENOMEM : order_edges(graph, items);
    if (rc == 0) {
        for (size_t i = 0; i < graph->edge_count; i++)
            sorted[i] = graph->edges[items[i].number];
        free(graph->edges);
        graph->edges = sorted;
        sorted = NULL;
    }
    free(sorted);
    free(items);
    return rc;
}

/* ---- Calls by their ends ---- */

/* Room to sort the links of any node. */
struct bench {
    struct wm_sort_item *items;
    struct wm_link *links;
};

/* The links of one node, most of which have a few: by weight, and by the other end before that. */
static int sort_links(const struct wm_graph *graph, struct wm_link *links, size_t count,
                      const struct bench *bench)
{
    for (uint32_t i = 0; i < count; i++)
        bench->items[i] =
            (struct wm_sort_item){wm_pair(rank_of(graph, links[i].other), links[i].other), i};
    int rc = wm_sort_items(bench->items, count);
    for (size_t i = 0; i < count; i++)
        bench->items[i].key = descending(links[bench->items[i].number].weight);
    if (rc == 0)
        rc = wm_sort_items(bench->items, count);
    for (size_t i = 0; i < count; i++)
        bench->links[i] = links[bench->items[i].number];
    memcpy(links, bench->links, count * sizeof(links[0]));
    return rc;
}

static int sort_all_links(const struct wm_graph *graph, struct wm_links *links)
{
    size_t most = 0;
    for (size_t i = 0; i < graph->node_count; i++) {
        const size_t count = links->first[i + 1] - links->first[i];
        most = count > most ? count : most;
    }
    const struct bench bench = {calloc(most + 1, sizeof(bench.items[0])),
                                calloc(most + 1, sizeof(bench.links[0]))};
    int rc = bench.items == NULL || bench.links == NULL ? -ENOMEM : 0;
    for (size_t i = 0; rc == 0 && i < graph->node_count; i++) {
        const size_t first = links->first[i], count = links->first[i + 1] - first;
        if (count > 1)
            rc = sort_links(graph, links->links + first, count, &bench);
    }
    free(bench.items);
    free(bench.links);
    return rc;
}

static void fill_links(const struct wm_graph *graph, enum wm_link_end end, struct wm_links *links)
{
    const bool to_callers = end == WM_LINKS_TO_CALLERS;
    /* Counted one place further on, so that filling moves each start to where it belongs. */
    for (size_t i = 0; i < graph->edge_count; i++)
        links->first[(to_callers ? graph->edges[i].to : graph->edges[i].from) + 2]++;
    for (size_t i = 2; i < graph->node_count + 2; i++)
        links->first[i] += links->first[i - 1];
    for (uint32_t i = 0; i < graph->edge_count; i++) {
        const struct wm_edge *edge = &graph->edges[i];
        const uint32_t node = to_callers ? edge->to : edge->from;
        links->links[links->first[node + 1]++] =
            (struct wm_link){edge->weight, i, to_callers ? edge->from : edge->to, edge->is_inline};
    }
}

int wm_links_init(const struct wm_graph *graph, enum wm_link_end end, struct wm_links *links)
{
    *links = (struct wm_links){
        .first = calloc(graph->node_count + 2, sizeof(links->first[0])),
        .links = calloc(graph->edge_count + 1, sizeof(links->links[0])),
    };
    int rc = links->first == NULL || links->links == NULL ? -ENOMEM : 0;
    if (rc == 0) {
        fill_links(graph, end, links);
        rc = sort_all_links(graph, links);
    }
    if (rc < 0)
        wm_links_done(links);
    return rc;
}

void wm_links_done(struct wm_links *links)
{
    free(links->first);
    free(links->links);
    *links = (struct wm_links){.first = NULL};
}
