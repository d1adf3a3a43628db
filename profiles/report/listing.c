/* listing.c - nodes of matching functions, grouped by function and file, summed by line. */
#include "profiles/report/listing.h"

#include "profiles/regex/regex.h"
#include "profiles/report/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Lines shown before the first and behind the last that cost something. */
enum { MARGIN_LINES = 5 };

/* By enum wm_listing_kind. */
static const char *const options[] = {"-list", "-weblist"};

/* ---- Which nodes ---- */

struct matcher {
    const struct wm_profile *profile;
    struct wm_regex *regex;
    enum wm_listing_kind kind;
};

static bool finds(struct wm_regex *regex, const char *text)
{
    return wm_regex_finds(regex, text, strlen(text));
}

static bool wants(void *user, const struct wm_node *node)
{
    struct matcher *matcher = user;
    if (finds(matcher->regex, wm_profile_text(matcher->profile, node->key->name)))
        return true;
    return matcher->kind == WM_LISTING_WITH_CALLS &&
           finds(matcher->regex, wm_profile_text(matcher->profile, node->key->file));
}

static int make_graph(struct wm_report *report, enum wm_listing_kind kind,
                      struct wm_graph **ret_graph, struct wm_error *err)
{
    struct matcher matcher = {.profile = report->profile, .kind = kind};
    const struct wm_graph_wish wish = {.edges = kind == WM_LISTING_WITH_CALLS ? WM_EDGES_WANTED
                                                                              : WM_EDGES_NONE,
                                       .wants = wants,
                                       .user = &matcher};
    int rc = wm_regex_new(options[kind], report->options->expression, &matcher.regex, err);
    if (rc == 0)
        rc = wm_graph_new(report, &wish, ret_graph, err);
    if (matcher.regex != NULL && wm_regex_gave_up(matcher.regex))
        wm_text_addf(report->notes, "%s: matching took too long for some names\n", options[kind]);
    wm_regex_free(matcher.regex);
    return rc;
}

/* ---- Their order ---- */

static int compare_nodes(const void *left, const void *right, void *user)
{
    const struct wm_graph *graph = user;
    const struct wm_profile *profile = graph->report->profile;
    uint32_t numbers[2] = {*(const uint32_t *)left, *(const uint32_t *)right};
    const struct wm_node_key *a = graph->nodes[numbers[0]].key;
    const struct wm_node_key *b = graph->nodes[numbers[1]].key;
    int order = a->name == b->name
                    ? 0
                    : strcmp(wm_profile_text(profile, a->name), wm_profile_text(profile, b->name));
    if (order == 0 && a->file != b->file)
        order = strcmp(wm_profile_text(profile, a->file), wm_profile_text(profile, b->file));
    if (order == 0 && a->line != b->line)
        order = a->line < b->line ? -1 : 1;
    if (order == 0)
        order = numbers[0] < numbers[1] ? -1 : 1;
    return order;
}

