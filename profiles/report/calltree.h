/* calltree.h - nodes between their callers and their callees: what -tree and -peek print. Private
 * to this room. */
#ifndef WM_REPORT_CALLTREE_H
#define WM_REPORT_CALLTREE_H

#include "profiles/report/graph.h"

/* The graph with the nodes wanted that -peek names. -EINVAL if there are none. */
WM_MUST_USE int wm_peek_graph_new(struct wm_report *report, struct wm_graph **ret_graph,
                                  struct wm_error *err);
/* The banner and a block for each listed node, or for the wanted ones only; with a column for exact
 * counts of calls where any is known. -ENOMEM. */
WM_MUST_USE int wm_calltree_add(struct wm_text *text, const struct wm_graph *graph,
                                bool wanted_only, struct wm_error *err);

#endif
