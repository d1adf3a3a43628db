/* segment_calls.c - exact counts for functions that open a segment: how often they were entered,
 * and from where.
 *
 * A run counts how often each segment was opened below each other one. Which function a segment
 * stands in is found by its samples: that function is on the stack of each, in the segment's file,
 * and begins at or above its line; of several such the one that begins last, since functions of a
 * file do not overlap. Where samples disagree (macros, generated code), nothing is told.
 *
 * Calls of a function are the openings of its segments from outside of it. Who called is known only
 * where every caller that was seen has a segment of its own: otherwise the nearest segment may
 * stand further up, and its count would be given to the wrong call. */
#include "profiles/report/segment_calls.h"

#include "harness/core/intern.h"
#include "profiles/pprof/sample_stack.h"
#include "profiles/report/graph_parts.h"
#include "profiles/runs/segments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct segment {
    const struct wm_segment_row *row;
    uint32_t parent; /* index + 1; 0: none */
    uint32_t node;   /* of the function it stands in, WM_NO_NODE: not found yet */
    bool unclear;    /* samples disagree */
};

struct wm_segment_calls {
    const struct wm_graph *graph;
    struct segment *segments;
    size_t count;
    bool *unsure;            /* per node: some caller opens no segment */
    bool *hosts;             /* per node: it opens a segment */
    bool sees_all;           /* no call is trimmed away */
    struct wm_intern *names; /* active path to segment */
};

/* The compiler may have been given another way to the same file than the debugger. */
static bool is_same_file(const char *left, const char *right)
{
    size_t lengths[2] = {strlen(left), strlen(right)};
    const char *longer = lengths[0] > lengths[1] ? left : right;
    const char *shorter = longer == left ? right : left;
    while (strncmp(shorter, "./", 2) == 0 || strncmp(shorter, "../", 3) == 0)
        shorter = strchr(shorter, '/') + 1;
    size_t length = strlen(shorter), whole = strlen(longer);
    if (length == 0 || length > whole || strcmp(longer + whole - length, shorter) != 0)
        return false;
    return length == whole || longer[whole - length - 1] == '/' || shorter[0] == '/';
}

/* ---- Which function a segment stands in ---- */

static bool may_host(const struct wm_profile *profile, const struct wm_function *function,
                     const struct wm_segment_row *row)
{
    return function->start_line > 0 && function->start_line <= (int64_t)row->line &&
           is_same_file(wm_profile_text(profile, function->file), row->file);
}

/* The function of this stack, as a node, that the segment stands in; WM_NO_NODE: none. */
static uint32_t find_host(const struct wm_segment_calls *calls,
                          const struct wm_profile_sample *sample, const struct wm_segment_row *row)
{
    const struct wm_profile *profile = calls->graph->report->profile;
    const struct wm_graph_private *parts = calls->graph->private_;
    const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
    uint32_t host = WM_NO_NODE;
    int64_t last = 0;
    for (uint32_t i = 0; i < sample->location_count; i++) {
        uint32_t number = wm_sample_frame(stack, i);
        const struct wm_location *location = &profile->locations[number];
        for (uint32_t at = 0; at < location->line_count; at++) {
            const struct wm_function *function =
                &profile->functions[profile->lines[location->first_line + at].function];
            if (function->start_line <= last || !may_host(profile, function, row))
                continue;
            last = function->start_line;
            host = wm_kind_at(parts, parts->frames[number], at);
        }
    }
    return host;
}

static void judge(struct wm_segment_calls *calls, const struct wm_profile_sample *sample,
                  struct segment *segment)
{
    uint32_t host = find_host(calls, sample, segment->row);
    if (host == WM_NO_NODE) /* a stack that was cut short */
        return;
    if (segment->node == WM_NO_NODE)
        segment->node = host;
    else if (segment->node != host)
        segment->unclear = true;
}

/* A sample speaks of the segment that it is in and of all around it. */
static void judge_sample(struct wm_segment_calls *calls, const struct wm_profile_sample *sample,
                         uint32_t key)
{
    const struct wm_profile *profile = calls->graph->report->profile;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        const struct wm_label *label = &profile->labels[sample->first_label + i];
        if (label->key != key || label->string == 0)
            continue;
        const char *name = wm_profile_text(profile, label->string);
        int64_t number = wm_intern_find(calls->names, name, strlen(name));
        while (number >= 0) {
            struct segment *segment = &calls->segments[number];
            judge(calls, sample, segment);
            number = (int64_t)segment->parent - 1;
        }
    }
}

