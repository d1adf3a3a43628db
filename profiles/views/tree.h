/* tree.h - the tree of segments with what each cost, and the coverage line. Private. */
#ifndef WM_VIEWS_TREE_H
#define WM_VIEWS_TREE_H

#include "profiles/runs/run.h"

#include "harness/core/text.h"

/* Adds the tree of marked segments and that of those from stacks, each with an empty line behind it
 * and what was never reached at its end. -ENOMEM. */
WM_MUST_USE int wm_tree_add(const struct wm_run *run, struct wm_text *text);
/* "11 of 12 segments reached, 5 paths; never reached: IssueRefund (shop.c:141)", of those that are
 * marked. */
void wm_tree_add_coverage(const struct wm_run *run, struct wm_text *text);
/* Whether nothing ever came to this row's segment. */
bool wm_tree_is_unreached(const struct wm_segment_row *row);

#endif
