/* peek.c - the functions whose printed names match, between their callers and callees. */
#include "profiles/report/calltree.h"

#include "profiles/regex/regex.h"

#include <errno.h>
#include <string.h>

static bool wants(void *user, const struct wm_node *node)
{
    return wm_regex_finds(user, node->label, strlen(node->label));
}

static bool any_wanted(const struct wm_graph *graph)
{
    for (size_t i = 0; i < graph->order_count; i++)
        if (graph->nodes[graph->order[i]].wanted)
            return true;
    return false;
}

int wm_peek_graph_new(struct wm_report *report, struct wm_graph **ret_graph, struct wm_error *err)
{
    const char *expression = report->options->expression;
    struct wm_regex *regex = NULL;
    struct wm_graph *graph = NULL;
    int rc = wm_regex_new("-peek", expression, &regex, err);
    if (rc < 0)
        return rc;
    const struct wm_graph_wish wish = {.edges = WM_EDGES_WANTED, .wants = wants, .user = regex};
    rc = wm_graph_new(report, &wish, &graph, err);
    if (rc == 0 && !any_wanted(graph))
        rc = wm_fail_at(err, -EINVAL, "-peek", "no function matches '%.200s'", expression);
    if (wm_regex_gave_up(regex))
        wm_text_add(report->notes, "-peek: matching took too long for some names\n");
    wm_regex_free(regex);
    if (rc < 0) {
        wm_graph_free(graph);
        return rc;
    }
    *ret_graph = graph;
    return 0;
}

int wm_print_peek(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct wm_graph *graph = NULL;
    int rc = wm_peek_graph_new(report, &graph, err);
    if (rc == 0)
        rc = wm_calltree_add(text, graph, true, err);
    wm_graph_free(graph);
    return rc;
}
