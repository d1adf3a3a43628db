/* node_labels.c - sums the labels of samples by node. */
#include "profiles/views/node_labels.h"

#include "harness/core/intern.h"
#include "profiles/pprof/merge.h"
#include "profiles/views/graph_parts.h"
#include "profiles/views/measure.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

static const char BETWEEN[] = "\\n"; /* as the picture's language writes a new line */

struct wm_node_labels {
    struct wm_intern *texts; /* number 0 is "" */
    struct wm_node_label *labels;
    size_t count;
    size_t *first; /* per node, into labels; one more at the end */
};

/* A sample's number label, or its string labels. */
struct piece {
    uint32_t strings, text;
    uint32_t pair; /* number of the two */
    bool is_number;
    int64_t number;
};

/* Texts that were made before, by what they were made of: few are different. */
struct made {
    struct wm_pairs known;
    uint32_t *texts; /* by number of the pair; 0: not made yet */
    size_t capacity;
};

/* What a thread sums: labels of its share of the samples. */
struct summing {
    alignas(WM_PARALLEL_LINE) const struct wm_graph *graph;
    struct wm_node_labels *labels;
    size_t capacity;
    struct wm_pairs pairs; /* strings and text */
    struct wm_pairs known; /* node and pair to label */
    int64_t bytes_key;     /* -ENOENT: no label is called so */
    int64_t base_key;      /* the merge's own, which no picture shows */
    const char *bytes_unit;
    size_t sample; /* the pieces are of it, + 1 */
    struct piece *pieces;
    size_t piece_count, piece_capacity;
    struct wm_label *sorted; /* copies of the sample's string labels */
    size_t sorted_capacity;
    struct wm_text text, other, joined;
    struct made strings; /* of a sample with one string label, by key and string */
    struct made numbers; /* by both halves of the number */
};

/* Where the text of this pair is kept; NULL: no memory. */
static uint32_t *find_made(struct made *made, uint32_t first, uint32_t second)
{
    int64_t number = wm_pairs_add(&made->known, first, second);
    if (number < 0)
        return NULL;
    if ((size_t)number >= made->capacity) {
        size_t capacity = 2 * made->capacity + 64;
        uint32_t *texts = reallocarray(made->texts, capacity, sizeof(texts[0]));
        if (texts == NULL)
            return NULL;
        memset(texts + made->capacity, 0, (capacity - made->capacity) * sizeof(texts[0]));
        made->texts = texts;
        made->capacity = capacity;
    }
    return &made->texts[number];
}

static int reserve_pieces(struct summing *summing, size_t count)
{
    if (count > summing->piece_capacity) {
        struct piece *pieces = reallocarray(summing->pieces, 2 * count, sizeof(pieces[0]));
        if (pieces == NULL)
            return -ENOMEM;
        summing->pieces = pieces;
        summing->piece_capacity = 2 * count;
    }
    if (count > summing->sorted_capacity) {
        struct wm_label *sorted = reallocarray(summing->sorted, 2 * count, sizeof(sorted[0]));
        if (sorted == NULL)
            return -ENOMEM;
        summing->sorted = sorted;
        summing->sorted_capacity = 2 * count;
    }
    return 0;
}

/* `number` NULL: it is string labels. */
static int make_piece(struct summing *summing, uint32_t strings, int64_t text,
                      const int64_t *number, struct piece *ret_piece)
{
    int64_t pair = text < 0 ? text : wm_pairs_add(&summing->pairs, strings, (uint32_t)text);
    if (pair < 0)
        return -ENOMEM;
    *ret_piece = (struct piece){strings, (uint32_t)text, (uint32_t)pair, number != NULL,
                                number != NULL ? *number : 0};
    return 0;
}

static int add_piece(struct summing *summing, uint32_t strings, int64_t text, const int64_t *number)
{
    return make_piece(summing, strings, text, number, &summing->pieces[summing->piece_count++]);
}

static void write_label(const struct wm_profile *profile, const struct wm_label *label,
                        struct wm_text *text)
{
    wm_text_clear(text);
    wm_text_add(text, wm_profile_text(profile, label->key));
    wm_text_add(text, ":");
    wm_text_add(text, wm_profile_text(profile, label->string));
}

static int compare_texts(const void *a, const void *b, void *user)
{
    struct summing *summing = user;
    write_label(summing->graph->report->profile, a, &summing->text);
    write_label(summing->graph->report->profile, b, &summing->other);
    return strcmp(summing->text.data, summing->other.data);
}

