/* graph_edges.c - the calls between nodes: summed, dropped, sorted, found by their ends. */
#include "profiles/views/graph_parts.h"

#include "profiles/views/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What the walk must know of a node: whether it is kept, its calls or those of it are wished for,
 * and at a place in a location, whether it is inlined there. */
enum { FATE_KEPT = 1, FATE_CALLS = 2, FATE_CALLED = 4, FATE_INLINED = 8 };

/* A frame on the walk; fate 0: trimmed. */
struct step {
    uint32_t node, fate;
};

/* The steps that a location is, from the function that is there to what is inlined into it; one if
 * all are trimmed. */
struct steps {
    uint32_t first, end;
};

/* Calls of one sample, gathered before they are counted: the tables of a large profile are in no
 * near cache, so memory is asked for a whole stack at once. */
enum { BATCH_CALLS = 64 };

struct call {
    uint32_t from, to, edge;
    bool is_inline, is_residual; /* a trimmed frame came between */
};

/* What a thread sums: calls of its share of the samples. */
struct calls {
    struct wm_edge *edges;
    size_t count, capacity;
    struct wm_pairs known; /* caller and callee to the edge */
    struct call batch[BATCH_CALLS];
    size_t batch_count;
};

struct summing {
    const struct wm_graph *graph;
    unsigned char *fates; /* per node */
    struct steps *ways;   /* per location */
    struct step *steps;
    struct calls calls[WM_PARALLEL_MAX];
};

static unsigned char find_fate(const struct wm_graph *graph, const struct wm_node *node)
{
    const struct wm_graph_private *parts = graph->private_;
    unsigned char wished = 0;
    if (!node->kept)
        return 0;
    switch (parts->wish->edges) {
    case WM_EDGES_ALL:
        wished = FATE_CALLS | FATE_CALLED;
        break;
    case WM_EDGES_NONE:
        break;
    case WM_EDGES_INLINED:
        wished = parts->inlinable[node->kind] ? FATE_CALLED : 0;
        break;
    case WM_EDGES_WANTED:
        wished = node->wanted ? FATE_CALLS | FATE_CALLED : 0;
        break;
    }
    return FATE_KEPT | wished;
}

static int add_edge(struct calls *calls, uint32_t from, uint32_t to)
{
    if (calls->count == calls->capacity) {
        size_t capacity = calls->capacity == 0 ? 256 : 2 * calls->capacity;
        struct wm_edge *edges = reallocarray(calls->edges, capacity, sizeof(edges[0]));
        if (edges == NULL)
            return -ENOMEM;
        calls->edges = edges;
        calls->capacity = capacity;
    }
    calls->edges[calls->count++] = (struct wm_edge){.from = from, .to = to, .is_inline = true};
    return 0;
}

/* The number of the pair's edge, made if it is new; -ENOMEM. */
static inline int64_t find_edge(struct calls *calls, uint32_t from, uint32_t to)
{
    int64_t number = wm_pairs_add(&calls->known, from, to);
    bool is_new = number >= 0 && (size_t)number == calls->count;
    return is_new && add_edge(calls, from, to) < 0 ? -ENOMEM : number;
}

static void add_to(struct wm_edge *edge, const struct wm_edge *more)
{
    edge->weight = wm_add_wrapping(edge->weight, more->weight);
    edge->divisor = wm_add_wrapping(edge->divisor, more->divisor);
    edge->is_inline &= more->is_inline;
    edge->is_residual |= more->is_residual;
}

