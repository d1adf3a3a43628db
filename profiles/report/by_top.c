/* by_top.c - functions, lines or files, what each costs in every column. */
#include "profiles/report/by.h"

#include "profiles/report/by_noise.h"

#include <errno.h>
#include <stdlib.h>

/* A row is worth a line if it changed in some column. */
static bool is_worth(const struct wm_by *by, const struct wm_by_sums *sums, uint32_t node)
{
    const struct wm_by_sum *self = sums->self + node * sums->stride;
    const struct wm_by_sum *total = sums->total + node * sums->stride;
    if (!by->compares || !by->report->options->trim)
        return true;
    for (size_t at = 0; at < by->count; at++)
        if (wm_by_is_evident(by, self, at, 1) || wm_by_is_evident(by, total, at, 1))
            return true;
    return false;
}

static int add_rows(const struct wm_by *by, const struct wm_by_sums *sums,
                    const struct wm_graph *graph, struct wm_text *text)
{
    struct wm_by_table table = {.by = by};
    const char **marks = wm_graph_inline_marks(graph);
    int64_t limit = by->report->options->node_count;
    size_t hidden = 0;
    if (marks == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < graph->order_count; i++) {
        uint32_t node = graph->order[i];
        bool fits = limit <= 0 || table.count < (size_t)limit;
        if (!fits)
            break;
        if (!is_worth(by, sums, node)) {
            hidden++;
            continue;
        }
        wm_by_table_add(&table, &(struct wm_by_row){
                                    .kind = WM_BY_ROW_NODE,
                                    .label = graph->nodes[node].label,
                                    .mark = marks[node],
                                    .self = sums->self + node * sums->stride,
                                    .total = sums->total + node * sums->stride,
                                    .calls = -1,
                                });
    }
    int rc = wm_by_table_print(&table, hidden, text);
    wm_by_table_done(&table);
    free(marks);
    return rc;
}

int wm_print_top_by(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    static const struct wm_graph_wish wish = {.edges = WM_EDGES_INLINED};
    /* The node count is of rows, which a comparison sorts anew. */
    struct wm_report_options options = *report->options;
    struct wm_report own = *report;
    struct wm_graph *graph = NULL;
    struct wm_by *by = NULL;
    struct wm_by_sums sums = {.stride = 0};
    int rc = wm_by_new(report, &by, err);
    options.node_count = 0;
    own.options = &options;
    if (rc == 0)
        rc = wm_graph_new(&own, &wish, &graph, err);
    if (rc < 0 || graph == NULL)
        goto out;
    rc = wm_by_sums_init(&sums, by, graph, false);
    if (rc == 0 && by->compares)
        rc = wm_by_sort(by, &sums, graph);
    if (rc == 0)
        rc = add_rows(by, &sums, graph, text);
    if (rc < 0)
        wm_fail(err, rc, "no memory for the view");
out:
    wm_by_sums_done(&sums);
    wm_graph_free(graph);
    wm_by_free(by);
    return rc;
}
