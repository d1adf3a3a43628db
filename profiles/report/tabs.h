/* tabs.h - text whose tabs end right-aligned cells. Private to this room.
 *
 * Cells of lines that follow each other form a column, as wide as its widest cell and one blank;
 * a line without that cell ends it, or a form feed in place of the newline. What follows a line's
 * last tab belongs to no column. Between two bytes \xff tabs and newlines are text. This is how
 * Go's text/tabwriter aligns, which pprof uses; foreign text may bring such bytes of its own. */
#ifndef WM_REPORT_TABS_H
#define WM_REPORT_TABS_H

#include "harness/core/text.h"

/* Adds `lines`, aligned. -ENOMEM. */
WM_MUST_USE int wm_tabs_add(struct wm_text *text, const char *lines);

#endif
