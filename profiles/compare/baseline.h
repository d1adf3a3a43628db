/* baseline.h - the bar that a check holds results to: a copy of a set under a name, so that it
 * stays what it was whatever becomes of the runs.
 *
 * It lies in the record's folder as baselines/NAME and is a set of its own: run folders 1, 2, …,
 * and bench.txt. */
#ifndef WM_COMPARE_BASELINE_H
#define WM_COMPARE_BASELINE_H

#include "profiles/compare/sets.h"

#define WM_BASELINE_DEFAULT "main"

/* Where it lies, or would; free() it. -EINVAL for what is no name of a folder; -ENOMEM. */
WM_MUST_USE int wm_baseline_folder(const char *name, char **ret_folder, struct wm_error *err);
/* Copies the set there. The one before stays until the new one is whole. */
WM_MUST_USE int wm_baseline_set(const struct wm_set *set, const char *name, struct wm_error *err);

#endif
