/* graph_kinds.c - what lines of locations count for: lines of equal keys are of one kind. */
#include "profiles/views/graph_parts.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct finding {
    struct wm_graph *graph;
    struct wm_intern *known; /* keys; their numbers are the kinds */
    uint32_t *kind_of;       /* by function: the kind + 1, 0 as long as it is not met; NULL: it is
                                not functions alone that tell */
    uint32_t used;           /* of parts->kinds */
};

/* Where the kind of a line is noted by its function; NULL: nowhere. */
static uint32_t *find_noted(const struct finding *finding, const struct wm_location *location,
                            uint32_t line)
{
    const struct wm_profile *profile = finding->graph->report->profile;
    if (finding->kind_of == NULL || location->line_count == 0)
        return NULL;
    return &finding->kind_of[profile->lines[location->first_line + line].function];
}

static int64_t find_kind(const struct finding *finding, uint32_t location, uint32_t line)
{
    const struct wm_report *report = finding->graph->report;
    uint32_t *noted = find_noted(finding, &report->profile->locations[location], line);
    struct wm_node_key key;
    if (noted != NULL && *noted != 0)
        return *noted - 1;
    wm_node_key_of(report, location, line, &key);
    const int64_t kind = wm_intern_bytes(finding->known, &key, sizeof(key));
    if (noted != NULL && key.name != 0 && kind >= 0)
        *noted = (uint32_t)kind + 1;
    return kind;
}

static int find_frames(struct finding *finding, uint32_t location)
{
    struct wm_graph_private *parts = finding->graph->private_;
    const struct wm_location *from = &finding->graph->report->profile->locations[location];
    uint32_t count = from->line_count > 0 ? from->line_count : 1;
    parts->frames[location] = (struct wm_frames){finding->used, count};
    for (uint32_t i = 0; i < count; i++) {
        const int64_t kind = find_kind(finding, location, i);
        if (kind < 0)
            return -ENOMEM;
        parts->inlinable[kind] |= i + 1 < count;
        if (count == 1)
            parts->frames[location].first = (uint32_t)kind;
        else
            parts->kinds[finding->used++] = (uint32_t)kind;
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

/* By functions there are no more kinds than these, unless some have no name; by addresses as many
 * as lines. */
static int init_finding(struct finding *finding, size_t lines)
{
    const struct wm_report *report = finding->graph->report;
    const size_t functions = report->profile->function_count;
    const bool by_function = wm_node_is_of_function(report);
    if (by_function)
        finding->kind_of = calloc(functions + 1, sizeof(finding->kind_of[0]));
    if (by_function && finding->kind_of == NULL)
        return -ENOMEM;
    const int rc = wm_intern_new(&finding->known);
    return rc < 0 ? rc
                  : wm_intern_expect(finding->known,
                                     by_function && functions < lines ? functions : lines);
}

int wm_graph_find_kinds(struct wm_graph *graph)
{
    const struct wm_profile *profile = graph->report->profile;
    struct wm_graph_private *parts = graph->private_;
    struct finding finding = {.graph = graph};
    size_t lines = 0;
    for (size_t i = 0; i < profile->location_count; i++)
        lines += profile->locations[i].line_count > 0 ? profile->locations[i].line_count : 1;
    parts->frames = calloc(profile->location_count + 1, sizeof(parts->frames[0]));
    parts->kinds = calloc(lines + 1, sizeof(parts->kinds[0]));
    parts->inlinable = calloc(lines + 1, sizeof(parts->inlinable[0]));
    if (parts->frames == NULL || parts->kinds == NULL || parts->inlinable == NULL)
        return -ENOMEM;
    int rc = init_finding(&finding, lines);
    for (uint32_t i = 0; rc == 0 && i < profile->location_count; i++)
        rc = find_frames(&finding, i);
    if (rc == 0)
        rc = copy_keys(parts, finding.known);
    wm_intern_free(finding.known);
    free(finding.kind_of);
    return rc;
}