/* Counts the batch. The memory that a step needs was asked for by the one before. */
static int count_calls(struct calls *calls, const struct wm_edge *cost)
{
    const size_t count = calls->batch_count;
    for (size_t i = 0; i < count; i++) {
        struct call *call = &calls->batch[i];
        int64_t edge = find_edge(calls, call->from, call->to);
        if (edge < 0)
            return -ENOMEM;
        call->edge = (uint32_t)edge;
        __builtin_prefetch(&calls->edges[edge], 1);
    }
    for (size_t i = 0; i < count; i++) {
        const struct call *call = &calls->batch[i];
        struct wm_edge *edge = &calls->edges[call->edge];
        if (edge->sample == cost->sample)
            continue;
        edge->sample = cost->sample;
        edge->weight = wm_add_wrapping(edge->weight, cost->weight);
        edge->divisor = wm_add_wrapping(edge->divisor, cost->divisor);
        edge->is_inline &= call->is_inline;
        edge->is_residual |= call->is_residual;
    }
    calls->batch_count = 0;
    return 0;
}

static int note_call(struct calls *calls, const struct wm_edge *cost, const struct call *call)
{
    wm_pairs_ask(&calls->known, call->from, call->to);
    calls->batch[calls->batch_count++] = *call;
    return calls->batch_count == BATCH_CALLS ? count_calls(calls, cost) : 0;
}

/* Root to leaf. */
static int sum_sample(const struct summing *summing, struct calls *calls, size_t number)
{
    const struct wm_profile *profile = summing->graph->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    const uint32_t *stack = profile->sample_locations + sample->first_location;
    struct wm_edge cost = {.sample = (uint32_t)number + 1};
    uint32_t from = WM_NO_NODE, from_fate = 0;
    bool is_residual = false;
    int rc = 0;
    if (!wm_sample_cost(summing->graph->report, number, &cost.weight, &cost.divisor))
        return 0;
    for (uint32_t i = sample->location_count; i-- > 0;) {
        const struct steps way = summing->ways[stack[i]];
        for (uint32_t at = way.first; at < way.end; at++) {
            const struct step step = summing->steps[at];
            if (step.fate == 0) {
                is_residual = true;
                continue;
            }
            bool wished = (from_fate & FATE_CALLS) != 0 || (step.fate & FATE_CALLED) != 0;
            if (wished && from != WM_NO_NODE && from != step.node)
                rc |= note_call(calls, &cost,
                                &(struct call){from, step.node, 0, (step.fate & FATE_INLINED) != 0,
                                               is_residual});
            from = step.node;
            from_fate = step.fate;
            is_residual = false;
        }
    }
    rc |= count_calls(calls, &cost);
    return rc < 0 ? -ENOMEM : 0;
}

static int sum_slice(void *user, const struct wm_slice *slice)
{
    struct summing *summing = user;
    int rc = 0;
    for (size_t i = slice->first; rc == 0 && i < slice->end; i++)
        rc = sum_sample(summing, &summing->calls[slice->number], i);
    return rc;
}

/* The calls of one thread into those of another. */
static int join_calls(struct calls *into, const struct calls *from)
{
    for (size_t i = 0; i < from->count; i++) {
        int64_t edge = find_edge(into, from->edges[i].from, from->edges[i].to);
        if (edge < 0)
            return -ENOMEM;
        add_to(&into->edges[edge], &from->edges[i]);
    }
    return 0;
}

/* The steps of a location, behind those that there are. */
static struct steps find_way(const struct summing *summing, struct wm_frames frames, uint32_t used)
{
    struct steps way = {used, used};
    bool any = false;
    for (uint32_t at = frames.count; at-- > 0;) {
        uint32_t node = wm_kind_at(summing->graph->private_, frames, at);
        uint32_t fate = summing->fates[node];
        any |= fate != 0;
        if (fate != 0 && at + 1 < frames.count)
            fate |= FATE_INLINED;
        summing->steps[way.end++] = (struct step){node, fate};
    }
    if (!any)
        way.end = used + 1;
    return way;
}

/* Whether any call is wished for. */
static bool find_fates(struct summing *summing)
{
    const struct wm_graph *graph = summing->graph;
    const struct wm_graph_private *parts = graph->private_;
    bool any = false;
    for (size_t i = 0; i < graph->node_count; i++) {
        summing->fates[i] = find_fate(graph, &graph->nodes[i]);
        any |= summing->fates[i] > FATE_KEPT;
    }
    uint32_t used = 0;
    for (size_t i = 0; i < graph->report->profile->location_count; i++) {
        summing->ways[i] = find_way(summing, parts->frames[i], used);
        used = summing->ways[i].end;
    }
    return any;
}

