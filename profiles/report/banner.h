/* banner.h - the lines above pprof's tables: what the profile is and how much of it is shown.
 * Private to this room. */
#ifndef WM_REPORT_BANNER_H
#define WM_REPORT_BANNER_H

#include "profiles/report/graph.h"

/* The unit that values of the graph's nodes are printed in: as told, or chosen by the smallest. */
const char *wm_banner_unit(const struct wm_graph *graph);
/* All of the banner. `whole`: dot's, which has dropped edges too, is never compact, and ends with
 * where to read about graphs. Returns where in `text` its first entry ends, which may have several
 * lines: text of a profile can have such. */
size_t wm_banner_add(struct wm_text *text, const struct wm_graph *graph, const char *unit,
                     bool whole);
/* Its first lines alone, which tell of the profile. */
void wm_banner_add_profile(struct wm_text *text, const struct wm_report *report, const char *unit);

#endif
