/* json.h - a run's paths, mismatches, segments and coverage as JSON. Private to this room. */
#ifndef WM_VIEWS_JSON_H
#define WM_VIEWS_JSON_H

#include "harness/core/text.h"
#include "profiles/runs/run.h"

/* Running out of memory is told by the text. */
void wm_view_add_json(const struct wm_run *run, const char *title, struct wm_text *text);

#endif
