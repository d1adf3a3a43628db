/* graph_build.c - which nodes there are, their sums and labels. */
#include "profiles/views/graph_parts.h"

#include "harness/core/intern.h"
#include "profiles/views/tallies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- The kinds ---- */

static int find_frames(struct wm_graph *graph, struct wm_intern *known, uint32_t location,
                       uint32_t *used)
{
    struct wm_graph_private *parts = graph->private_;
    const struct wm_location *from = &graph->report->profile->locations[location];
    uint32_t count = from->line_count > 0 ? from->line_count : 1;
    parts->frames[location] = (struct wm_frames){*used, count};
    for (uint32_t i = 0; i < count; i++) {
        struct wm_node_key key;
        wm_node_key_of(graph->report, location, i, &key);
        int64_t kind = wm_intern_bytes(known, &key, sizeof(key));
        if (kind < 0)
            return -ENOMEM;
        parts->inlinable[kind] |= i + 1 < count;
        if (count == 1)
            parts->frames[location].first = (uint32_t)kind;
        else
            parts->kinds[(*used)++] = (uint32_t)kind;
    }
    return 0;
}

static int copy_keys(struct wm_graph_private *parts, const struct wm_intern *known)
{
    parts->kind_count = wm_intern_count(known);
    parts->keys = calloc(parts->kind_count + 1, sizeof(parts->keys[0]));
    parts->labels = calloc(parts->kind_count + 1, sizeof(parts->labels[0]));
    parts->ranks = calloc(parts->kind_count + 1, sizeof(parts->ranks[0]));
    if (parts->keys == NULL || parts->labels == NULL || parts->ranks == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < parts->kind_count; i++)
        memcpy(&parts->keys[i], wm_intern_get(known, (uint32_t)i, NULL), sizeof(parts->keys[i]));
    return 0;
}

int wm_graph_find_kinds(struct wm_graph *graph)
{
    const struct wm_profile *profile = graph->report->profile;
    struct wm_graph_private *parts = graph->private_;
    struct wm_intern *known = NULL;
    uint32_t used = 0;
    size_t lines = 0;
    for (size_t i = 0; i < profile->location_count; i++)
        lines += profile->locations[i].line_count > 0 ? profile->locations[i].line_count : 1;
    parts->frames = calloc(profile->location_count + 1, sizeof(parts->frames[0]));
    parts->kinds = calloc(lines + 1, sizeof(parts->kinds[0]));
    parts->inlinable = calloc(lines + 1, sizeof(parts->inlinable[0]));
    if (parts->frames == NULL || parts->kinds == NULL || parts->inlinable == NULL)
        return -ENOMEM;
    int rc = wm_intern_new(&known);
    if (rc == 0)
        rc = wm_intern_expect(known, lines); /* as many as they are by addresses */
    for (uint32_t i = 0; rc == 0 && i < profile->location_count; i++)
        rc = find_frames(graph, known, i, &used);
    if (rc == 0)
        rc = copy_keys(parts, known);
    wm_intern_free(known);
    return rc;
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

static int sum_nodes(struct wm_graph *graph, bool divisors)
{
    struct wm_tallies sums;
    const struct wm_tallying all = {
        .graph = graph,
        .column_count = graph->node_count + 1,
        .row_count = 1,
        .divisors = divisors,
    };
    int rc = wm_tallies_init(&sums, &all);
    for (size_t i = 0; rc == 0 && i < graph->node_count; i++) {
        struct wm_node *node = &graph->nodes[i];
        *(divisors ? &node->total_divisor : &node->total) = sums.tallies[i + 1].total;
        *(divisors ? &node->self_divisor : &node->self) = sums.owns[i + 1];
    }
    wm_tallies_done(&sums);
    return rc;
}

int wm_graph_sum_nodes(struct wm_graph *graph)
{
    int rc = wm_graph_make_nodes(graph);
    if (rc == 0)
        rc = sum_nodes(graph, false);
    if (rc == 0 && graph->report->has_divisor)
        rc = sum_nodes(graph, true);
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
