/* dot.c - the graph in graphviz' language. */
#include "profiles/report/dot.h"

#include "profiles/report/banner.h"
#include "profiles/report/files.h"
#include "profiles/report/measure.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLOUR_BYTES = 8, SMALLEST_FONT = 8, FONT_GROWTH = 16, WEIGHT_MAX = 100, WIDTH_MAX = 5 };

/* ---- Colours ---- */

struct palette {
    double saturation, value;
};

static const struct palette lines = {1.0, 0.7}, boxes = {0.1, 0.93};

/* What is not a number is black. */
static unsigned channel(double share)
{
    double value = share * 255;
    return value >= 0 && value < 256 ? (unsigned)value : 0;
}

/* Red for cost, green for what was saved, grey near nothing; weak costs are made visible. */
static const char *colour(int64_t cost, int64_t total, const struct palette *palette, char *text)
{
    static const double grey_below = 0.2, visibility = 0.3;
    double value = palette->value, saturation = palette->saturation;
    double score = (double)cost / (double)wm_magnitude(total);
    score = score > 1 ? 1 : score < -1 ? -1 : score;
    if (fabs(score) < grey_below)
        saturation *= fabs(score) / grey_below;
    double strength = saturation * pow(fabs(score), visibility);
    bool saved = score < 0;
    unsigned red = channel(saved ? value * (1 - strength) : value);
    unsigned green = channel(saved ? value : value * (1 - strength));
    unsigned blue = channel(value * (1 - saturation));
    snprintf(text, COLOUR_BYTES, "#%02x%02x%02x", red & 0xff, green & 0xff, blue & 0xff);
    return text;
}

/* ---- The legend ---- */

static void add_title(struct wm_text *text, const struct wm_profile *profile, const char *otherwise)
{
    if (profile->mapping_count > 0 && profile->mappings[0].file != 0)
        wm_file_add_base(text, wm_profile_text(profile, profile->mappings[0].file));
    else
        wm_text_add(text, otherwise);
}

static void add_legend(const struct wm_dot *dot)
{
    const struct wm_profile *profile = dot->graph->report->profile;
    struct wm_text banner, first, title;
    wm_text_init(&banner);
    wm_text_init(&first);
    wm_text_init(&title);
    const size_t first_end = wm_banner_add(&banner, dot->graph, dot->unit, true);
    wm_text_add_bytes(&first, banner.data, first_end);
    wm_text_add(dot->text, "subgraph cluster_L { \"");
    wm_dot_add_escaped(dot->text, first.data);
    wm_text_add(dot->text, "\" [shape=box fontsize=16 label=\"");
    wm_dot_add_escaped(dot->text, banner.data);
    wm_text_add(dot->text, "\"");
    add_title(&title, profile, "");
    if (title.length > 0) {
        wm_text_add(dot->text, " tooltip=\"");
        wm_text_add(dot->text, title.data);
        wm_text_add(dot->text, "\"");
    }
    wm_text_add(dot->text, "] }\n");
    dot->text->failed |= banner.failed || first.failed || title.failed;
    wm_text_done(&banner);
    wm_text_done(&first);
    wm_text_done(&title);
}

/* ---- Nodes ---- */

static void add_name(const struct wm_dot *dot, const struct wm_node *node)
{
    const struct wm_profile *profile = dot->graph->report->profile;
    struct wm_text name, file;
    wm_text_init(&name);
    wm_text_init(&file);
    wm_dot_add_short_name(&name, wm_profile_text(profile, node->key->name));
    if (node->key->file != 0)
        wm_file_add_base(&file, wm_profile_text(profile, node->key->file));
    wm_node_add_words(dot->graph->report, node->key, name.data, file.data, "\\n", dot->text);
    wm_text_add(dot->text, "\\n");
    dot->text->failed |= name.failed || file.failed;
    wm_text_done(&name);
    wm_text_done(&file);
}

static void add_value(const struct wm_dot *dot, const char *before, int64_t value)
{
    const struct wm_report *report = dot->graph->report;
    char measured[WM_MEASURE_BYTES], percent[WM_PERCENT_BYTES];
    const char *share = wm_percent(value, report->total, percent);
    wm_text_addf(dot->text, "%s%s (%s)", before,
                 wm_report_measure(report, value, dot->unit, measured), share + strspn(share, " "));
}

/* The magnitude of INT64_MIN is below 0, and so has no root: the reference's size is then far below
 * 0 too. */
static int64_t font_size(const struct wm_dot *dot, int64_t self)
{
    double cost = (double)wm_magnitude(self);
    if (self == 0 || dot->largest_self == 0 || cost > dot->largest_self)
        return SMALLEST_FONT;
    return SMALLEST_FONT + wm_truncate(ceil(FONT_GROWTH * sqrt(cost / dot->largest_self)));
}

