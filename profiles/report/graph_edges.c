/* graph_edges.c - the calls between nodes: summed, and dropped if they are small. */
#include "profiles/report/graph_parts.h"

#include "profiles/pprof/sample_stack.h"
#include "profiles/report/calls.h"
#include "profiles/report/measure.h"
#include "profiles/report/unfold.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

struct summing {
    const struct wm_graph *graph;
    uint32_t *numbers;     /* per node, of those that are kept: from 1 on */
    uint32_t *nodes;       /* by number */
    unsigned char *wishes; /* by number */
    size_t kept_count;
    bool divisors; /* are summed, not values */
    struct wm_unfolder unfolder;
    struct wm_turns turns;
    struct wm_calls calls[WM_PARALLEL_MAX];
};

static unsigned char find_wishes(const struct wm_graph *graph, const struct wm_node *node)
{
    const struct wm_graph_private *parts = graph->private_;
    switch (parts->wish->edges) {
    case WM_EDGES_ALL:
        return WM_CALLS_FROM | WM_CALLS_TO;
    case WM_EDGES_NONE:
        return 0;
    case WM_EDGES_INLINED:
        return parts->inlinable[node->kind] ? WM_CALLS_TO : 0;
    case WM_EDGES_WANTED:
        return node->wanted ? WM_CALLS_FROM | WM_CALLS_TO : 0;
    }
    return 0;
}

static uint32_t bits_of(const struct wm_node *node)
{
    const uint64_t magnitude = (uint64_t)wm_magnitude(node->total);
    return magnitude == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(magnitude);
}

/* So many bits have the totals of some hundred nodes at most: most calls are between these. */
static uint32_t find_large(const struct wm_graph *graph)
{
    size_t counts[65] = {0}, large = 0;
    uint32_t bits = 65;
    for (size_t i = 0; i < graph->node_count; i++)
        counts[bits_of(&graph->nodes[i])] += graph->nodes[i].kept;
    while (bits > 0 && large + counts[bits - 1] < WM_CALLS_NEAR)
        large += counts[--bits];
    return bits;
}

/* The large ones first. Returns whether any call is wished for. */
static bool number_nodes(struct summing *summing)
{
    const struct wm_graph *graph = summing->graph;
    const uint32_t large = find_large(graph);
    unsigned char any = 0;
    for (int small = 0; small <= 1; small++)
        for (size_t i = 0; i < graph->node_count; i++) {
            const struct wm_node *node = &graph->nodes[i];
            if (!node->kept || (bits_of(node) < large) != (small == 1))
                continue;
            summing->numbers[i] = (uint32_t)++summing->kept_count;
            summing->nodes[summing->kept_count] = (uint32_t)i;
            summing->wishes[summing->kept_count] = find_wishes(graph, node);
            any |= summing->wishes[summing->kept_count];
        }
    return any != 0;
}

static int sum_sample(const struct summing *summing, struct wm_calls *calls,
                      struct wm_unfolding *unfolding, size_t number)
{
    struct wm_call_cost cost = {.sample = (uint32_t)number + 1};
    int64_t divisor;
    int rc = 0;
    if (!wm_sample_cost(summing->graph->report, number, &cost.weight, &divisor))
        return 0;
    if (summing->divisors)
        cost.weight = divisor;
    wm_unfold_sample(unfolding, summing->graph, number);
    while (rc == 0 && unfolding->left > 0) {
        const size_t count = wm_unfold(&summing->unfolder, unfolding);
        rc = wm_calls_count(calls, unfolding->entries, count, &cost);
    }
    return rc;
}

static int sum_turns(void *user, const struct wm_slice *thread)
{
    struct summing *summing = user;
    struct wm_calls *calls = &summing->calls[thread->number];
    struct wm_unfolding unfolding;
    struct wm_slice samples;
    int rc = wm_calls_init(calls, summing->wishes, summing->kept_count);
    while (rc == 0 && wm_turns_take(&summing->turns, &samples))
        for (size_t i = samples.first; rc == 0 && i < samples.end; i++)
            rc = sum_sample(summing, calls, &unfolding, i);
    return rc;
}

/* In an order that does not depend on which thread saw which sample: scores are sums of fractions,
 * whose order shows in the last digit. */
static int compare_ends(const void *a, const void *b)
{
    const struct wm_edge *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    return left->to < right->to ? -1 : left->to > right->to;
}