/* The number of these labels as one text. */
static int64_t join_strings(struct summing *summing, size_t count)
{
    const struct wm_profile *profile = summing->graph->report->profile;
    struct wm_text *joined = &summing->joined;
    if (count > 1)
        qsort_r(summing->sorted, count, sizeof(summing->sorted[0]), compare_texts, summing);
    wm_text_clear(joined);
    for (size_t i = 0; i < count; i++) {
        write_label(profile, &summing->sorted[i], &summing->text);
        wm_text_add(joined, i > 0 ? BETWEEN : "");
        wm_text_add_bytes(joined, summing->text.data, summing->text.length);
    }
    return joined->failed || summing->text.failed || summing->other.failed
               ? -ENOMEM
               : wm_intern_string(summing->labels->texts, joined->data);
}

/* That of the sample's string labels, sorted. */
static int64_t find_strings(struct summing *summing, const struct wm_profile_sample *sample)
{
    const struct wm_profile *profile = summing->graph->report->profile;
    size_t count = 0;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        const struct wm_label *label = &profile->labels[sample->first_label + i];
        if (label->string != 0 && label->key != summing->base_key)
            summing->sorted[count++] = *label;
    }
    if (count != 1)
        return join_strings(summing, count);
    uint32_t *text =
        find_made(&summing->strings, summing->sorted[0].key, summing->sorted[0].string);
    int64_t made = text == NULL ? -ENOMEM : *text != 0 ? *text : join_strings(summing, count);
    if (made > 0)
        *text = (uint32_t)made;
    return made;
}

static int64_t find_number(struct summing *summing, const struct wm_label *label)
{
    char measured[WM_MEASURE_BYTES];
    const char *unit = wm_report_wanted_unit(summing->graph->report);
    uint32_t *text = find_made(&summing->numbers, (uint32_t)((uint64_t)label->number >> 32),
                               (uint32_t)label->number);
    if (text == NULL)
        return -ENOMEM;
    if (*text != 0)
        return *text;
    int64_t made = wm_intern_string(summing->labels->texts,
                                    wm_measure(label->number, summing->bytes_unit, unit, measured));
    *text = made > 0 ? (uint32_t)made : 0;
    return made;
}

static int cut_sample(struct summing *summing, size_t number)
{
    const struct wm_profile *profile = summing->graph->report->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    int rc = reserve_pieces(summing, (size_t)sample->label_count + 1);
    int64_t strings = rc < 0 ? rc : find_strings(summing, sample);
    if (strings < 0)
        return -ENOMEM;
    summing->sample = number + 1;
    summing->piece_count = 0;
    rc = strings == 0 ? 0 : add_piece(summing, (uint32_t)strings, 0, NULL);
    for (uint32_t i = 0; rc == 0 && i < sample->label_count; i++) {
        const struct wm_label *label = &profile->labels[sample->first_label + i];
        bool is_number = label->string == 0 && (label->number != 0 || label->unit != 0);
        if (is_number && label->key == summing->bytes_key)
            rc = add_piece(summing, (uint32_t)strings, find_number(summing, label), &label->number);
    }
    return rc;
}

/* The node's label of this piece, made if it is new; NULL: no memory. */
static struct wm_node_label *find_label(struct summing *summing, uint32_t node,
                                        const struct piece *piece)
{
    struct wm_node_labels *labels = summing->labels;
    int64_t number = wm_pairs_add(&summing->known, node, piece->pair);
    if (number < 0)
        return NULL;
    if ((size_t)number < labels->count)
        return &labels->labels[number];
    if (labels->count == summing->capacity) {
        size_t capacity = summing->capacity == 0 ? 64 : 2 * summing->capacity;
        struct wm_node_label *grown =
            reallocarray(labels->labels, capacity, sizeof(labels->labels[0]));
        if (grown == NULL)
            return NULL;
        labels->labels = grown;
        summing->capacity = capacity;
    }
    struct wm_node_label *label = &labels->labels[labels->count++];
    uint32_t text = piece->is_number ? piece->text : piece->strings;
    *label = (struct wm_node_label){
        .node = node,
        .strings = piece->strings,
        .is_number = piece->is_number,
        .text = wm_intern_get(labels->texts, text, NULL),
        .number = piece->number,
        .unit = piece->is_number ? summing->bytes_unit : "",
    };
    return label;
}

