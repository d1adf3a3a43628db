/* callgrind_names.c - names that tell functions apart for callgrind, which joins what has one file
 * and name.
 *
 * That is rare, but in call trees. So nodes are first gone through as they lie in memory, and only
 * those that have twins a second time as they are printed, which is how twins are counted. */
#include "profiles/report/callgrind.h"

#include "harness/core/intern.h"
#include "profiles/report/pairs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* The functions of one file and name. */
struct group {
    uint32_t first_node;
    uint32_t count; /* 0 as long as they are one function; else those that are numbered */
    bool has_twins;
};

struct naming {
    const struct wm_graph *graph;
    struct wm_pairs known; /* file and name to group */
    struct group *groups;
    uint32_t *groups_of;         /* per listed node */
    struct wm_intern *functions; /* that have twins */
    uint32_t *numbers;           /* of these, in their group */
};

static bool is_same_function(const struct wm_node *left, const struct wm_node *right)
{
    return left->caller == right->caller && left->key->start_line == right->key->start_line &&
           left->key->object == right->key->object;
}

static int group_nodes(struct naming *naming, bool *ret_any_twins)
{
    const struct wm_graph *graph = naming->graph;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        const struct wm_node *node = &graph->nodes[i];
        const size_t known = naming->known.count;
        if (!node->listed)
            continue;
        const int64_t number = wm_pairs_add(&naming->known, node->key->file, node->key->name);
        if (number < 0)
            return -ENOMEM;
        struct group *group = &naming->groups[number];
        naming->groups_of[i] = (uint32_t)number;
        if ((size_t)number == known)
            group->first_node = i;
        else if (!is_same_function(node, &graph->nodes[group->first_node]))
            *ret_any_twins = group->has_twins = true;
    }
    return 0;
}

/* What a function is apart from where in it a node is, as a number in its group, from 1. -ENOMEM.
 */
static int64_t number_function(struct naming *naming, uint32_t number)
{
    const struct wm_node *node = &naming->graph->nodes[number];
    struct group *group = &naming->groups[naming->groups_of[number]];
    const int64_t whole[5] = {node->caller, node->key->name, node->key->file, node->key->start_line,
                              node->key->object};
    const size_t known = wm_intern_count(naming->functions);
    const int64_t function = wm_intern_bytes(naming->functions, whole, sizeof(whole));
    if (function < 0)
        return -ENOMEM;
    if ((size_t)function == known)
        naming->numbers[function] = ++group->count;
    return naming->numbers[function];
}

static int name_twin(const struct naming *naming, uint32_t number, uint32_t twin,
                     struct wm_text *text, uint32_t *ret_name)
{
    struct wm_profile *profile = naming->graph->report->profile;
    wm_text_clear(text);
    wm_text_addf(text, "%s [%" PRIu32 "/%" PRIu32 "]",
                 wm_profile_text(profile, naming->graph->nodes[number].key->name), twin,
                 naming->groups[naming->groups_of[number]].count);
    const int64_t name = text->failed ? -ENOMEM : wm_profile_string(profile, text->data);
    if (name < 0)
        return -ENOMEM;
    *ret_name = (uint32_t)name;
    return 0;
}

static int name_twins(struct naming *naming, uint32_t *names)
{
    const struct wm_graph *graph = naming->graph;
    struct wm_text text;
    int64_t twin = 0;
    wm_text_init(&text);
    /* Twice, since a name tells how many there are in all. */
    for (int names_them = 0; twin >= 0 && names_them <= 1; names_them++)
        for (size_t i = 0; twin >= 0 && i < graph->order_count; i++) {
            const uint32_t node = graph->order[i];
            if (!naming->groups[naming->groups_of[node]].has_twins)
                continue;
            twin = number_function(naming, node);
            if (twin >= 0 && names_them)
                twin = name_twin(naming, node, (uint32_t)twin, &text, &names[node]);
        }
    wm_text_done(&text);
    return twin < 0 ? -ENOMEM : 0;
}

int wm_callgrind_name(const struct wm_graph *graph, uint32_t *names)
{
    struct naming naming = {
        .graph = graph,
        .groups = calloc(graph->order_count + 1, sizeof(naming.groups[0])),
        .groups_of = calloc(graph->node_count + 1, sizeof(naming.groups_of[0])),
        .numbers = calloc(graph->order_count + 1, sizeof(naming.numbers[0])),
    };
    bool any_twins = false;
    int rc = wm_intern_new(&naming.functions);
    if (naming.groups == NULL || naming.groups_of == NULL || naming.numbers == NULL)
        rc = -ENOMEM;
    if (rc == 0)
        rc = group_nodes(&naming, &any_twins);
    for (size_t i = 0; i < graph->node_count; i++)
        names[i] = graph->nodes[i].listed ? graph->nodes[i].key->name : 0;
    if (rc == 0 && any_twins)
        rc = name_twins(&naming, names);
    free(naming.groups);
    free(naming.groups_of);
    free(naming.numbers);
    wm_intern_free(naming.functions);
    wm_pairs_done(&naming.known);
    return rc;
}
