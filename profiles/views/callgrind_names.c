/* callgrind_names.c - names that tell functions apart for callgrind, which joins what has one file
 * and name. */
#include "profiles/views/callgrind.h"

#include "harness/core/intern.h"
#include "profiles/views/pairs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a function is apart from where in it a node is. */
struct function {
    int64_t caller, name, file, start_line, object;
};

/* The functions of one file and name: mostly there is one. */
struct group {
    struct function first;
    uint32_t count;
};

struct naming {
    const struct wm_graph *graph;
    struct wm_pairs known; /* file and name to group */
    struct group *groups;
    struct wm_intern *others;       /* functions that are not the first of their group */
    uint32_t *twins;                /* of these: the number in the group */
    uint32_t *groups_of, *twins_of; /* per listed node, by its place; twins count from 1 */
};

static int find_twin(struct naming *naming, size_t place)
{
    const struct wm_node *node = &naming->graph->nodes[naming->graph->order[place]];
    const struct wm_node_key *key = node->key;
    const struct function function = {node->caller, key->name, key->file, key->start_line,
                                      key->object};
    const size_t group_count = naming->known.count, other_count = wm_intern_count(naming->others);
    const int64_t number = wm_pairs_add(&naming->known, key->file, key->name);
    if (number < 0)
        return -ENOMEM;
    struct group *group = &naming->groups[number];
    naming->groups_of[place] = (uint32_t)number;
    if ((size_t)number == group_count)
        *group = (struct group){function, 1};
    naming->twins_of[place] = 1;
    if (memcmp(&group->first, &function, sizeof(function)) == 0)
        return 0;
    const int64_t other = wm_intern_bytes(naming->others, &function, sizeof(function));
    if (other < 0)
        return -ENOMEM;
    if ((size_t)other == other_count)
        naming->twins[other] = ++group->count;
    naming->twins_of[place] = naming->twins[other];
    return 0;
}

/* -ENOMEM, or a string of the profile. */
static int64_t find_name(const struct naming *naming, size_t place, struct wm_text *text)
{
    struct wm_profile *profile = naming->graph->report->profile;
    const uint32_t name = naming->graph->nodes[naming->graph->order[place]].key->name;
    const uint32_t count = naming->groups[naming->groups_of[place]].count;
    if (count < 2)
        return name;
    wm_text_clear(text);
    wm_text_addf(text, "%s [%" PRIu32 "/%" PRIu32 "]", wm_profile_text(profile, name),
                 naming->twins_of[place], count);
    return text->failed ? -ENOMEM : wm_profile_string(profile, text->data);
}

static int find_names(struct naming *naming, uint32_t *names)
{
    const struct wm_graph *graph = naming->graph;
    struct wm_text text;
    int rc = 0;
    wm_text_init(&text);
    for (size_t i = 0; rc == 0 && i < graph->order_count; i++)
        rc = find_twin(naming, i);
    for (size_t i = 0; rc == 0 && i < graph->order_count; i++) {
        const int64_t name = find_name(naming, i, &text);
        rc = name < 0 ? -ENOMEM : 0;
        names[graph->order[i]] = rc == 0 ? (uint32_t)name : 0;
    }
    wm_text_done(&text);
    return rc;
}

int wm_callgrind_names(const struct wm_graph *graph, uint32_t **ret_names)
{
    const size_t most = graph->order_count + 1;
    struct naming naming = {
        .graph = graph,
        .groups = calloc(most, sizeof(naming.groups[0])),
        .twins = calloc(most, sizeof(naming.twins[0])),
        .groups_of = calloc(most, sizeof(naming.groups_of[0])),
        .twins_of = calloc(most, sizeof(naming.twins_of[0])),
    };
    uint32_t *names = calloc(graph->node_count + 1, sizeof(names[0]));
    int rc = wm_intern_new(&naming.others);
    if (naming.groups == NULL || naming.twins == NULL || naming.groups_of == NULL ||
        naming.twins_of == NULL || names == NULL)
        rc = -ENOMEM;
    if (rc == 0)
        rc = find_names(&naming, names);
    if (rc == 0) {
        *ret_names = names;
        names = NULL;
    }
    free(names);
    free(naming.groups);
    free(naming.twins);
    free(naming.groups_of);
    free(naming.twins_of);
    wm_intern_free(naming.others);
    wm_pairs_done(&naming.known);
    return rc;
}
