/* comparable.h - whether two sides can be compared at all: same work, same machine, same way to
 * measure. What is not known of a side, such as the identity of runs of old, is noted. */
#ifndef WM_COMPARE_COMPARABLE_H
#define WM_COMPARE_COMPARABLE_H

#include "harness/core/text.h"
#include "profiles/compare/sets.h"

/* Adds a line to `reasons` for each thing that forbids it, and one to `notes` for each that a
 * reader should know. */
void wm_comparable_check(const struct wm_set *base, const struct wm_set *now,
                         struct wm_text *reasons, struct wm_text *notes);

#endif