static void add_node(const struct wm_dot *dot, uint32_t number)
{
    const struct wm_report *report = dot->graph->report;
    const struct wm_node *node = &dot->graph->nodes[number];
    int64_t self = wm_node_self(node), total = wm_node_total(node);
    char measured[WM_MEASURE_BYTES], line[COLOUR_BYTES], box[COLOUR_BYTES];
    wm_text_addf(dot->text, "N%" PRIu32 " [label=\"", dot->ids[number]);
    add_name(dot, node);
    if (self != 0)
        add_value(dot, "", self);
    else
        wm_text_add(dot->text, "0");
    if (total != self)
        add_value(dot, self != 0 ? "\\nof " : " of ", total);
    wm_text_addf(dot->text, "\" id=\"node%" PRIu32 "\" fontsize=%" PRId64 " shape=box tooltip=\"",
                 dot->ids[number], font_size(dot, self));
    wm_dot_add_escaped(dot->text, node->label);
    wm_text_addf(dot->text, " (%s)\" color=\"%s\" fillcolor=\"%s\"]\n",
                 wm_report_measure(report, total, dot->unit, measured),
                 colour(total, report->total, &lines, line),
                 colour(total, report->total, &boxes, box));
}

/* ---- Calls ---- */

/* 1 and the share of the total in `parts`, at most `most` more. */
static int64_t thickness(int64_t weight, int64_t total, int64_t parts, int64_t most)
{
    int64_t multiplied = (int64_t)((uint64_t)weight * (uint64_t)parts);
    int64_t share = wm_magnitude(wm_divide(multiplied, total));
    return 1 + (share < most ? share : most);
}

static void add_tooltip(const struct wm_dot *dot, const char *field, const struct wm_edge *edge,
                        const char *measured)
{
    wm_text_add(dot->text, field);
    wm_dot_add_escaped(dot->text, dot->graph->nodes[edge->from].label);
    wm_text_add(dot->text, edge->is_residual ? " ... " : " -> ");
    wm_dot_add_escaped(dot->text, dot->graph->nodes[edge->to].label);
    wm_text_addf(dot->text, " (%s)\"", measured);
}

static void add_edge(const struct wm_dot *dot, const struct wm_edge *edge)
{
    const struct wm_report *report = dot->graph->report;
    int64_t weight = wm_edge_weight(edge);
    char measured[WM_MEASURE_BYTES], line[COLOUR_BYTES];
    wm_report_measure(report, weight, dot->unit, measured);
    wm_text_addf(dot->text, "N%" PRIu32 " -> N%" PRIu32 " [label=\" %s%s\"", dot->ids[edge->from],
                 dot->ids[edge->to], measured, edge->is_inline ? "\\n (inline)" : "");
    if (report->total != 0) {
        int64_t pull = thickness(weight, report->total, WEIGHT_MAX, WEIGHT_MAX);
        int64_t width = thickness(weight, report->total, WIDTH_MAX, WIDTH_MAX);
        if (pull > 1)
            wm_text_addf(dot->text, " weight=%" PRId64, pull);
        if (width > 1)
            wm_text_addf(dot->text, " penwidth=%" PRId64, width);
        wm_text_addf(dot->text, " color=\"%s\"", colour(weight, report->total, &lines, line));
    }
    add_tooltip(dot, " tooltip=\"", edge, measured);
    add_tooltip(dot, " labeltooltip=\"", edge, measured);
    wm_text_add(dot->text, edge->is_residual ? " style=\"dotted\"" : "");
    wm_text_add(dot->text, dot->labelled[edge->from] ? " minlen=2]\n" : "]\n");
}

/* ---- All of it ---- */

static int number_nodes(struct wm_dot *dot)
{
    const struct wm_graph *graph = dot->graph;
    dot->ids = calloc(graph->node_count + 1, sizeof(dot->ids[0]));
    dot->labelled = calloc(graph->node_count + 1, sizeof(dot->labelled[0]));
    if (dot->ids == NULL || dot->labelled == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->order_count; i++) {
        double self = (double)wm_magnitude(wm_node_self(&graph->nodes[graph->order[i]]));
        dot->ids[graph->order[i]] = (uint32_t)i + 1;
        if (i == 0 || self > dot->largest_self)
            dot->largest_self = self;
    }
    return wm_links_init(graph, WM_LINKS_TO_CALLEES, &dot->callees);
}

static int add_graph(struct wm_text *text, const struct wm_graph *graph)
{
    struct wm_dot dot = {.graph = graph, .text = text, .unit = wm_banner_unit(graph)};
    int rc = number_nodes(&dot);
    wm_text_add(text, "digraph \"");
    add_title(text, graph->report->profile, "unnamed");
    wm_text_add(text, "\" {\nnode [style=filled fillcolor=\"#f8f8f8\"]\n");
    add_legend(&dot);
    for (size_t i = 0; rc == 0 && i < graph->order_count; i++) {
        add_node(&dot, graph->order[i]);
        dot.labelled[graph->order[i]] = wm_dot_add_labels(&dot, graph->order[i]);
    }
    for (size_t i = 0; rc == 0 && i < graph->edge_count; i++)
        if (dot.ids[graph->edges[i].from] != 0)
            add_edge(&dot, &graph->edges[i]);
    wm_text_add(text, "}\n");
    wm_links_done(&dot.callees);
    free(dot.ids);
    free(dot.labelled);
    return rc == 0 && text->failed ? -ENOMEM : rc;
}

int wm_print_dot(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct wm_graph *graph = NULL;
    int rc = wm_graph_new(report, NULL, &graph, err);
    if (rc == 0 && add_graph(text, graph) < 0)
        rc = wm_fail(err, -ENOMEM, "no memory for the view");
    wm_graph_free(graph);
    return rc;
}
