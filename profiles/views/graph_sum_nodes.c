/* graph_sum_nodes.c - sums what nodes cost, themselves and with all that they call.
 *
 * The walk over the samples, which may be tens of millions of frames, only adds in one small array
 * per node. */
#include "profiles/views/graph_parts.h"

#include "profiles/views/measure.h"
#include "profiles/views/unfold.h"

#include <errno.h>
#include <stdlib.h>

/* As small as it can be: this is what the walk over all frames touches. */
struct tally {
    int64_t total;
    uint32_t sample; /* the last one that counted, + 1: a recursive function counts once */
};

/* What a thread sums: each has all nodes for itself, and takes its share of the samples. */
struct sums {
    struct tally *tallies; /* per node */
    int64_t *owns;
};

struct summing {
    const struct wm_graph *graph;
    struct wm_unfolder unfolder;
    struct wm_turns turns;
    bool divisors; /* are summed, not values */
    struct sums sums[WM_PARALLEL_MAX];
};

/* Without branches: whether a function is met again is not to be foreseen. */
static inline void count(struct tally *tally, int64_t value, uint32_t sample)
{
    const int64_t added = tally->sample != sample ? value : 0;
    tally->sample = sample;
    tally->total = wm_add_wrapping(tally->total, added);
}

static void sum_sample(const struct summing *summing, const struct sums *sums,
                       struct wm_unfolding *unfolding, size_t number)
{
    const struct wm_report *report = summing->graph->report;
    const int64_t value =
        summing->divisors ? wm_report_divisor(report, number) : wm_report_value(report, number);
    uint32_t leaf = WM_NO_NODE;
    if (value == 0)
        return;
    wm_unfold_sample(unfolding, summing->graph, number);
    while (unfolding->left > 0) {
        const size_t entries = wm_unfold(&summing->unfolder, unfolding);
        for (size_t i = 0; i < entries; i++) {
            leaf = (unfolding->entries[i] >> WM_ENTRY_BITS) - 1;
            count(&sums->tallies[leaf], value, (uint32_t)number + 1);
        }
    }
    if (leaf != WM_NO_NODE)
        sums->owns[leaf] = wm_add_wrapping(sums->owns[leaf], value);
}

static int sum_turns(void *user, const struct wm_slice *thread)
{
    struct summing *summing = user;
    struct sums *sums = &summing->sums[thread->number];
    const size_t nodes = summing->graph->node_count + 1;
    struct wm_unfolding unfolding;
    struct wm_slice samples;
    sums->tallies = calloc(nodes, sizeof(sums->tallies[0]));
    sums->owns = calloc(nodes, sizeof(sums->owns[0]));
    if (sums->tallies == NULL || sums->owns == NULL)
        return -ENOMEM;
    while (wm_turns_take(&summing->turns, &samples))
        for (size_t i = samples.first; i < samples.end; i++)
            sum_sample(summing, sums, &unfolding, i);
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

static int sum_all(struct wm_graph *graph, struct wm_unfolder unfolder, bool divisors)
{
    const size_t samples = graph->report->profile->sample_count;
    const size_t threads = wm_parallel_slices(samples, WM_SLICE_LEAST);
    struct summing summing = {
        .graph = graph,
        .unfolder = unfolder,
        .turns = {.count = samples, .each = WM_TURN},
        .divisors = divisors,
    };
    int rc = wm_parallel(threads, threads, sum_turns, &summing);
    for (size_t i = 0; i < threads; i++) {
        if (rc == 0)
            add_sums(graph, &summing.sums[i], divisors);
        free(summing.sums[i].tallies);
        free(summing.sums[i].owns);
    }
    return rc;
}

int wm_graph_sum_nodes(struct wm_graph *graph)
{
    struct wm_unfolder unfolder = {.folds = NULL};
    int rc = wm_graph_make_nodes(graph);
    if (rc == 0)
        rc = wm_unfolder_init(&unfolder, graph, NULL);
    if (rc == 0)
        rc = sum_all(graph, unfolder, false);
    if (rc == 0 && graph->report->has_divisor)
        rc = sum_all(graph, unfolder, true);
    wm_unfolder_done(&unfolder);
    return rc;
}
