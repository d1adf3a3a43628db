/* graph_build.c - from samples to nodes and their sums.
 *
 * What a line of a location counts for is known (graph_kinds.c). The walk over the samples, which
 * may be tens of millions of frames, only adds in one small array per node. */
#include "profiles/views/graph_parts.h"

#include "profiles/views/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- The sums ---- */

/* As small as it can be: this is what the walk over all frames touches. */
struct tally {
    int64_t total;
    uint32_t sample; /* the last one that counted, + 1: a recursive function counts once */
};

/* The kinds of a location, if it is one (it stands twice) or two; else the first is WM_NO_NODE. */
struct two {
    uint32_t inner, outer;
};

/* What a thread sums: each has all kinds for itself, and its share of the samples. */
struct sums {
    struct tally *tallies; /* per kind */
    int64_t *owns;
};

struct summing {
    const struct wm_graph *graph;
    struct two *twos; /* per location */
    bool divisors;    /* are summed, not values */
    struct sums sums[WM_PARALLEL_MAX];
};

/* Without branches: whether a function is met again is not to be foreseen. */
static inline void count(struct tally *tally, int64_t value, uint32_t sample)
{
    int64_t added = tally->sample != sample ? value : 0;
    tally->sample = sample;
    tally->total = wm_add_wrapping(tally->total, added);
}

static void sum_sample(const struct summing *summing, const struct sums *sums, size_t number,
                       int64_t value)
{
    const struct wm_profile *profile = summing->graph->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    const struct wm_graph_private *parts = summing->graph->private_;
    const uint32_t *stack = profile->sample_locations + sample->first_location;
    const uint32_t mark = (uint32_t)number + 1;
    if (sample->location_count == 0 || value == 0)
        return;
    for (uint32_t i = 0; i < sample->location_count; i++) {
        struct two two = summing->twos[stack[i]];
        if (two.inner != WM_NO_NODE) {
            count(&sums->tallies[two.inner], value, mark);
            count(&sums->tallies[two.outer], value, mark);
            continue;
        }
        struct wm_frames frames = parts->frames[stack[i]];
        for (uint32_t at = 0; at < frames.count; at++)
            count(&sums->tallies[parts->kinds[frames.first + at]], value, mark);
    }
    int64_t *own = &sums->owns[wm_kind_at(parts, parts->frames[stack[0]], 0)];
    *own = wm_add_wrapping(*own, value);
}

static int sum_slice(void *user, const struct wm_slice *slice)
{
    struct summing *summing = user;
    const struct wm_report *report = summing->graph->report;
    struct sums *sums = &summing->sums[slice->number];
    size_t kinds = summing->graph->private_->kind_count + 1;
    sums->tallies = calloc(kinds, sizeof(sums->tallies[0]));
    sums->owns = calloc(kinds, sizeof(sums->owns[0]));
    if (sums->tallies == NULL || sums->owns == NULL)
        return -ENOMEM;
    for (size_t i = slice->first; i < slice->end; i++)
        sum_sample(summing, sums, i,
                   summing->divisors ? wm_report_divisor(report, i) : wm_report_value(report, i));
    return 0;
}

static void add_sums(struct wm_graph *graph, const struct sums *sums, bool divisors)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        struct wm_node *node = &graph->nodes[i];
        int64_t *total = divisors ? &node->total_divisor : &node->total;
        int64_t *self = divisors ? &node->self_divisor : &node->self;
        *total = wm_add_wrapping(*total, sums->tallies[i].total);
        *self = wm_add_wrapping(*self, sums->owns[i]);
    }
}

static int sum_all(struct wm_graph *graph, struct two *twos, bool divisors)
{
    size_t samples = graph->report->profile->sample_count;
    size_t slices = wm_parallel_slices(samples, WM_SLICE_LEAST);
    struct summing summing = {.graph = graph, .twos = twos, .divisors = divisors};
    int rc = wm_parallel(samples, slices, sum_slice, &summing);
    for (size_t i = 0; i < slices; i++) {
        if (rc == 0)
            add_sums(graph, &summing.sums[i], divisors);
        free(summing.sums[i].tallies);
        free(summing.sums[i].owns);
    }
    return rc;
}

static struct two *find_twos(const struct wm_graph *graph)
{
    const struct wm_graph_private *parts = graph->private_;
    size_t locations = graph->report->profile->location_count;
    struct two *twos = calloc(locations + 1, sizeof(twos[0]));
    for (size_t i = 0; twos != NULL && i < locations; i++) {
        struct wm_frames frames = parts->frames[i];
        twos[i] = (struct two){WM_NO_NODE, WM_NO_NODE};
        if (frames.count <= 2)
            twos[i] = (struct two){wm_kind_at(parts, frames, 0),
                                   wm_kind_at(parts, frames, frames.count - 1)};
    }
    return twos;
}

int wm_graph_make_nodes(struct wm_graph *graph)
{
    const struct wm_graph_private *parts = graph->private_;
    graph->nodes = calloc(parts->kind_count + 1, sizeof(graph->nodes[0]));
    if (graph->nodes == NULL)
        return -ENOMEM;
    graph->node_count = parts->kind_count;
    for (size_t i = 0; i < graph->node_count; i++)
        graph->nodes[i] =
            (struct wm_node){.key = &parts->keys[i], .kind = (uint32_t)i, .kept = true};
    return 0;
}

