/* callgrind.h - what -callgrind calls a function that is called. Private to this room. */
#ifndef WM_REPORT_CALLGRIND_H
#define WM_REPORT_CALLGRIND_H

#include "profiles/report/graph.h"

/* Per node a string of the profile: its name, with " [1/2]" where callgrind would take it for
 * another function. What is not listed has none, as in the reference. Adds strings to the profile.
 * `names` is zeroed. -ENOMEM. */
WM_MUST_USE int wm_callgrind_name(const struct wm_graph *graph, uint32_t *names);

#endif
