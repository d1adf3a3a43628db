/* by_sums.c - what every node and call cost, by column. */
#include "profiles/report/by.h"

#include "profiles/report/graph_parts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct adding {
    const struct wm_by *by;
    struct wm_by_sums *sums;
    const uint32_t *nodes;
};

static int add_visit(void *user, const struct wm_visit *visit)
{
    const struct adding *adding = user;
    struct wm_by_sum *rows = visit->is_leaf ? adding->sums->self : adding->sums->total;
    for (size_t i = 0; i < visit->count; i++)
        wm_by_count(adding->by, visit->sample, visit->value,
                    rows + adding->nodes[visit->nodes[i]] * adding->sums->stride);
    return 0;
}

static int add_nodes(struct adding *adding, const struct wm_graph *graph)
{
    uint32_t *nodes = calloc(graph->node_count + 1, sizeof(nodes[0]));
    size_t count = 0;
    if (nodes == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].listed)
            nodes[count++] = (uint32_t)i;
    adding->nodes = nodes;
    const struct wm_visitor visitor = {nodes, count, add_visit, adding};
    int rc = wm_graph_walk(graph, &visitor, 1);
    free(nodes);
    return rc;
}

static int add_call(void *user, const struct wm_call_visit *visit)
{
    const struct adding *adding = user;
    wm_by_count(adding->by, visit->sample, visit->value,
                adding->sums->calls + visit->edge * adding->sums->stride);
    return 0;
}

int wm_by_sums_init(struct wm_by_sums *sums, const struct wm_by *by, const struct wm_graph *graph,
                    bool with_calls)
{
    size_t stride = by->count * WM_BY_SIDES;
    struct adding adding = {.by = by, .sums = sums};
    *sums = (struct wm_by_sums){
        .stride = stride,
        .self = calloc((graph->node_count + 1) * stride, sizeof(sums->self[0])),
        .total = calloc((graph->node_count + 1) * stride, sizeof(sums->total[0])),
        .calls =
            with_calls ? calloc((graph->edge_count + 1) * stride, sizeof(sums->calls[0])) : NULL,
    };
    int rc = sums->self == NULL || sums->total == NULL || (with_calls && sums->calls == NULL)
                 ? -ENOMEM
                 : add_nodes(&adding, graph);
    if (rc == 0 && with_calls)
        rc = wm_graph_walk_calls(graph, add_call, &adding);
    return rc;
}

void wm_by_sums_done(struct wm_by_sums *sums)
{
    free(sums->self);
    free(sums->total);
    free(sums->calls);
    *sums = (struct wm_by_sums){.stride = 0};
}

double wm_by_change(const struct wm_by_sum *sums)
{
    return sums[WM_BY_NEW].value - sums[WM_BY_BASE].value;
}

/* ---- The order of changes ---- */

struct change {
    double size;
    size_t at; /* in the graph's order, which decides between equals */
    uint32_t node;
};

static int compare_changes(const void *a, const void *b)
{
    const struct change *left = a, *right = b;
    if (left->size != right->size)
        return left->size < right->size ? 1 : -1;
    return left->at < right->at ? -1 : left->at > right->at;
}

int wm_by_sort(const struct wm_by *by, const struct wm_by_sums *sums, struct wm_graph *graph)
{
    const struct wm_by_sum *of = by->report->options->cum ? sums->total : sums->self;
    struct change *changes = calloc(graph->order_count + 1, sizeof(changes[0]));
    if (changes == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->order_count; i++) {
        uint32_t node = graph->order[i];
        changes[i] = (struct change){fabs(wm_by_change(of + node * sums->stride)), i, node};
    }
    qsort(changes, graph->order_count, sizeof(changes[0]), compare_changes);
    for (size_t i = 0; i < graph->order_count; i++)
        graph->order[i] = changes[i].node;
    free(changes);
    return 0;
}