int wm_graph_sum_edges(struct wm_graph *graph)
{
    const struct wm_profile *profile = graph->report->profile;
    size_t slices = wm_parallel_slices(profile->sample_count, WM_SLICE_LEAST);
    struct summing summing = {
        .graph = graph,
        .fates = calloc(graph->node_count + 1, sizeof(summing.fates[0])),
        .ways = calloc(profile->location_count + 1, sizeof(summing.ways[0])),
        .steps = calloc(graph->private_->line_count + 1, sizeof(summing.steps[0])),
    };
    int rc = summing.fates == NULL || summing.ways == NULL || summing.steps == NULL ? -ENOMEM : 0;
    if (rc == 0 && find_fates(&summing))
        rc = wm_parallel(profile->sample_count, slices, sum_slice, &summing);
    for (size_t i = 1; i < slices; i++) {
        wm_pairs_done(&summing.calls[i].known);
        if (rc == 0)
            rc = join_calls(&summing.calls[0], &summing.calls[i]);
        free(summing.calls[i].edges);
    }
    wm_pairs_done(&summing.calls[0].known);
    free(graph->edges);
    graph->edges = summing.calls[0].edges;
    graph->edge_count = summing.calls[0].count;
    free(summing.fates);
    free(summing.ways);
    free(summing.steps);
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

int wm_compare_magnitudes(int64_t left, int64_t right)
{
    left = wm_magnitude(left);
    right = wm_magnitude(right);
    return left == right ? 0 : left < right ? 1 : -1;
}

static int compare_edges(const void *a, const void *b, void *user)
{
    const struct wm_graph *graph = user;
    const struct wm_edge *left = a, *right = b;
    const uint32_t *ranks = graph->private_->ranks;
    const uint32_t ends[2][4] = {
        {ranks[graph->nodes[left->from].kind],  ranks[graph->nodes[left->to].kind],  left->from,
         left->to },
        {ranks[graph->nodes[right->from].kind], ranks[graph->nodes[right->to].kind], right->from,
         right->to},
    };
    int order = wm_compare_magnitudes(left->weight, right->weight);
    for (size_t i = 0; order == 0 && i < 4; i++)
        order = ends[0][i] < ends[1][i] ? -1 : ends[0][i] > ends[1][i];
    return order;
}

void wm_graph_sort_edges(struct wm_graph *graph)
{
    if (graph->edge_count > 1)
        qsort_r(graph->edges, graph->edge_count, sizeof(graph->edges[0]), compare_edges, graph);
}

int wm_links_init(const struct wm_graph *graph, enum wm_link_end end, struct wm_links *links)
{
    *links = (struct wm_links){
        .first = calloc(graph->node_count + 2, sizeof(links->first[0])),
        .edges = calloc(graph->edge_count + 1, sizeof(links->edges[0])),
    };
    if (links->first == NULL || links->edges == NULL) {
        wm_links_done(links);
        return -ENOMEM;
    }
    /* Counted one place further on, so that filling moves each start to where it belongs. */
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct wm_edge *edge = &graph->edges[i];
        links->first[(end == WM_LINKS_TO_CALLERS ? edge->to : edge->from) + 2]++;
    }
    for (size_t i = 2; i < graph->node_count + 2; i++)
        links->first[i] += links->first[i - 1];
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct wm_edge *edge = &graph->edges[i];
        uint32_t node = end == WM_LINKS_TO_CALLERS ? edge->to : edge->from;
        links->edges[links->first[node + 1]++] = (uint32_t)i;
    }
    return 0;
}

void wm_links_done(struct wm_links *links)
{
    free(links->first);
    free(links->edges);
    *links = (struct wm_links){.first = NULL};
}
