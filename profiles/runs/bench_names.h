/* bench_names.h - benchmarks told apart: by name and package, and how to call them. */
#ifndef WM_RUNS_BENCH_NAMES_H
#define WM_RUNS_BENCH_NAMES_H

#include "harness/core/arena.h"
#include "profiles/runs/benchfile.h"

struct wm_bench_names;

WM_MUST_USE int wm_bench_names_new(struct wm_bench_names **ret_names);
void wm_bench_names_free(struct wm_bench_names *names);
/* The number of the result's benchmark, which is its name and package: from 0, in order of first
 * use. -ENOMEM. */
WM_MUST_USE int64_t wm_bench_names_add(struct wm_bench_names *names,
                                       const struct wm_bench_result *result);
/* What to call it, once all are added: its name, with the package behind it in brackets if another
 * package has one of this name. Lives in the arena, or in the result's file. NULL: no memory. */
const char *wm_bench_names_title(const struct wm_bench_names *names,
                                 const struct wm_bench_result *result, struct wm_arena *arena);

#endif
