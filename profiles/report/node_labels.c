/* node_labels.c - sums the labels of samples by node.
 *
 * A large profile has few different sets of labels. So the walk over the samples sums by node and
 * set, and a set is made texts of once. */
#include "profiles/report/node_labels.h"

#include "profiles/report/graph_parts.h"
#include "profiles/report/label_texts.h"
#include "profiles/report/measure.h"
#include "profiles/report/tallies.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct wm_node_labels {
    struct wm_label_texts texts;
    struct wm_node_label *labels;
    size_t count;
    size_t *first; /* per node, into labels; one more at the end */
};

/* ---- The walk ---- */

struct sum {
    uint32_t set, node; /* the node's number among the chosen ones */
    size_t sample;      /* the first one */
    struct {
        int64_t value, divisor;
    } costs[2]; /* in total; its own */
};

/* What a thread sums. */
struct sums {
    alignas(WM_PARALLEL_LINE) struct wm_pairs known; /* set and node to the sum */
    struct sum *sums;
    size_t count, capacity;
};

struct summing {
    const struct wm_graph *graph;
    const uint32_t *chosen; /* nodes */
    size_t chosen_count;
    struct wm_label_sets sets;
    struct sums of[WM_PARALLEL_MAX];
};

/* NULL: no memory. */
static struct sum *find_sum(struct sums *sums, uint32_t set, uint32_t node, size_t sample)
{
    const int64_t number = wm_pairs_add(&sums->known, set, node);
    if (number < 0)
        return NULL;
    if ((size_t)number < sums->count)
        return &sums->sums[number];
    if (sums->count == sums->capacity) {
        const size_t capacity = 2 * sums->capacity + 64;
        struct sum *grown = reallocarray(sums->sums, capacity, sizeof(grown[0]));
        if (grown == NULL)
            return NULL;
        sums->sums = grown;
        sums->capacity = capacity;
    }
    sums->sums[sums->count] = (struct sum){.set = set, .node = node, .sample = sample};
    return &sums->sums[sums->count++];
}

static void add_cost(struct sum *sum, bool is_leaf, int64_t value, int64_t divisor)
{
    sum->costs[is_leaf].value = wm_add_wrapping(sum->costs[is_leaf].value, value);
    if (divisor != 0)
        sum->costs[is_leaf].divisor = wm_add_wrapping(sum->costs[is_leaf].divisor, divisor);
}

static int add_visit(void *user, const struct wm_visit *visit)
{
    struct summing *summing = user;
    const uint32_t set = summing->sets.of[visit->sample];
    for (size_t i = 0; i < visit->count; i++) {
        struct sum *sum =
            find_sum(&summing->of[visit->thread], set, visit->nodes[i], visit->sample);
        if (sum == NULL)
            return -ENOMEM;
        add_cost(sum, visit->is_leaf, visit->value, visit->divisor);
    }
    return 0;
}

static int join(struct sums *into, const struct sums *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct sum *more = &from->sums[i];
        struct sum *sum = find_sum(into, more->set, more->node, more->sample);
        if (sum == NULL)
            return -ENOMEM;
        sum->sample = more->sample < sum->sample ? more->sample : sum->sample;
        for (int own = 0; own <= 1; own++)
            add_cost(sum, own, more->costs[own].value, more->costs[own].divisor);
    }
    return 0;
}

/* Whose first number came to a text must not depend on which thread saw which sample. */
static int compare_sums(const void *a, const void *b)
{
    const struct sum *left = a, *right = b;
    if (left->sample != right->sample)
        return left->sample < right->sample ? -1 : 1;
    return left->node < right->node ? -1 : left->node > right->node;
}

static int walk_samples(struct summing *summing)
{
    const struct wm_visitor visitor = {summing->chosen, summing->chosen_count, add_visit, summing};
    const size_t samples = summing->graph->report->profile->sample_count;
    const size_t threads = wm_parallel_slices(samples, WM_SLICE_LEAST);
    int rc = wm_graph_walk(summing->graph, &visitor, threads);
    for (size_t i = 1; rc == 0 && i < threads; i++)
        rc = join(&summing->of[0], &summing->of[i]);
    if (rc == 0 && summing->of[0].count > 1)
        qsort(summing->of[0].sums, summing->of[0].count, sizeof(struct sum), compare_sums);
    return rc;
}

