/* graph_edges.c - the calls between nodes: summed, and dropped if they are small. */
#include "profiles/views/graph_parts.h"

#include "profiles/pprof/sample_stack.h"
#include "profiles/views/calls.h"
#include "profiles/views/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What the walk must know of a node: whether it is kept, and whether its calls or those of it are
 * wished for. */
enum { FATE_KEPT = 1, FATE_CALLS = 2, FATE_CALLED = 4 };

/* A location on the walk from root to leaf: which kept nodes it comes to, first and last, which are
 * the same where there is one; whether calls to the first and from the last are wished for, and the
 * marks of these calls. */
enum { ONE_NODE, TWO_NODES, NO_NODE, MANY_LINES };

struct step {
    uint32_t first, last;
    unsigned char nodes;
    bool is_first_wished, is_last_wished, is_inner_wished; /* inner: that from first to last */
    unsigned char first_marks, last_marks;
};

struct summing {
    const struct wm_graph *graph;
    unsigned char *fates; /* per node */
    /* Kept nodes have numbers of their own, which are small if there are few. */
    uint32_t *number_of; /* per node */
    uint32_t *nodes;     /* by number */
    size_t kept_count;
    struct step *steps; /* per location */
    struct wm_calls calls[WM_PARALLEL_MAX];
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

static struct step find_step(const struct summing *summing, uint32_t outer, uint32_t inner)
{
    const bool has_outer = summing->fates[outer] != 0, has_inner = summing->fates[inner] != 0;
    if (!has_outer && !has_inner)
        return (struct step){.nodes = NO_NODE};
    const uint32_t first = has_outer ? outer : inner, last = has_inner ? inner : outer;
    struct step step = {
        .first = summing->number_of[first],
        .last = summing->number_of[last],
        .first_marks = has_outer ? 0 : WM_CALL_INLINE | WM_CALL_RESIDUAL,
        .last_marks = has_inner ? 0 : WM_CALL_RESIDUAL,
    };
    const unsigned char first_fate = summing->fates[first];
    const unsigned char last_fate = summing->fates[last];
    step.nodes = step.first == step.last ? ONE_NODE : TWO_NODES;
    step.is_first_wished = (first_fate & FATE_CALLED) != 0;
    step.is_last_wished = (last_fate & FATE_CALLS) != 0;
    step.is_inner_wished = (first_fate & FATE_CALLS) != 0 || (last_fate & FATE_CALLED) != 0;
    return step;
}

/* Where the walk over a sample is. */
struct walk {
    uint32_t from; /* the last kept node */
    bool is_from_wished;
    uint32_t marks; /* of the call that comes next */
};

enum { STEPS = WM_CALLS_GATHERED / 2 }; /* at once: each makes two calls at most */

/* Without branches where they are not to be foreseen: a call is always put down, and stays if it is
 * one and wished for. */
static inline size_t put_call(struct wm_calls *calls, size_t gathered, struct walk walk,
                              const struct step *step)
{
    const bool is_call = (walk.from != WM_NO_NODE) & (walk.from != step->first);
    calls->calls[gathered] =
        (struct wm_call){walk.from, step->first, 0, walk.marks | step->first_marks};
    return gathered + (is_call & (walk.is_from_wished | step->is_first_wished));
}

/* Through the last `left` of the stack, root to leaf, but not through a location of many lines, and
 * STEPS at most: returns how many are left. */
static size_t walk_steps(const struct step *steps, struct wm_sample_stack stack, size_t left,
                         struct wm_calls *calls, struct walk *where)
{
    const size_t end = left > STEPS ? left - STEPS : 0;
    struct walk walk = *where; /* a copy, so that it stays in registers */
    size_t gathered = 0;
    for (; left > end; left--) {
        const struct step *step = &steps[wm_sample_frame(stack, left - 1)];
        if (step->nodes == MANY_LINES)
            break;
        if (step->nodes == NO_NODE) {
            walk.marks = WM_CALL_RESIDUAL;
            continue;
        }
        gathered = put_call(calls, gathered, walk, step);
        if (step->nodes == TWO_NODES) {
            calls->calls[gathered] = (struct wm_call){step->first, step->last, 0, WM_CALL_INLINE};
            gathered += step->is_inner_wished;
        }
        walk = (struct walk){step->last, step->is_last_wished, step->last_marks};
    }
    calls->gathered = gathered;
    *where = walk;
    return left;
}

/* A location with more lines than a step holds. */
static int walk_lines(const struct summing *summing, struct wm_calls *calls, uint32_t location,
                      const struct wm_call_cost *cost, struct walk *walk)
{
    const struct wm_graph_private *parts = summing->graph->private_;
    const struct wm_frames frames = parts->frames[location];
    int rc = 0;
    for (uint32_t at = frames.count; rc == 0 && at-- > 0;) {
        const uint32_t node = wm_kind_at(parts, frames, at);
        struct step step = find_step(summing, node, node);
        if (step.nodes == NO_NODE) {
            walk->marks = WM_CALL_RESIDUAL;
            continue;
        }
        step.first_marks = at + 1 < frames.count ? WM_CALL_INLINE : 0;
        calls->gathered = put_call(calls, 0, *walk, &step);
        *walk = (struct walk){step.last, step.is_last_wished, 0};
        rc = wm_calls_count(calls, cost);
    }
    return rc;
}

static int sum_sample(const struct summing *summing, struct wm_calls *calls, size_t number)
{
    const struct wm_profile *profile = summing->graph->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    struct wm_call_cost cost = {.sample = (uint32_t)number + 1};
    struct walk walk = {.from = WM_NO_NODE};
    int rc = 0;
    if (!wm_sample_cost(summing->graph->report, number, &cost.weight, &cost.divisor))
        return 0;
    for (size_t left = sample->location_count; rc == 0 && left > 0;) {
        left = walk_steps(summing->steps, stack, left, calls, &walk);
        rc = wm_calls_count(calls, &cost);
        if (rc == 0 && left > 0 &&
            summing->steps[wm_sample_frame(stack, left - 1)].nodes == MANY_LINES)
            rc = walk_lines(summing, calls, wm_sample_frame(stack, --left), &cost, &walk);
    }
    return rc;
}

static int sum_slice(void *user, const struct wm_slice *slice)
{
    struct summing *summing = user;
    int rc = 0;
    for (size_t i = slice->first; rc == 0 && i < slice->end; i++)
        rc = sum_sample(summing, &summing->calls[slice->number], i);
    return rc;
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
        summing->number_of[i] = (uint32_t)summing->kept_count;
        summing->nodes[summing->kept_count] = (uint32_t)i;
        summing->kept_count += summing->fates[i] != 0;
    }
    for (size_t i = 0; i < graph->report->profile->location_count; i++) {
        const struct wm_frames frames = parts->frames[i];
        const uint32_t outer = wm_kind_at(parts, frames, frames.count - 1);
        summing->steps[i] = frames.count > 2
                                ? (struct step){.nodes = MANY_LINES}
                                : find_step(summing, outer, wm_kind_at(parts, frames, 0));
    }
    return any;
}

