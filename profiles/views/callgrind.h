/* callgrind.h - what -callgrind calls the functions that are called. Private to this room. */
#ifndef WM_VIEWS_CALLGRIND_H
#define WM_VIEWS_CALLGRIND_H

#include "profiles/views/graph.h"

/* Per node a string of the profile, to free(): its name, with " [1/2]" where callgrind would take
 * it for another function; "" for one that is not listed, as the reference has it. Adds strings to
 * the profile. -ENOMEM. */
WM_MUST_USE int wm_callgrind_names(const struct wm_graph *graph, uint32_t **ret_names);

#endif
