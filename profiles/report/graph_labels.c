/* graph_labels.c - the names of nodes as they are printed, and the order of these names. */
#include "profiles/report/graph_parts.h"

#include "harness/core/sort.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS_LEAST = 4000 }; /* that are worth a thread */

struct labelling {
    const struct wm_graph *graph;
    bool *wanted; /* per kind */
};

static int label_slice(void *user, const struct wm_slice *kinds)
{
    const struct labelling *labelling = user;
    struct wm_graph_private *parts = labelling->graph->private_;
    struct wm_arena *arena = &parts->arenas[kinds->number];
    struct wm_text text;
    int rc = 0;
    wm_text_init(&text);
    for (size_t i = kinds->first; rc == 0 && i < kinds->end; i++) {
        if (!labelling->wanted[i])
            continue;
        wm_text_clear(&text);
        wm_node_add_label(labelling->graph->report, &parts->keys[i], &text);
        parts->labels[i] = text.failed ? NULL : wm_arena_copy(arena, text.data, text.length);
        rc = parts->labels[i] == NULL ? -ENOMEM : 0;
    }
    wm_text_done(&text);
    return rc;
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
    int rc = wm_sort_texts(parts->labels, order, labelled);
    for (size_t i = 0; rc == 0 && i < labelled; i++) {
        if (i > 0 && strcmp(parts->labels[order[i - 1]], parts->labels[order[i]]) != 0)
            rank++;
        parts->ranks[order[i]] = rank;
    }
    free(order);
    return rc;
}

static void drop_labels(struct wm_graph_private *parts)
{
    for (size_t i = 0; i < WM_PARALLEL_MAX; i++)
        wm_arena_done(&parts->arenas[i]);
    memset(parts->labels, 0, parts->kind_count * sizeof(parts->labels[0]));
}

int wm_graph_label_nodes(struct wm_graph *graph)
{
    struct wm_graph_private *parts = graph->private_;
    const size_t slices = wm_parallel_slices(parts->kind_count, LABELS_LEAST);
    struct labelling labelling = {graph, calloc(parts->kind_count + 1, sizeof(bool))};
    if (labelling.wanted == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->node_count; i++)
        labelling.wanted[graph->nodes[i].kind] |= graph->nodes[i].kept;
    int rc = wm_parallel(parts->kind_count, slices, label_slice, &labelling);
    free(labelling.wanted);
    if (rc == 0)
        rc = rank_labels(parts);
    if (parts->wish != NULL && parts->wish->no_labels)
        drop_labels(parts);
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].kept)
            graph->nodes[i].label = parts->labels[graph->nodes[i].kind];
    return rc;
}
