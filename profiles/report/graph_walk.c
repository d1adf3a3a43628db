/* graph_walk.c - which samples the cost of each node comes from: for sums that are split further.
 */
#include "profiles/report/graph_parts.h"

#include "profiles/report/unfold.h"

#include <errno.h>
#include <stdlib.h>

struct walk {
    const struct wm_graph *graph;
    const struct wm_visitor *visitor;
    const uint32_t *numbers; /* per node: index into `chosen`, + 1; 0: it is not chosen */
    struct wm_turns turns;
    struct wm_unfolder unfolder;
    uint32_t
        *nearest; /* call tree, per node: the nearest chosen one from there on to the root, + 1 */
};

/* What a thread has. */
struct walker {
    struct wm_visit visit;
    uint32_t *seen; /* per number: the last sample, + 1 */
    struct wm_unfolding unfolding;
};

static int visit_nodes(const struct walk *walk, struct wm_visit *visit, const uint32_t *nodes,
                       size_t count, bool is_leaf)
{
    visit->nodes = nodes;
    visit->count = count;
    visit->is_leaf = is_leaf;
    return count > 0 ? walk->visitor->visit(walk->visitor->user, visit) : 0;
}

static int visit_leaf(const struct walk *walk, struct wm_visit *visit, uint32_t node)
{
    const uint32_t leaf = walk->numbers[node] - 1;
    return walk->numbers[node] != 0 ? visit_nodes(walk, visit, &leaf, 1, true) : 0;
}

static int walk_stack(const struct walk *walk, struct walker *walker)
{
    struct wm_unfolding *unfolding = &walker->unfolding;
    const uint32_t mark = (uint32_t)walker->visit.sample + 1;
    uint32_t *nodes = unfolding->entries; /* in place: each is read before something is put there */
    int rc = 0;
    while (rc == 0 && unfolding->left > 0) {
        const size_t entries = wm_unfold(&walk->unfolder, unfolding);
        size_t count = 0;
        for (size_t i = 0; i < entries; i++) {
            const uint32_t number = unfolding->entries[i] >> WM_ENTRY_BITS;
            nodes[count] = number - 1;
            count += walker->seen[number] != mark;
            walker->seen[number] = mark;
        }
        rc = visit_nodes(walk, &walker->visit, nodes, count, false);
    }
    return rc;
}

static int walk_sample(const struct walk *walk, struct walker *walker)
{
    const struct wm_graph_private *parts = walk->graph->private_;
    struct wm_unfolding *unfolding = &walker->unfolding;
    wm_unfold_sample(unfolding, walk->graph, walker->visit.sample);
    if (unfolding->left == 0)
        return 0;
    const int rc = walk_stack(walk, walker);
    return rc < 0 ? rc
                  : visit_leaf(
                        walk, &walker->visit,
                        wm_kind_at(parts, parts->frames[wm_sample_frame(unfolding->stack, 0)], 0));
}

/* From leaf to root. */
static int walk_tree_sample(const struct walk *walk, struct walker *walker)
{
    const uint32_t leaf = walk->graph->private_->leaves[walker->visit.sample];
    uint32_t *nodes = walker->unfolding.entries;
    size_t count = 0;
    int rc = leaf != 0 ? visit_leaf(walk, &walker->visit, leaf - 1) : 0;
    for (uint32_t at = leaf != 0 ? walk->nearest[leaf - 1] : 0; rc == 0 && at != 0;) {
        const uint32_t caller = walk->graph->nodes[at - 1].caller;
        nodes[count++] = walk->numbers[at - 1] - 1;
        at = caller != 0 ? walk->nearest[caller - 1] : 0;
        if (at == 0 || count == WM_UNFOLDED_MAX) {
            rc = visit_nodes(walk, &walker->visit, nodes, count, false);
            count = 0;
        }
    }
    return rc;
}

static int walk_turns(void *user, const struct wm_slice *thread)
{
    struct walk *walk = user;
    struct walker walker = {
        .visit.thread = thread->number,
        .seen = calloc(walk->visitor->count + 1, sizeof(walker.seen[0])),
    };
    struct wm_visit *visit = &walker.visit;
    struct wm_slice samples;
    int rc = walker.seen == NULL ? -ENOMEM : 0;
    while (rc == 0 && wm_turns_take(&walk->turns, &samples))
        for (size_t i = samples.first; rc == 0 && i < samples.end; i++) {
            visit->sample = i;
            if (wm_sample_cost(walk->graph->report, i, &visit->value, &visit->divisor))
                rc = walk->nearest != NULL ? walk_tree_sample(walk, &walker)
                                           : walk_sample(walk, &walker);
        }
    free(walker.seen);
    return rc;
}

static uint32_t *find_nearest(const struct wm_graph *graph, const uint32_t *numbers)
{
    uint32_t *nearest = calloc(graph->node_count + 1, sizeof(nearest[0]));
    for (size_t i = 0; nearest != NULL && i < graph->node_count; i++) {
        const uint32_t caller = graph->nodes[i].caller;
        if (numbers[i] != 0)
            nearest[i] = (uint32_t)i + 1;
        else if (caller != 0)
            nearest[i] = nearest[caller - 1];
    }
    return nearest;
}

int wm_graph_walk(const struct wm_graph *graph, const struct wm_visitor *visitor, size_t threads)
{
    uint32_t *const numbers = calloc(graph->node_count + 1, sizeof(numbers[0]));
    struct walk walk = {
        .graph = graph,
        .visitor = visitor,
        .numbers = numbers,
        .turns = {.count = graph->report->profile->sample_count, .each = WM_TURN},
    };
    int rc = numbers == NULL ? -ENOMEM : 0;
    for (size_t i = 0; rc == 0 && i < visitor->count; i++)
        numbers[visitor->chosen[i]] = (uint32_t)i + 1;
    if (rc == 0 && graph->private_->is_tree) {
        walk.nearest = find_nearest(graph, numbers);
        rc = walk.nearest == NULL ? -ENOMEM : 0;
    } else if (rc == 0) {
        rc = wm_unfolder_init(&walk.unfolder, graph, numbers);
    }
    if (rc == 0)
        rc = wm_parallel(threads, threads, walk_turns, &walk);
    wm_unfolder_done(&walk.unfolder);
    free(numbers);
    free(walk.nearest);
    return rc;
}
