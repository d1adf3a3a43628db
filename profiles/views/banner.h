/* banner.h - the lines above pprof's tables: what the profile is and how much of it is shown.
 * Private to this room. */
#ifndef WM_VIEWS_BANNER_H
#define WM_VIEWS_BANNER_H

#include "profiles/views/graph.h"

/* The unit that the report's values are printed in. */
const char *wm_banner_unit(const struct wm_graph *graph);
/* `node_fraction` as it was given to wm_graph_new. */
void wm_banner_add(struct wm_text *text, const struct wm_graph *graph, const char *unit,
                   double node_fraction);

#endif