int wm_graph_sum_nodes(struct wm_graph *graph)
{
    struct two *twos = find_twos(graph);
    int rc = twos == NULL ? -ENOMEM : wm_graph_make_nodes(graph);
    if (rc == 0)
        rc = sum_all(graph, twos, false);
    if (rc == 0 && graph->report->has_divisor)
        rc = sum_all(graph, twos, true);
    free(twos);
    return rc;
}

/* ---- The labels ---- */

static int compare_labels(const void *a, const void *b, void *user)
{
    const struct wm_graph_private *parts = user;
    return strcmp(parts->labels[*(const uint32_t *)a], parts->labels[*(const uint32_t *)b]);
}

/* Orders compare labels often, and numbers are compared faster. */
static int rank_labels(struct wm_graph_private *parts)
{
    size_t labelled = 0;
    uint32_t rank = 0, *order = calloc(parts->kind_count + 1, sizeof(order[0]));
    if (order == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < parts->kind_count; i++)
        if (parts->labels[i] != NULL)
            order[labelled++] = (uint32_t)i;
    qsort_r(order, labelled, sizeof(order[0]), compare_labels, parts);
    for (size_t i = 0; i < labelled; i++) {
        if (i > 0 && strcmp(parts->labels[order[i - 1]], parts->labels[order[i]]) != 0)
            rank++;
        parts->ranks[order[i]] = rank;
    }
    free(order);
    return 0;
}

int wm_graph_label_nodes(struct wm_graph *graph)
{
    struct wm_graph_private *parts = graph->private_;
    struct wm_text text;
    int rc = 0;
    wm_text_init(&text);
    for (size_t i = 0; rc == 0 && i < graph->node_count; i++) {
        struct wm_node *node = &graph->nodes[i];
        if (!node->kept)
            continue;
        const char **label = &parts->labels[node->kind];
        if (*label == NULL) {
            wm_text_clear(&text);
            wm_node_add_label(graph->report, node->key, &text);
            *label = text.failed ? NULL : wm_arena_copy(&parts->arena, text.data, text.length);
        }
        node->label = *label;
        if (*label == NULL)
            rc = -ENOMEM;
    }
    wm_text_done(&text);
    return rc < 0 ? rc : rank_labels(parts);
}

/* ---- Walks of others ---- */

/* Whether a location has a chosen node: most have none, and a walk over them is all that they cost.
 * An array for the caller to free(); NULL: no memory. */
static bool *find_chosen(const struct wm_graph *graph, const bool *chosen)
{
    const struct wm_graph_private *parts = graph->private_;
    size_t locations = graph->report->profile->location_count;
    bool *found = calloc(locations + 1, sizeof(found[0]));
    for (size_t i = 0; found != NULL && i < locations; i++)
        for (uint32_t at = 0; at < parts->frames[i].count; at++)
            found[i] |= chosen[wm_kind_at(parts, parts->frames[i], at)];
    return found;
}

/* What a walk notes, by node and by location. */
struct walk {
    uint32_t *seen; /* the last sample, + 1 */
    bool *has_chosen;
};

static int walk_location(const struct wm_graph *graph, const struct wm_visitor *visitor,
                         uint32_t *seen, struct wm_frames frames, struct wm_visit *visit)
{
    int rc = 0;
    for (uint32_t at = frames.count; rc == 0 && at-- > 0;) {
        visit->node = wm_kind_at(graph->private_, frames, at);
        if (!visitor->chosen[visit->node] || seen[visit->node] == visit->sample + 1)
            continue;
        seen[visit->node] = (uint32_t)visit->sample + 1;
        rc = visitor->visit(visitor->user, visit);
    }
    return rc;
}

static int walk_sample(const struct wm_graph *graph, const struct wm_visitor *visitor,
                       const struct walk *walk, struct wm_visit *visit)
{
    const struct wm_profile *profile = graph->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[visit->sample];
    const struct wm_graph_private *parts = graph->private_;
    const uint32_t *stack = profile->sample_locations + sample->first_location;
    int rc = 0;
    visit->is_leaf = false;
    for (uint32_t i = sample->location_count; rc == 0 && i-- > 0;)
        if (walk->has_chosen[stack[i]])
            rc = walk_location(graph, visitor, walk->seen, parts->frames[stack[i]], visit);
    if (rc < 0 || sample->location_count == 0)
        return rc;
    visit->is_leaf = true;
    visit->node = wm_kind_at(parts, parts->frames[stack[0]], 0);
    return visitor->chosen[visit->node] ? visitor->visit(visitor->user, visit) : 0;
}

int wm_graph_walk(const struct wm_graph *graph, const struct wm_visitor *visitor,
                  const struct wm_slice *samples)
{
    struct wm_visit visit = {.sample = samples->first};
    int rc = 0;
    if (graph->private_->is_tree)
        return wm_graph_walk_tree(graph, visitor, samples);
    struct walk walk = {calloc(graph->node_count + 1, sizeof(walk.seen[0])),
                        find_chosen(graph, visitor->chosen)};
    if (walk.seen == NULL || walk.has_chosen == NULL)
        rc = -ENOMEM;
    for (; rc == 0 && visit.sample < samples->end; visit.sample++)
        if (wm_sample_cost(graph->report, visit.sample, &visit.value, &visit.divisor))
            rc = walk_sample(graph, visitor, &walk, &visit);
    free(walk.seen);
    free(walk.has_chosen);
    return rc;
}