/* Few sets are summed in a table, in which the order of first use is lost: only numbers need it. */
static bool fits_table(const struct summing *summing)
{
    enum { CELLS_MAX = 1 << 16 };
    const size_t sets = wm_label_sets_count(&summing->sets);
    return !summing->graph->private_->is_tree && !summing->sets.has_numbers &&
           sets <= CELLS_MAX / (summing->chosen_count + 1);
}

static int add_table(struct summing *summing, struct wm_tallying *of, bool divisors)
{
    struct wm_tallies tallies;
    of->divisors = divisors;
    int rc = wm_tallies_init(&tallies, of);
    for (size_t i = 0; rc == 0 && i < of->row_count * of->column_count; i++) {
        const uint32_t set = (uint32_t)(i / of->column_count);
        const uint32_t column = (uint32_t)(i % of->column_count);
        if (column == 0 || tallies.tallies[i].sample == 0)
            continue;
        struct sum *sum = find_sum(&summing->of[0], set, column - 1, 0);
        if (sum == NULL) {
            rc = -ENOMEM;
            break;
        }
        add_cost(sum, false, divisors ? 0 : tallies.tallies[i].total,
                 divisors ? tallies.tallies[i].total : 0);
        add_cost(sum, true, divisors ? 0 : tallies.owns[i], divisors ? tallies.owns[i] : 0);
    }
    wm_tallies_done(&tallies);
    return rc;
}

static int fill_table(struct summing *summing)
{
    const struct wm_graph *graph = summing->graph;
    uint32_t *columns = calloc(graph->node_count + 1, sizeof(columns[0]));
    struct wm_tallying of = {
        .graph = graph,
        .columns = columns,
        .column_count = summing->chosen_count + 1,
        .rows = summing->sets.of,
        .row_count = wm_label_sets_count(&summing->sets),
    };
    if (columns == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < summing->chosen_count; i++)
        columns[summing->chosen[i]] = (uint32_t)i + 1;
    int rc = add_table(summing, &of, false);
    if (rc == 0 && graph->report->has_divisor)
        rc = add_table(summing, &of, true);
    free(columns);
    return rc;
}

/* All of them are in the first thread's then. */
static int sum_sets(struct summing *summing)
{
    int rc = wm_label_sets_init(&summing->sets, summing->graph->report->profile);
    if (rc < 0)
        return rc;
    return fits_table(summing) ? fill_table(summing) : walk_samples(summing);
}

static void summing_done(struct summing *summing)
{
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++) {
        wm_pairs_done(&summing->of[i].known);
        free(summing->of[i].sums);
    }
    wm_label_sets_done(&summing->sets);
}

/* ---- From sets to labels ---- */

struct making {
    struct wm_node_labels *labels;
    size_t capacity;
    struct wm_pairs known; /* node and kind of piece to label */
};

/* The node's label of this piece, made if it is new; NULL: no memory. */
static struct wm_node_label *find_label(struct making *making, uint32_t node,
                                        const struct wm_label_piece *piece)
{
    struct wm_node_labels *labels = making->labels;
    const int64_t number = wm_pairs_add(&making->known, node, piece->kind);
    if (number < 0)
        return NULL;
    if ((size_t)number < labels->count)
        return &labels->labels[number];
    if (labels->count == making->capacity) {
        const size_t capacity = 2 * making->capacity + 64;
        struct wm_node_label *grown =
            reallocarray(labels->labels, capacity, sizeof(labels->labels[0]));
        if (grown == NULL)
            return NULL;
        labels->labels = grown;
        making->capacity = capacity;
    }
    struct wm_node_label *label = &labels->labels[labels->count++];
    *label = (struct wm_node_label){
        .node = node,
        .strings = piece->strings,
        .is_number = piece->is_number,
        .text = piece->text,
        .number = piece->number,
        .unit = piece->unit,
    };
    return label;
}