/* Its samples were all walked for the divisors, too. */
static int64_t divisor_of(const struct wm_calls *divisors, uint64_t pair)
{
    const struct wm_call_sum *sum = wm_calls_find(divisors, pair);
    assert(sum != NULL);
    return sum->weight;
}

static int take_edges(struct wm_graph *graph, const struct summing *summing,
                      const struct wm_calls *calls, const struct wm_calls *divisors)
{
    free(graph->edges);
    graph->edge_count = 0;
    graph->edges = calloc(calls->count + 1, sizeof(graph->edges[0]));
    if (graph->edges == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < calls->count; i++) {
        const struct wm_call_sum *sum = &calls->sums[i];
        if (!wm_calls_has(calls, i))
            continue;
        graph->edges[graph->edge_count++] = (struct wm_edge){
            .from = summing->nodes[calls->pairs[i] >> 32],
            .to = summing->nodes[(uint32_t)calls->pairs[i]],
            .weight = sum->weight,
            .divisor = summing->divisors ? divisor_of(divisors, calls->pairs[i]) : 0,
            .is_inline = (sum->flags & WM_ENTRY_CALLED) == 0,
            .is_residual = (sum->flags & WM_ENTRY_RESIDUAL) != 0,
        };
    }
    if (wm_report_has(graph->report, WM_VIEW_PICTURES))
        qsort(graph->edges, graph->edge_count, sizeof(graph->edges[0]), compare_ends);
    return 0;
}

/* *ret_calls is for the caller to be done with, on errors, too. */
static int sum_all(struct summing *summing, bool divisors, struct wm_calls *ret_calls)
{
    const size_t samples = summing->graph->report->profile->sample_count;
    const size_t threads = wm_parallel_slices(samples, WM_SLICE_LEAST);
    summing->divisors = divisors;
    summing->turns = (struct wm_turns){.count = samples, .each = WM_TURN};
    int rc = wm_parallel(threads, threads, sum_turns, summing);
    for (size_t i = 1; i < threads; i++) {
        if (rc == 0)
            rc = wm_calls_join(&summing->calls[0], &summing->calls[i]);
        wm_calls_done(&summing->calls[i]);
    }
    *ret_calls = summing->calls[0];
    return rc;
}

static int sum_numbered(struct wm_graph *graph, struct summing *summing)
{
    struct wm_calls calls = {.count = 0}, divisors = {.count = 0};
    int rc = 0;
    if (number_nodes(summing)) {
        rc = wm_unfolder_init(&summing->unfolder, graph, summing->numbers);
        if (rc == 0)
            rc = sum_all(summing, false, &calls);
        if (rc == 0 && graph->report->has_divisor)
            rc = sum_all(summing, true, &divisors);
        wm_unfolder_done(&summing->unfolder);
    }
    if (rc == 0)
        rc = take_edges(graph, summing, &calls, &divisors);
    wm_calls_done(&calls);
    wm_calls_done(&divisors);
    return rc;
}

int wm_graph_sum_edges(struct wm_graph *graph)
{
    const size_t nodes = graph->node_count + 1;
    uint32_t *const numbers = calloc(nodes, sizeof(numbers[0]));
    struct summing summing = {
        .graph = graph,
        .numbers = numbers,
        .nodes = calloc(nodes, sizeof(summing.nodes[0])),
        .wishes = calloc(nodes, sizeof(summing.wishes[0])),
    };
    const bool made = numbers != NULL && summing.nodes != NULL && summing.wishes != NULL;
    int rc = made ? sum_numbered(graph, &summing) : -ENOMEM;
    free(numbers);
    free(summing.nodes);
    free(summing.wishes);
    return rc;
}

/* The reference cuts the calls that lead to listed nodes; those that lead from one to a node that
 * is not listed, for it has no cost, are left however small they are. */
size_t wm_graph_drop_edges(struct wm_graph *graph)
{
    size_t kept = 0, dropped = 0;
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct wm_edge *edge = &graph->edges[i];
        bool to_listed = graph->nodes[edge->to].listed;
        bool small = wm_magnitude(edge->weight) < graph->private_->edge_cut;
        dropped += to_listed && small;
        if (to_listed ? !small : graph->nodes[edge->from].listed)
            graph->edges[kept++] = *edge;
    }
    graph->edge_count = kept;
    return dropped;
}