static int find_hosts(struct wm_segment_calls *calls)
{
    struct wm_profile *profile = calls->graph->report->profile;
    int64_t key = wm_profile_string(profile, "segment");
    calls->hosts = calloc(calls->graph->node_count + 1, sizeof(calls->hosts[0]));
    calls->unsure = calloc(calls->graph->node_count + 1, sizeof(calls->unsure[0]));
    if (key < 0 || calls->hosts == NULL || calls->unsure == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < profile->sample_count; i++)
        judge_sample(calls, &profile->samples[i], (uint32_t)key);
    for (size_t i = 0; i < calls->count; i++) {
        struct segment *segment = &calls->segments[i];
        if (segment->unclear)
            segment->node = WM_NO_NODE;
        if (segment->node != WM_NO_NODE)
            calls->hosts[segment->node] = true;
    }
    for (size_t i = 0; i < calls->graph->edge_count; i++) {
        const struct wm_edge *edge = &calls->graph->edges[i];
        calls->unsure[edge->to] |= !calls->hosts[edge->from];
    }
    return 0;
}

/* ---- The tree of segments ---- */

static int link_segments(struct wm_segment_calls *calls, const struct wm_segments *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const char *name = rows->rows[i].segment, *slash = strrchr(name, '/');
        if (rows->rows[i].from_stacks)
            continue; /* nobody counted those */
        int64_t number = wm_intern_bytes(calls->names, name, strlen(name));
        if (number < 0)
            return -ENOMEM;
        if ((size_t)number < calls->count)
            continue;
        int64_t parent =
            slash != NULL ? wm_intern_find(calls->names, name, (size_t)(slash - name)) : -1;
        calls->segments[calls->count++] =
            (struct segment){&rows->rows[i], (uint32_t)(parent + 1), WM_NO_NODE, false};
        if (parent < 0)
            calls->segments[calls->count - 1].parent = 0;
    }
    return 0;
}

int wm_segment_calls_new(const struct wm_graph *graph, struct wm_segment_calls **ret_calls)
{
    const struct wm_segments *rows = graph->report->options->segments;
    *ret_calls = NULL;
    if (rows == NULL)
        return 0;
    struct wm_segment_calls *calls = calloc(1, sizeof(*calls));
    if (calls == NULL)
        return -ENOMEM;
    calls->graph = graph;
    calls->sees_all = wm_report_edge_fraction(graph->report) == 0;
    calls->segments = calloc(rows->count + 1, sizeof(calls->segments[0]));
    int rc = calls->segments == NULL ? -ENOMEM : wm_intern_new(&calls->names);
    if (rc == 0)
        rc = link_segments(calls, rows);
    if (rc == 0)
        rc = find_hosts(calls);
    if (rc < 0) {
        wm_segment_calls_free(calls);
        return rc;
    }
    *ret_calls = calls;
    return 0;
}

void wm_segment_calls_free(struct wm_segment_calls *calls)
{
    if (calls == NULL)
        return;
    wm_intern_free(calls->names);
    free(calls->segments);
    free(calls->hosts);
    free(calls->unsure);
    free(calls);
}

/* ---- Answers ---- */

/* Openings of `to`'s segments from outside of it: by `from`, or by any (WM_NO_NODE). */
static int64_t sum_openings(const struct wm_segment_calls *calls, uint32_t from, uint32_t to)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < calls->count; i++) {
        const struct segment *segment = &calls->segments[i];
        uint32_t caller =
            segment->parent > 0 ? calls->segments[segment->parent - 1].node : WM_NO_NODE;
        if (segment->node != to || caller == to)
            continue;
        if (from == WM_NO_NODE || caller == from)
            sum += segment->row->visits;
    }
    return (int64_t)sum;
}

int64_t wm_segment_calls_of(const struct wm_segment_calls *calls, uint32_t node)
{
    if (calls == NULL || !calls->hosts[node])
        return -1;
    return sum_openings(calls, WM_NO_NODE, node);
}

int64_t wm_segment_calls_between(const struct wm_segment_calls *calls, uint32_t from, uint32_t to)
{
    if (calls == NULL || !calls->hosts[from] || !calls->hosts[to] || !calls->sees_all)
        return -1;
    return calls->unsure[to] ? -1 : sum_openings(calls, from, to);
}

bool wm_segment_calls_any(const struct wm_segment_calls *calls)
{
    for (size_t i = 0; calls != NULL && i < calls->graph->node_count; i++)
        if (calls->hosts[i])
            return true;
    return false;
}