static int add_visit(void *user, const struct wm_visit *visit)
{
    struct summing *summing = user;
    if (summing->sample != visit->sample + 1) {
        int rc = cut_sample(summing, visit->sample);
        if (rc < 0)
            return rc;
    }
    for (size_t i = 0; i < summing->piece_count; i++) {
        struct wm_node_label *label = find_label(summing, visit->node, &summing->pieces[i]);
        if (label == NULL)
            return -ENOMEM;
        int64_t *sum = visit->is_leaf ? &label->self : &label->total;
        int64_t *divisor = visit->is_leaf ? &label->self_divisor : &label->total_divisor;
        *sum = wm_add_wrapping(*sum, visit->value);
        *divisor = wm_add_wrapping(*divisor, visit->divisor);
    }
    return 0;
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

/* ---- Shares of the samples ---- */

struct sums {
    const struct wm_graph *graph;
    const bool *chosen;
    struct summing of[WM_PARALLEL_MAX];
};

static int sum_slice(void *user, const struct wm_slice *slice)
{
    struct sums *sums = user;
    struct summing *summing = &sums->of[slice->number];
    const struct wm_profile *profile = sums->graph->report->profile;
    const struct wm_visitor visitor = {sums->chosen, add_visit, summing};
    summing->graph = sums->graph;
    summing->bytes_key = wm_intern_find(profile->strings, "bytes", strlen("bytes"));
    summing->base_key =
        wm_intern_find(profile->strings, WM_MERGE_BASE_KEY, strlen(WM_MERGE_BASE_KEY));
    if (summing->bytes_key >= 0)
        summing->bytes_unit =
            wm_report_label_unit(summing->graph->report, (uint32_t)summing->bytes_key);
    wm_text_init(&summing->text);
    wm_text_init(&summing->other);
    wm_text_init(&summing->joined);
    summing->labels = calloc(1, sizeof(*summing->labels));
    if (summing->labels == NULL)
        return -ENOMEM;
    int rc = wm_intern_new(&summing->labels->texts);
    if (rc == 0 && wm_intern_string(summing->labels->texts, "") < 0)
        rc = -ENOMEM;
    return rc == 0 ? wm_graph_walk(sums->graph, &visitor, slice) : rc;
}

static int join_label(struct summing *into, const struct wm_node_label *from,
                      const struct wm_intern *texts)
{
    struct wm_intern *known = into->labels->texts;
    int64_t strings = wm_intern_string(known, wm_intern_get(texts, from->strings, NULL));
    int64_t text = from->is_number ? wm_intern_string(known, from->text) : 0;
    struct piece piece = {0};
    int rc = strings < 0 ? -ENOMEM
                         : make_piece(into, (uint32_t)strings, text,
                                      from->is_number ? &from->number : NULL, &piece);
    struct wm_node_label *label = rc == 0 ? find_label(into, from->node, &piece) : NULL;
    if (label == NULL)
        return -ENOMEM;
    label->self = wm_add_wrapping(label->self, from->self);
    label->total = wm_add_wrapping(label->total, from->total);
    label->self_divisor = wm_add_wrapping(label->self_divisor, from->self_divisor);
    label->total_divisor = wm_add_wrapping(label->total_divisor, from->total_divisor);
    return 0;
}

/* Texts in the order of their numbers: they get those that one thread would have given. */
static int join(struct summing *into, const struct wm_node_labels *from)
{
    for (size_t i = 0; i < wm_intern_count(from->texts); i++) {
        const char *text = wm_intern_get(from->texts, (uint32_t)i, NULL);
        if (wm_intern_string(into->labels->texts, text) < 0)
            return -ENOMEM;
    }
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < from->count; i++)
        rc = join_label(into, &from->labels[i], from->texts);
    return rc;
}

static void done(struct summing *summing)
{
    wm_text_done(&summing->text);
    wm_text_done(&summing->other);
    wm_text_done(&summing->joined);
    wm_pairs_done(&summing->strings.known);
    wm_pairs_done(&summing->numbers.known);
    free(summing->strings.texts);
    free(summing->numbers.texts);
    wm_pairs_done(&summing->pairs);
    wm_pairs_done(&summing->known);
    wm_node_labels_free(summing->labels);
    free(summing->pieces);
    free(summing->sorted);
}

/* *ret_labels may be set on errors, too. */
static int sum(const struct wm_graph *graph, const bool *chosen, struct wm_node_labels **ret_labels)
{
    const size_t samples = graph->report->profile->sample_count;
    const size_t slices = wm_parallel_slices(samples, WM_SLICE_LEAST);
    struct sums sums = {.graph = graph, .chosen = chosen};
    int rc = wm_parallel(samples, slices, sum_slice, &sums);
    for (size_t i = 1; rc == 0 && i < slices; i++)
        rc = join(&sums.of[0], sums.of[i].labels);
    *ret_labels = sums.of[0].labels;
    sums.of[0].labels = NULL;
    for (size_t i = 0; i < slices; i++)
        done(&sums.of[i]);
    return rc;
}

int wm_node_labels_new(const struct wm_graph *graph, size_t count, int64_t cut,
                       struct wm_node_labels **ret_labels)
{
    struct wm_node_labels *labels = NULL;
    bool *chosen = calloc(graph->node_count + 1, sizeof(chosen[0]));
    for (size_t i = 0; chosen != NULL && i < count; i++)
        chosen[graph->order[i]] = true;
    int rc = chosen == NULL ? -ENOMEM : sum(graph, chosen, &labels);
    free(chosen);
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
    wm_intern_free(labels->texts);
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
