/* calltree.h - nodes between their callers and their callees: what -tree and -peek print. Private
 * to this room. */
#ifndef WM_VIEWS_CALLTREE_H
#define WM_VIEWS_CALLTREE_H

#include "profiles/views/graph.h"

/* The banner and a block for each listed node, or for the wanted ones only. -ENOMEM. */
WM_MUST_USE int wm_calltree_add(struct wm_text *text, const struct wm_graph *graph,
                                bool wanted_only, struct wm_error *err);

#endif