static void add_sum(struct wm_node_label *label, const struct sum *sum)
{
    label->total = wm_add_wrapping(label->total, sum->costs[0].value);
    label->total_divisor = wm_add_wrapping(label->total_divisor, sum->costs[0].divisor);
    label->self = wm_add_wrapping(label->self, sum->costs[1].value);
    label->self_divisor = wm_add_wrapping(label->self_divisor, sum->costs[1].divisor);
}

static int make_labels(struct wm_node_labels *labels, const struct summing *summing)
{
    const struct sums *sums = &summing->of[0];
    const struct wm_label_texts *texts = &labels->texts;
    struct making making = {.labels = labels};
    int rc = wm_label_texts_init(&labels->texts, summing->graph->report, &summing->sets);
    for (size_t i = 0; rc == 0 && i < sums->count; i++) {
        const struct sum *sum = &sums->sums[i];
        for (size_t at = texts->first[sum->set]; rc == 0 && at < texts->first[sum->set + 1]; at++) {
            struct wm_node_label *label =
                find_label(&making, summing->chosen[sum->node], &texts->pieces[at]);
            if (label == NULL) {
                rc = -ENOMEM;
                break;
            }
            add_sum(label, sum);
        }
    }
    wm_pairs_done(&making.known);
    return rc;
}

static int compare_labels(const void *a, const void *b)
{
    const struct wm_node_label *left = a, *right = b;
    if (left->node != right->node)
        return left->node < right->node ? -1 : 1;
    if (left->is_number != right->is_number)
        return left->is_number ? 1 : -1;
    if (left->strings != right->strings)
        return left->strings < right->strings ? -1 : 1;
    return strcmp(left->text, right->text);
}

static int arrange(struct wm_node_labels *labels, size_t node_count, int64_t cut)
{
    size_t kept = 0;
    for (size_t i = 0; i < labels->count; i++) {
        const struct wm_node_label *label = &labels->labels[i];
        if (wm_magnitude(label->self) >= cut || wm_magnitude(label->total) >= cut)
            labels->labels[kept++] = *label;
    }
    labels->count = kept;
    if (kept > 1)
        qsort(labels->labels, kept, sizeof(labels->labels[0]), compare_labels);
    labels->first = calloc(node_count + 1, sizeof(labels->first[0]));
    if (labels->first == NULL)
        return -ENOMEM;
    for (size_t node = 0, at = 0; node <= node_count; node++) {
        labels->first[node] = at;
        while (at < kept && labels->labels[at].node == node)
            at++;
    }
    return 0;
}

int wm_node_labels_new(const struct wm_graph *graph, size_t count, int64_t cut,
                       struct wm_node_labels **ret_labels)
{
    struct summing summing = {.graph = graph, .chosen = graph->order, .chosen_count = count};
    struct wm_node_labels *labels = calloc(1, sizeof(*labels));
    int rc = labels == NULL ? -ENOMEM : sum_sets(&summing);
    if (rc == 0)
        rc = make_labels(labels, &summing);
    summing_done(&summing);
    if (rc == 0)
        rc = arrange(labels, graph->node_count, cut);
    if (rc < 0)
        wm_node_labels_free(labels);
    else
        *ret_labels = labels;
    return rc;
}

void wm_node_labels_free(struct wm_node_labels *labels)
{
    if (labels == NULL)
        return;
    wm_label_texts_done(&labels->texts);
    free(labels->labels);
    free(labels->first);
    free(labels);
}

const struct wm_node_label *wm_node_labels_of(const struct wm_node_labels *labels, uint32_t node,
                                              size_t *ret_count)
{
    *ret_count = labels->first[node + 1] - labels->first[node];
    return labels->labels + labels->first[node];
}

size_t wm_node_labels_own(const struct wm_node_labels *labels, uint32_t node)
{
    size_t count, own = 0;
    const struct wm_node_label *of = wm_node_labels_of(labels, node, &count);
    for (size_t i = 0; i < count; i++)
        own += of[i].self != 0;
    return own;
}
