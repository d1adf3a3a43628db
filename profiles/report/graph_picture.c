/* graph_picture.c - which nodes and calls a picture shows, and which node comes first.
 *
 * A node scores by its cost and by how much is decided there: one that passes on to one callee
 * what it got from one caller says little. */
#include "profiles/report/graph_parts.h"

#include "profiles/report/measure.h"
#include "profiles/report/node_labels.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* One side of a node, its callers or its callees. */
struct side {
    int64_t weights; /* of the calls, and of itself among the callees */
    double entropy;
    bool any;
};

static double entropy_of(int64_t part, int64_t whole)
{
    double share = (double)part / (double)whole;
    return -share * log2(share);
}

static void add_entropy(struct side *side, int64_t weight)
{
    if (side->weights != 0)
        side->entropy += entropy_of(weight, side->weights);
}

static int64_t score(const struct wm_node *node, const struct side *in, struct side *out)
{
    if (out->any && node->self > 0)
        add_entropy(out, node->self);
    /* Where nothing comes in or goes out is an end, which is worth seeing. */
    double entropy = (in->any ? in->entropy : 1) + (out->any ? out->entropy : 1);
    return wm_add_wrapping(wm_truncate(entropy * (double)node->total), node->self);
}

int wm_graph_scores(const struct wm_graph *graph, int64_t **ret_scores)
{
    struct side *sides = calloc(2 * graph->node_count + 1, sizeof(sides[0]));
    struct side *in = sides, *out = sides + graph->node_count;
    int64_t *scores = calloc(graph->node_count + 1, sizeof(scores[0]));
    if (sides == NULL || scores == NULL) {
        free(sides);
        free(scores);
        return -ENOMEM;
    }
    for (size_t i = 0; i < graph->node_count; i++)
        out[i].weights = graph->nodes[i].self;
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct wm_edge *edge = &graph->edges[i];
        int64_t weight = edge->weight > 0 ? edge->weight : 0;
        in[edge->to].any = out[edge->from].any = true;
        in[edge->to].weights = wm_add_wrapping(in[edge->to].weights, weight);
        out[edge->from].weights = wm_add_wrapping(out[edge->from].weights, weight);
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct wm_edge *edge = &graph->edges[i];
        add_entropy(&in[edge->to], wm_magnitude(edge->weight));
        add_entropy(&out[edge->from], wm_magnitude(edge->weight));
    }
    for (size_t i = 0; i < graph->node_count; i++)
        scores[i] = score(&graph->nodes[i], &in[i], &out[i]);
    free(sides);
    *ret_scores = scores;
    return 0;
}

/* A node takes room, and so do the labels that hang from it. */
size_t wm_graph_picture_count(const struct wm_graph *graph, int64_t limit)
{
    int64_t taken = 0;
    for (size_t i = 0; i < graph->order_count; i++) { /* never beyond the labelled ones */
        size_t labels = wm_node_labels_own(graph->labels, graph->order[i]);
        taken += 1 + (int64_t)(labels < WM_NODE_LABELS_MAX ? labels : WM_NODE_LABELS_MAX);
        if (taken >= limit)
            return i + 1;
    }
    return graph->order_count;
}

struct search {
    const struct wm_graph *graph;
    struct wm_links callers;
    bool *gone;      /* per edge */
    size_t *reached; /* per node: number of the search, from 1 */
    uint32_t *queue;
    size_t number;
};

/* Whether the callee is reached from the caller without this call. */
static bool is_redundant(struct search *search, uint32_t number)
{
    const struct wm_edge *edges = search->graph->edges;
    size_t head = 0, tail = 0;
    search->number++;
    search->queue[tail++] = edges[number].to;
    search->reached[edges[number].to] = search->number;
    while (head < tail) {
        uint32_t node = search->queue[head++];
        for (size_t i = search->callers.first[node]; i < search->callers.first[node + 1]; i++) {
            uint32_t way = search->callers.links[i].edge;
            uint32_t from = edges[way].from;
            if (way == number || search->gone[way] || search->reached[from] == search->number)
                continue;
            if (from == edges[number].from)
                return true;
            search->reached[from] = search->number;
            search->queue[tail++] = from;
        }
    }
    return false;
}

/* From the weakest call on, up to one that no trimmed frame lies in: a call that stays would be
 * weaker than one that went, which would puzzle. */
static void drop_callers(struct search *search, uint32_t node)
{
    const struct wm_links *callers = &search->callers;
    for (size_t i = callers->first[node + 1]; i-- > callers->first[node];) {
        uint32_t edge = callers->links[i].edge;
        if (!search->graph->edges[edge].is_residual)
            return;
        search->gone[edge] = is_redundant(search, edge);
    }
}

int wm_graph_drop_redundant(struct wm_graph *graph)
{
    struct search search = {.graph = graph};
    int rc = wm_links_init(graph, WM_LINKS_TO_CALLERS, &search.callers);
    search.gone = calloc(graph->edge_count + 1, sizeof(search.gone[0]));
    search.reached = calloc(graph->node_count + 1, sizeof(search.reached[0]));
    search.queue = calloc(graph->node_count + 1, sizeof(search.queue[0]));
    if (search.gone == NULL || search.reached == NULL || search.queue == NULL)
        rc = -ENOMEM;
    for (size_t i = graph->order_count; rc == 0 && i-- > 0;)
        drop_callers(&search, graph->order[i]);
    size_t kept = 0;
    for (size_t i = 0; rc == 0 && i < graph->edge_count; i++)
        if (!search.gone[i])
            graph->edges[kept++] = graph->edges[i];
    if (rc == 0)
        graph->edge_count = kept;
    wm_links_done(&search.callers);
    free(search.gone);
    free(search.reached);
    free(search.queue);
    return rc;
}