static int take_edges(struct wm_graph *graph, const struct summing *summing)
{
    const struct wm_calls *calls = &summing->calls[0];
    free(graph->edges);
    graph->edge_count = 0;
    graph->edges = calloc(calls->count + 1, sizeof(graph->edges[0]));
    if (graph->edges == NULL)
        return -ENOMEM;
    graph->edge_count = calls->count;
    for (size_t i = 0; i < calls->count; i++)
        graph->edges[i] = (struct wm_edge){
            .from = summing->nodes[calls->pairs[i] >> 32],
            .to = summing->nodes[(uint32_t)calls->pairs[i]],
            .weight = calls->sums[i].weight,
            .divisor = calls->has_divisors ? calls->divisors[i] : 0,
            .is_inline = (calls->sums[i].marks & WM_CALL_INLINE) != 0,
            .is_residual = (calls->sums[i].marks & WM_CALL_RESIDUAL) != 0,
        };
    return 0;
}

static int sum_slices(struct summing *summing)
{
    const size_t samples = summing->graph->report->profile->sample_count;
    const size_t slices = wm_parallel_slices(samples, WM_SLICE_LEAST);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < slices; i++)
        rc = wm_calls_init(&summing->calls[i], summing->kept_count,
                           summing->graph->report->has_divisor);
    if (rc == 0)
        rc = wm_parallel(samples, slices, sum_slice, summing);
    for (size_t i = 1; rc == 0 && i < slices; i++) {
        rc = wm_calls_join(&summing->calls[0], &summing->calls[i]);
        wm_calls_done(&summing->calls[i]);
    }
    return rc;
}

int wm_graph_sum_edges(struct wm_graph *graph)
{
    const size_t locations = graph->report->profile->location_count;
    struct summing summing = {
        .graph = graph,
        .fates = calloc(graph->node_count + 1, sizeof(summing.fates[0])),
        .number_of = calloc(graph->node_count + 1, sizeof(summing.number_of[0])),
        .nodes = calloc(graph->node_count + 1, sizeof(summing.nodes[0])),
        .steps = calloc(locations + 1, sizeof(summing.steps[0])),
    };
    int rc = summing.fates == NULL || summing.number_of == NULL || summing.nodes == NULL ||
                     summing.steps == NULL
                 ? -ENOMEM
                 : 0;
    if (rc == 0 && find_fates(&summing))
        rc = sum_slices(&summing);
    if (rc == 0)
        rc = take_edges(graph, &summing);
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++)
        wm_calls_done(&summing.calls[i]);
    free(summing.fates);
    free(summing.number_of);
    free(summing.nodes);
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
