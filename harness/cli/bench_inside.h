/* bench_inside.h - what a function costs inside of an entry point, from the samples of a run. */
#ifndef WM_CLI_BENCH_INSIDE_H
#define WM_CLI_BENCH_INSIDE_H

#include "harness/cli/bench_lines.h"
#include "profiles/runs/run.h"

/* For each entry point of the run in which `function` was sampled, it and what it calls: a line
 * with its ns/request, and a note with its share, the interval of that, and that samples are what
 * this rests on. `shown` is its name there: `function`, or that with "FILE:" before it, which must
 * end at it and then counts as well. How many there were, or -ENOMEM. */
WM_MUST_USE int wm_bench_inside_tell(const struct wm_run *run, const char *shown,
                                     const char *function, struct wm_bench_lines *lines);

#endif
