/* top.c - functions by their own cost: `go tool pprof -top`, byte for byte. */
#include "profiles/views/view.h"

#include "profiles/views/banner.h"
#include "profiles/views/graph.h"
#include "profiles/views/measure.h"

#include <errno.h>
#include <stdlib.h>

static const double NODE_FRACTION = 0.005, EDGE_FRACTION = 0.001; /* pprof's defaults */

enum { VALUE_COLUMNS = 10 };

static void add_row(struct wm_text *text, const struct wm_graph *graph, const struct wm_node *node,
                    int64_t running, const char *unit, const char *mark)
{
    const struct wm_profile *profile = graph->loaded->profile;
    const char *from =
        wm_profile_text(profile, profile->sample_types[graph->loaded->value_type].unit);
    char value[WM_MEASURE_BYTES], percent[WM_PERCENT_BYTES];
    wm_text_add_padded(text, wm_measure(node->self, from, unit, value), -VALUE_COLUMNS);
    wm_text_addf(text, " %s", wm_percent(node->self, graph->total, percent));
    wm_text_addf(text, " %s ", wm_percent(running, graph->total, percent));
    wm_text_add_padded(text, wm_measure(node->total, from, unit, value), -VALUE_COLUMNS);
    wm_text_addf(text, " %s  ", wm_percent(node->total, graph->total, percent));
    wm_text_add(text, node->label);
    wm_text_add(text, mark);
    wm_text_add(text, "\n");
}

static int add_top(struct wm_text *text, const struct wm_graph *graph, struct wm_error *err)
{
    const char *unit = wm_banner_unit(graph);
    const char **marks = wm_graph_inline_marks(graph);
    if (marks == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the view");
    wm_banner_add(text, graph, unit, NODE_FRACTION);
    wm_text_addf(text, "%10s %5s%% %5s%% %10s %5s%%\n", "flat", "flat", "sum", "cum", "cum");
    int64_t running = 0;
    for (size_t i = 0; i < graph->order_count; i++) {
        const struct wm_node *node = &graph->nodes[graph->order[i]];
        running = wm_add_wrapping(running, node->self);
        add_row(text, graph, node, running, unit, marks[graph->order[i]]);
    }
    free(marks);
    return text->failed ? wm_fail(err, -ENOMEM, "no memory for the view") : 0;
}

int wm_view_top(const struct wm_profile *profile, struct wm_text *text, struct wm_error *err)
{
    struct wm_loaded *loaded = NULL;
    struct wm_graph *graph = NULL;
    int rc = wm_loaded_new(profile, &loaded, err);
    if (rc == 0)
        rc = wm_graph_new(loaded, NODE_FRACTION, EDGE_FRACTION, &graph, err);
    if (rc == 0)
        rc = add_top(text, graph, err);
    wm_graph_free(graph);
    wm_loaded_free(loaded);
    return rc;
}
