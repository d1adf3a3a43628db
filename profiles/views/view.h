/* view.h - what a run means, as text. The door of this room for what is printed of a run;
 * record.h is that of the record. Views print into a wm_text and know no terminal. */
#ifndef WM_VIEWS_VIEW_H
#define WM_VIEWS_VIEW_H

#include "harness/core/error.h"
#include "harness/core/text.h"
#include "profiles/runs/run.h"

#include <stdbool.h>

enum wm_view_format { WM_VIEW_TEXT, WM_VIEW_CSV, WM_VIEW_JSON };

/* The path table, mismatches, tree, coverage and notes of a run. `title` is the run's name. */
WM_MUST_USE int wm_view_paths(const struct wm_run *run, const char *title,
                              enum wm_view_format format, struct wm_text *text,
                              struct wm_error *err);

#endif
