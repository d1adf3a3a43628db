/* segment_calls.h - exact counts for functions that open a segment: how often they were entered,
 * and by whom. Of the whole run: filters of samples change no counts. Private to this room. */
#ifndef WM_REPORT_SEGMENT_CALLS_H
#define WM_REPORT_SEGMENT_CALLS_H

#include "profiles/report/graph.h"

struct wm_segment_calls;

/* *ret_calls is NULL where the report has no table of segments. The graph must outlive it. -ENOMEM.
 */
WM_MUST_USE int wm_segment_calls_new(const struct wm_graph *graph,
                                     struct wm_segment_calls **ret_calls);
void wm_segment_calls_free(struct wm_segment_calls *calls);

/* Calls of a node, or of `to` by `from`; -1: not known. NULL `calls` knows none. */
int64_t wm_segment_calls_of(const struct wm_segment_calls *calls, uint32_t node);
int64_t wm_segment_calls_between(const struct wm_segment_calls *calls, uint32_t from, uint32_t to);
/* Whether any count is known. */
bool wm_segment_calls_any(const struct wm_segment_calls *calls);

#endif
