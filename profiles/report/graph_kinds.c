/* graph_kinds.c - which nodes the lines of locations count for: equal keys are one kind.
 *
 * Keys are many and of one size: they lie in the array that the graph wants, and the table holds
 * their numbers only. */
#include "profiles/report/graph_parts.h"

#include <errno.h>
#include <stdlib.h>

struct table {
    struct wm_graph_private *parts;
    uint32_t *slots; /* open addressing: a kind, + 1; at most half are taken */
    size_t slot_count;
    uint32_t used; /* of parts->kinds */
};

static size_t hash_key(const struct wm_node_key *key)
{
    const uint64_t numbers = key->address + (uint64_t)key->line * UINT64_C(0xff51afd7ed558ccd) +
                             (uint64_t)key->start_line * UINT64_C(0xc4ceb9fe1a85ec53) + key->object;
    return wm_pair_hash(numbers + wm_pair_hash(wm_pair(key->name, key->file)));
}

static bool is_same_key(const struct wm_node_key *left, const struct wm_node_key *right)
{
    return left->address == right->address && left->name == right->name &&
           left->file == right->file && left->object == right->object &&
           left->line == right->line && left->start_line == right->start_line;
}

static uint32_t find_kind(struct table *table, const struct wm_node_key *key)
{
    struct wm_graph_private *parts = table->parts;
    size_t at = hash_key(key) & (table->slot_count - 1);
    for (; table->slots[at] != 0; at = (at + 1) & (table->slot_count - 1))
        if (is_same_key(&parts->keys[table->slots[at] - 1], key))
            return table->slots[at] - 1;
    parts->keys[parts->kind_count] = *key;
    table->slots[at] = (uint32_t)++parts->kind_count;
    return table->slots[at] - 1;
}

static void find_frames(const struct wm_graph *graph, struct table *table, uint32_t location)
{
    struct wm_graph_private *parts = graph->private_;
    const struct wm_location *from = &graph->report->profile->locations[location];
    const uint32_t count = from->line_count > 0 ? from->line_count : 1;
    parts->frames[location] = (struct wm_frames){table->used, count};
    for (uint32_t i = 0; i < count; i++) {
        struct wm_node_key key;
        wm_node_key_of(graph->report, location, i, &key);
        const uint32_t kind = find_kind(table, &key);
        parts->inlinable[kind] |= i + 1 < count;
        if (count == 1)
            parts->frames[location].first = kind;
        else
            parts->kinds[table->used++] = kind;
    }
}

static int find_all(const struct wm_graph *graph, size_t line_count)
{
    struct wm_graph_private *parts = graph->private_;
    const size_t locations = graph->report->profile->location_count;
    struct table table = {.parts = parts, .slot_count = 1};
    while (table.slot_count < 2 * line_count)
        table.slot_count *= 2;
    table.slots = calloc(table.slot_count, sizeof(table.slots[0]));
    parts->frames = calloc(locations + 1, sizeof(parts->frames[0]));
    parts->kinds = calloc(line_count + 1, sizeof(parts->kinds[0]));
    parts->inlinable = calloc(line_count + 1, sizeof(parts->inlinable[0]));
    parts->keys = malloc((line_count + 1) * sizeof(parts->keys[0]));
    const bool has_room = table.slots != NULL && parts->frames != NULL && parts->kinds != NULL &&
                          parts->inlinable != NULL && parts->keys != NULL;
    for (uint32_t i = 0; has_room && i < locations; i++)
        find_frames(graph, &table, i);
    free(table.slots);
    return has_room ? 0 : -ENOMEM;
}

int wm_graph_find_kinds(struct wm_graph *graph)
{
    const struct wm_profile *profile = graph->report->profile;
    struct wm_graph_private *parts = graph->private_;
    size_t lines = 0;
    for (size_t i = 0; i < profile->location_count; i++)
        lines += profile->locations[i].line_count > 0 ? profile->locations[i].line_count : 1;
    int rc = lines < UINT32_MAX ? find_all(graph, lines) : -ENOMEM;
    if (rc < 0)
        return rc;
    parts->labels = calloc(parts->kind_count + 1, sizeof(parts->labels[0]));
    parts->ranks = calloc(parts->kind_count + 1, sizeof(parts->ranks[0]));
    return parts->labels == NULL || parts->ranks == NULL ? -ENOMEM : 0;
}
