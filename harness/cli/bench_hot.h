/* bench_hot.h - where the time went: the lines that cost most, and the source around them. */
#ifndef WM_CLI_BENCH_HOT_H
#define WM_CLI_BENCH_HOT_H

#include "harness/core/error.h"

/* Prints both to standard error, from the profile of the run at `folder`: the views -lines -top and
 * -list of `function`, or of the one that costs most itself (NULL). Of a long listing only what is
 * near a line that costs something is shown. Nothing without samples. */
WM_MUST_USE int wm_bench_hot_print(const char *folder, const char *function, struct wm_error *err);
/* Writes the profile of the run at `folder` as callgrind's format. */
WM_MUST_USE int wm_bench_callgrind_write(const char *folder, const char *name,
                                         struct wm_error *err);

#endif
