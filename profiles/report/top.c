/* top.c - functions by their own cost, or by all of it. */
#include "profiles/report/banner.h"
#include "profiles/report/graph.h"
#include "profiles/report/measure.h"

#include <errno.h>
#include <stdlib.h>

enum { VALUE_COLUMNS = 10 };

static void add_row(struct wm_text *text, const struct wm_graph *graph, const struct wm_node *node,
                    int64_t running, const char *unit, const char *mark)
{
    const struct wm_report *report = graph->report;
    int64_t self = wm_node_self(node), total = wm_node_total(node);
    char value[WM_MEASURE_BYTES], percent[WM_PERCENT_BYTES];
    wm_text_add_padded(text, wm_report_measure(report, self, unit, value), -VALUE_COLUMNS);
    wm_text_addf(text, " %s", wm_percent(self, report->total, percent));
    wm_text_addf(text, " %s ", wm_percent(running, report->total, percent));
    wm_text_add_padded(text, wm_report_measure(report, total, unit, value), -VALUE_COLUMNS);
    wm_text_addf(text, " %s  ", wm_percent(total, report->total, percent));
    wm_text_add(text, node->label);
    wm_text_add(text, mark);
    wm_text_add(text, "\n");
}

static int add_rows(struct wm_text *text, const struct wm_graph *graph)
{
    const char *unit = wm_banner_unit(graph);
    const char **marks = wm_graph_inline_marks(graph);
    if (marks == NULL)
        return -ENOMEM;
    wm_banner_add(text, graph, unit, false);
    wm_text_addf(text, "%10s %5s%% %5s%% %10s %5s%%\n", "flat", "flat", "sum", "cum", "cum");
    int64_t running = 0;
    for (size_t i = 0; i < graph->order_count; i++) {
        const struct wm_node *node = &graph->nodes[graph->order[i]];
        if (graph->report->options->brief && wm_node_self(node) == 0)
            continue;
        running = wm_add_wrapping(running, wm_node_self(node));
        add_row(text, graph, node, running, unit, marks[graph->order[i]]);
    }
    free(marks);
    return text->failed ? -ENOMEM : 0;
}

int wm_print_top(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    static const struct wm_graph_wish wish = {.edges = WM_EDGES_INLINED};
    struct wm_graph *graph = NULL;
    int rc = wm_graph_new(report, &wish, &graph, err);
    if (rc == 0 && add_rows(text, graph) < 0)
        rc = wm_fail(err, -ENOMEM, "no memory for the view");
    wm_graph_free(graph);
    return rc;
}
