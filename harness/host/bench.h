/* bench.h - the benchmarks of the plan, one after the other, beside the app. */
#ifndef WM_HOST_BENCH_H
#define WM_HOST_BENCH_H

#include "harness/core/error.h"
#include "harness/host/app.h"

struct wm_stream;

/* Runs all that the plan's pattern names, until done or region->stop; fills the region's board.
 * `stream` NULL: the plan's fields make the one request. -EINVAL with what there is when the
 * pattern matches nothing that can be run. */
WM_MUST_USE int wm_bench_run(struct wm_region *region, const struct wm_app *app,
                             struct wm_stream *stream, struct wm_error *err);

#endif