static int collect_nodes(struct wm_listing *listing, enum wm_listing_kind kind, size_t *ret_count,
                         struct wm_error *err)
{
    const struct wm_graph *graph = listing->graph;
    size_t count = 0;
    listing->nodes = calloc(graph->order_count + 1, sizeof(listing->nodes[0]));
    listing->lines = calloc(graph->order_count + 1, sizeof(listing->lines[0]));
    listing->routines = calloc(graph->order_count + 1, sizeof(listing->routines[0]));
    if (listing->nodes == NULL || listing->lines == NULL || listing->routines == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the view");
    for (size_t i = 0; i < graph->order_count; i++)
        if (graph->nodes[graph->order[i]].wanted)
            listing->nodes[count++] = graph->order[i];
    if (count == 0)
        return wm_fail_at(err, -EINVAL, options[kind], "no function matches '%.200s'",
                          graph->report->options->expression);
    qsort_r(listing->nodes, count, sizeof(listing->nodes[0]), compare_nodes, listing->graph);
    *ret_count = count;
    return 0;
}

/* ---- Routines ---- */

static void take_node(struct wm_routine *routine, const struct wm_node *node)
{
    const struct wm_node_key *key = node->key;
    int64_t first =
        key->start_line != 0 ? key->start_line : wm_add_wrapping(key->line, -MARGIN_LINES);
    int64_t last = wm_add_wrapping(key->line, MARGIN_LINES);
    bool is_new =
        routine->line_count == 0 || routine->lines[routine->line_count - 1].line != key->line;
    if (routine->line_count == 0 || first < routine->first)
        routine->first = first;
    if (routine->line_count == 0 || last > routine->last)
        routine->last = last;
    if (is_new)
        routine->lines[routine->line_count++] = (struct wm_listing_line){.line = key->line};
    struct wm_listing_line *line = &routine->lines[routine->line_count - 1];
    line->self = wm_add_wrapping(line->self, node->self);
    line->total = wm_add_wrapping(line->total, node->total);
    routine->self = wm_add_wrapping(routine->self, node->self);
    routine->total = wm_add_wrapping(routine->total, node->total);
    if (routine->object == 0)
        routine->object = key->object;
    routine->node_count++;
}

/* Nodes without a file count only for a function that has nothing else. They come first. */
static void make_routines(struct wm_listing *listing, size_t count)
{
    struct wm_routine *routine = NULL;
    size_t lines = 0;
    for (size_t i = 0; i < count; i++) {
        const struct wm_node *node = &listing->graph->nodes[listing->nodes[i]];
        bool same_name = routine != NULL && routine->name == node->key->name;
        if (!same_name || routine->file != node->key->file) {
            lines += routine != NULL ? routine->line_count : 0;
            if (!same_name || routine->file != 0)
                routine = &listing->routines[listing->routine_count++];
            *routine = (struct wm_routine){.name = node->key->name,
                                           .file = node->key->file,
                                           .lines = listing->lines + lines,
                                           .nodes = listing->nodes + i};
        }
        take_node(routine, node);
    }
    for (size_t i = 0; i < listing->routine_count; i++)
        if (listing->routines[i].first < 1)
            listing->routines[i].first = 1;
}

int wm_listing_new(struct wm_report *report, enum wm_listing_kind kind,
                   struct wm_listing **ret_listing, struct wm_error *err)
{
    size_t node_count = 0;
    struct wm_listing *listing = calloc(1, sizeof(*listing));
    if (listing == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the view");
    int rc = make_graph(report, kind, &listing->graph, err);
    if (rc == 0)
        rc = wm_sources_new(report->options, &listing->sources, err);
    if (rc == 0)
        rc = collect_nodes(listing, kind, &node_count, err);
    if (rc == 0) {
        make_routines(listing, node_count);
        *ret_listing = listing;
        listing = NULL;
    }
    wm_listing_free(listing);
    return rc;
}

void wm_listing_free(struct wm_listing *listing)
{
    if (listing == NULL)
        return;
    wm_graph_free(listing->graph);
    wm_sources_free(listing->sources);
    free(listing->routines);
    free(listing->nodes);
    free(listing->lines);
    free(listing);
}

/* ---- Asked by the views ---- */

struct wm_listing_line wm_routine_line(const struct wm_routine *routine, int64_t line)
{
    size_t low = 0, high = routine->line_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (routine->lines[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < routine->line_count && routine->lines[low].line == line;
    return found ? routine->lines[low] : (struct wm_listing_line){.line = line};
}

/* A program that was built again since says nothing of the one that ran, so the profile's own time
 * counts as well. */
bool wm_listing_is_newer(const struct wm_listing *listing, const struct wm_routine *routine,
                         const struct wm_source *source)
{
    const struct wm_profile *profile = listing->graph->report->profile;
    int64_t built_ns = routine->object != 0
                           ? wm_source_file_changed_ns(wm_profile_text(profile, routine->object))
                           : 0;
    if (built_ns == 0 || (profile->time_ns != 0 && profile->time_ns < built_ns))
        built_ns = profile->time_ns;
    return built_ns != 0 && source->problem == NULL && source->changed_ns > built_ns;
}

int wm_listing_source(struct wm_listing *listing, const struct wm_routine *routine,
                      const struct wm_source **ret_source)
{
    const struct wm_report *report = listing->graph->report;
    const char *file = wm_profile_text(report->profile, routine->file);
    *ret_source = wm_sources_find(listing->sources, file);
    if (*ret_source != NULL || routine->first > routine->last)
        return 0;
    *ret_source = wm_sources_read(listing->sources, file);
    if (*ret_source == NULL)
        return -ENOMEM;
    if (wm_listing_is_newer(listing, routine, *ret_source)) {
        wm_text_add_safe(report->notes, file, strlen(file), 0);
        wm_text_add(report->notes, " is newer than the program: its lines may have moved since\n");
    }
    return 0;
}

const char *wm_listing_value(const struct wm_listing *listing, int64_t value, char *text)
{
    const struct wm_report *report = listing->graph->report;
    if (value == 0)
        return ".";
    return wm_report_measure(report, value, wm_report_wanted_unit(report), text);
}
