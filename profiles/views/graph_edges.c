/* graph_edges.c - the calls between nodes: summed, dropped, sorted, found by their ends. */
#include "profiles/views/graph_parts.h"

#include "profiles/views/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What the walk must know of a node: whether it is kept, and whether its calls or those of it are
 * wished for. */
enum { FATE_KEPT = 1, FATE_CALLS = 2, FATE_CALLED = 4 };

/* A location on the walk: the function that is there, and what is inlined into it; the same again
 * if nothing is. Where more is inlined, `outer` is WM_NO_NODE. */
struct step {
    uint32_t outer, inner;
    unsigned char outer_fate, inner_fate;
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
    struct wm_pairs known;              /* caller and callee to the edge */
    struct call batch[BATCH_CALLS + 1]; /* one is always written, to count or not */
};

struct summing {
    const struct wm_graph *graph;
    unsigned char *fates; /* per node */
    struct step *steps;   /* per location */
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

/* Counts the batch. The memory that a loop needs was asked for by the one before. */
static int count_calls(struct calls *calls, size_t count, const struct wm_edge *cost)
{
    for (size_t i = 0; i < count; i++)
        wm_pairs_ask(&calls->known, calls->batch[i].from, calls->batch[i].to);
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
        const bool counts = edge->sample != cost->sample; /* for the first time in the sample */
        edge->sample = cost->sample;
        edge->weight = wm_add_wrapping(edge->weight, counts ? cost->weight : 0);
        edge->divisor = wm_add_wrapping(edge->divisor, counts ? cost->divisor : 0);
        edge->is_inline &= call->is_inline | !counts;
        edge->is_residual |= call->is_residual & counts;
    }
    return 0;
}

/* Where the walk over a sample is. */
struct walk {
    size_t batch_count;
    uint32_t from; /* the last kept node */
    unsigned char from_fate;
    bool is_residual; /* a trimmed frame came since */
};

/* To the next node. Without branches: which frames are kept and wished for is not to be foreseen.
 * By value: it stays in registers. */
static inline struct walk walk_on(struct calls *calls, struct walk walk, uint32_t node,
                                  unsigned char fate, bool is_inline)
{
    const bool is_kept = fate != 0;
    const bool is_wished = ((walk.from_fate & FATE_CALLS) | (fate & FATE_CALLED)) != 0;
    const bool is_call = is_kept & (walk.from != WM_NO_NODE) & (walk.from != node);
    calls->batch[walk.batch_count] = (struct call){walk.from, node, 0, is_inline, walk.is_residual};
    walk.batch_count += is_wished & is_call;
    walk.from = is_kept ? node : walk.from;
    walk.from_fate = is_kept ? fate : walk.from_fate;
    walk.is_residual = !is_kept;
    return walk;
}

/* A location with more than two nodes. */
static int walk_many(const struct summing *summing, struct calls *calls, struct walk *walk,
                     struct wm_frames frames, const struct wm_edge *cost)
{
    int rc = 0;
    for (uint32_t at = frames.count; rc == 0 && at-- > 0;) {
        uint32_t node = wm_kind_at(summing->graph->private_, frames, at);
        *walk = walk_on(calls, *walk, node, summing->fates[node], at + 1 < frames.count);
        if (walk->batch_count < BATCH_CALLS)
            continue;
        rc = count_calls(calls, walk->batch_count, cost);
        walk->batch_count = 0;
    }
    return rc;
}

/* Root to leaf. */
static int sum_sample(const struct summing *summing, struct calls *calls, size_t number)
{
    const struct wm_profile *profile = summing->graph->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    const uint32_t *stack = profile->sample_locations + sample->first_location;
    const struct step *steps = summing->steps;
    struct wm_edge cost = {.sample = (uint32_t)number + 1};
    struct walk walk = {.from = WM_NO_NODE};
    int rc = 0;
    if (!wm_sample_cost(summing->graph->report, number, &cost.weight, &cost.divisor))
        return 0;
    for (uint32_t i = sample->location_count; rc == 0 && i-- > 0;) {
        const struct step step = steps[stack[i]];
        if (walk.batch_count + 2 > BATCH_CALLS) {
            rc = count_calls(calls, walk.batch_count, &cost);
            walk.batch_count = 0;
        }
        if (step.outer == WM_NO_NODE) {
            struct walk on = walk;
            rc |= walk_many(summing, calls, &on, summing->graph->private_->frames[stack[i]], &cost);
            walk = on;
            continue;
        }
        walk = walk_on(calls, walk, step.outer, step.outer_fate, false);
        walk = walk_on(calls, walk, step.inner, step.inner_fate, true);
    }
    rc |= count_calls(calls, walk.batch_count, &cost);
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

static struct step find_step(const struct summing *summing, struct wm_frames frames)
{
    const struct wm_graph_private *parts = summing->graph->private_;
    if (frames.count > 2)
        return (struct step){.outer = WM_NO_NODE};
    uint32_t outer = wm_kind_at(parts, frames, frames.count - 1);
    uint32_t inner = wm_kind_at(parts, frames, 0);
    return (struct step){outer, inner, summing->fates[outer], summing->fates[inner]};
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
    for (size_t i = 0; i < graph->report->profile->location_count; i++)
        summing->steps[i] = find_step(summing, parts->frames[i]);
    return any;
}

int wm_graph_sum_edges(struct wm_graph *graph)
{
    const struct wm_profile *profile = graph->report->profile;
    size_t slices = wm_parallel_slices(profile->sample_count, WM_SLICE_LEAST);
    struct summing summing = {
        .graph = graph,
        .fates = calloc(graph->node_count + 1, sizeof(summing.fates[0])),
        .steps = calloc(profile->location_count + 1, sizeof(summing.steps[0])),
    };
    int rc = summing.fates == NULL || summing.steps == NULL ? -ENOMEM : 0;
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
