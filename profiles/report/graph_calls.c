/* graph_calls.c - which samples each call comes from: for sums that are split further. */
#include "profiles/pprof/sample_stack.h"
#include "profiles/report/graph_parts.h"

#include <errno.h>
#include <stdlib.h>

struct walk {
    const struct wm_graph *graph;
    struct wm_pairs
        known;      /* caller and callee to the edge; more than edge_count: it is not shown */
    uint32_t *seen; /* per edge: the last sample, + 1 */
    int (*visit)(void *user, const struct wm_call_visit *visit);
    void *user;
};

static int number_edges(struct walk *walk)
{
    for (size_t i = 0; i < walk->graph->edge_count; i++) {
        const struct wm_edge *edge = &walk->graph->edges[i];
        int64_t number = wm_pairs_add(&walk->known, edge->from, edge->to);
        if (number < 0)
            return -ENOMEM;
    }
    return 0;
}

static int visit_call(struct walk *walk, uint32_t from, uint32_t to, struct wm_call_visit *visit)
{
    int64_t edge = wm_pairs_add(&walk->known, from, to);
    if (edge < 0)
        return -ENOMEM;
    if ((size_t)edge >= walk->graph->edge_count || walk->seen[edge] == visit->sample + 1)
        return 0;
    walk->seen[edge] = (uint32_t)visit->sample + 1;
    visit->edge = (uint32_t)edge;
    return walk->visit(walk->user, visit);
}

/* Root to leaf, past the nodes that are trimmed away. */
static int walk_sample(struct walk *walk, struct wm_call_visit *visit)
{
    const struct wm_profile *profile = walk->graph->report->profile;
    const struct wm_graph_private *parts = walk->graph->private_;
    const struct wm_profile_sample *sample = &profile->samples[visit->sample];
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    uint32_t from = WM_NO_NODE;
    int rc = 0;
    for (uint32_t i = sample->location_count; i-- > 0;) {
        struct wm_frames frames = parts->frames[wm_sample_frame(stack, i)];
        for (uint32_t at = frames.count; rc == 0 && at-- > 0;) {
            uint32_t to = wm_kind_at(parts, frames, at);
            if (!walk->graph->nodes[to].kept)
                continue;
            if (from != WM_NO_NODE && from != to)
                rc = visit_call(walk, from, to, visit);
            from = to;
        }
    }
    return rc;
}

int wm_graph_walk_calls(const struct wm_graph *graph,
                        int (*visit)(void *user, const struct wm_call_visit *visit), void *user)
{
    struct walk walk = {.graph = graph, .visit = visit, .user = user};
    struct wm_call_visit each = {.sample = 0};
    int64_t divisor;
    walk.seen = calloc(graph->edge_count + 1, sizeof(walk.seen[0]));
    int rc = walk.seen == NULL ? -ENOMEM : number_edges(&walk);
    for (; rc == 0 && each.sample < graph->report->profile->sample_count; each.sample++)
        if (wm_sample_cost(graph->report, each.sample, &each.value, &divisor))
            rc = walk_sample(&walk, &each);
    wm_pairs_done(&walk.known);
    free(walk.seen);
    return rc;
}
