/* topproto.c - the rows of top as a profile of stacks of one frame. */
#include "profiles/report/banner.h"
#include "profiles/report/measure.h"
#include "profiles/report/message.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_COUNT = 2 };

/* A profile on the spot: it borrows the report's strings, and its rows may be equal, which the
 * functions that add to a profile would not allow. */
struct top {
    struct wm_profile profile;
    uint32_t *stacks; /* the profile's */
    struct wm_intern *functions;
    struct wm_value_type types[TYPE_COUNT];
};

static int allocate(struct top *top, size_t count)
{
    struct wm_profile *profile = &top->profile;
    profile->functions = calloc(count + 1, sizeof(profile->functions[0]));
    profile->locations = calloc(count + 1, sizeof(profile->locations[0]));
    profile->lines = calloc(count + 1, sizeof(profile->lines[0]));
    profile->samples = calloc(count + 1, sizeof(profile->samples[0]));
    profile->stacks = top->stacks = calloc(count + 1, sizeof(top->stacks[0]));
    profile->values = calloc(count + 1, TYPE_COUNT * sizeof(profile->values[0]));
    bool all = profile->functions != NULL && profile->locations != NULL && profile->lines != NULL &&
               profile->samples != NULL && profile->stacks != NULL && profile->values != NULL;
    return all ? wm_intern_new(&top->functions) : -ENOMEM;
}

static int64_t find_function(struct top *top, const struct wm_node_key *key)
{
    struct wm_profile *profile = &top->profile;
    const int64_t parts[3] = {key->name, key->file, key->start_line};
    int64_t index = wm_intern_bytes(top->functions, parts, sizeof(parts));
    if (index < 0 || (size_t)index < profile->function_count)
        return index;
    profile->functions[profile->function_count++] = (struct wm_function){
        .id = (uint64_t)index + 1,
        .name = key->name,
        .file = key->file,
        .start_line = key->start_line,
    };
    return index;
}

static int add_row(struct top *top, const struct wm_graph *graph, const struct wm_node *node,
                   const char *unit)
{
    struct wm_profile *profile = &top->profile;
    size_t row = profile->sample_count;
    const char *scaled;
    int64_t function = find_function(top, node->key);
    if (function < 0)
        return -ENOMEM;
    profile->lines[row] = (struct wm_line){(uint32_t)function, node->key->line};
    profile->locations[row] = (struct wm_location){
        .id = row + 1,
        .address = node->key->address,
        .first_line = (uint32_t)row,
        .line_count = 1,
    };
    top->stacks[row] = (uint32_t)row;
    profile->samples[row] = (struct wm_profile_sample){
        .first_location = (uint32_t)row,
        .location_count = 1,
        .first_value = (uint32_t)(TYPE_COUNT * row),
    };
    int64_t *values = profile->values + TYPE_COUNT * row;
    values[0] = wm_truncate(wm_scale(wm_node_total(node), graph->report->unit, unit, &scaled));
    values[1] = wm_truncate(wm_scale(wm_node_self(node), graph->report->unit, unit, &scaled));
    profile->sample_count = profile->location_count = row + 1;
    return 0;
}

static int fill(struct top *top, struct wm_report *report, const struct wm_graph *graph)
{
    static const char *const names[TYPE_COUNT] = {"cum", "flat"};
    const char *unit = wm_banner_unit(graph);
    int64_t unit_string = wm_profile_string(report->profile, unit);
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        int64_t name = wm_profile_string(report->profile, names[i]);
        if (name < 0 || unit_string < 0)
            return -ENOMEM;
        top->types[i] = (struct wm_value_type){(uint32_t)name, (uint32_t)unit_string};
    }
    top->profile.strings = report->profile->strings;
    top->profile.sample_types = top->types;
    top->profile.sample_type_count = TYPE_COUNT;
    top->profile.time_ns = report->profile->time_ns;
    top->profile.duration_ns = report->profile->duration_ns;
    top->profile.period = report->profile->period;
    top->profile.period_type = report->profile->period_type;
    int rc = allocate(top, graph->order_count);
    for (size_t i = 0; rc == 0 && i < graph->order_count; i++)
        rc = add_row(top, graph, &graph->nodes[graph->order[i]], unit);
    return rc;
}

int wm_print_topproto(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct top top = {.functions = NULL};
    struct wm_graph *graph = NULL;
    const struct wm_graph_wish wish = {.edges = WM_EDGES_NONE};
    int rc = wm_graph_new(report, &wish, &graph, err);
    if (rc < 0)
        return rc;
    rc = fill(&top, report, graph);
    if (rc == 0)
        rc = wm_message_add(text, &top.profile, NULL, err);
    if (rc < 0)
        wm_fail(err, rc, "no memory for the view");
    wm_intern_free(top.functions);
    free(top.profile.functions);
    free(top.profile.locations);
    free(top.profile.lines);
    free(top.profile.samples);
    free(top.stacks);
    free(top.profile.values);
    wm_graph_free(graph);
    return rc;
}
