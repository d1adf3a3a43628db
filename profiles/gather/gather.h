/* gather.h - from the shared region to a run: drain, resolve, aggregate, name. The door.
 *
 * [one thread], the harness's. Memory grows with the number of different stacks, not with time:
 * past a limit new stacks are cut to their leaf, counted and noted. */
#ifndef WM_GATHER_GATHER_H
#define WM_GATHER_GATHER_H

#include "harness/core/error.h"
#include "profiles/runs/run.h"
#include "profiles/wire/region.h"

struct wm_gather;

WM_MUST_USE int wm_gather_new(struct wm_region *region, struct wm_gather **ret_gather);
void wm_gather_free(struct wm_gather *gather);

/* Takes what the rings hold now; call it every 20 ms or so. -ENOMEM. */
WM_MUST_USE int wm_gather_drain(struct wm_gather *gather);
uint64_t wm_gather_samples(const struct wm_gather *gather);

/* ---- Servers (plan.target is not WM_TARGET_HOST) ----
 *
 * A server is sampled from its start to its end; what counts lies between these two calls, and all
 * else is thrown away. The caller reads the CPU clocks of the server's processes beside them, for
 * region->app_cpu_ns. Both drain, -ENOMEM. */

/* The counted part begins: sets region->app_running. What a thread used before does not count, as
 * its own clock tells (/proc). For WM_TARGET_WATCH: before the server is started. */
WM_MUST_USE int wm_gather_begin(struct wm_gather *gather);
/* It ends: clears region->app_running. What threads used since their last samples is
 * (unattributed), so call it before the server is told to end; with a server that is gone it does
 * no harm. A finish does it where nobody did. */
WM_MUST_USE int wm_gather_end(struct wm_gather *gather);

/* ---- Segments from stacks ---- */

/* Reads the functions that are segments (segment_rules.h says how they are written); a sample in
 * no marked segment is then in those that its stack shows, from the root to the leaf. Before the
 * finish, once. -EINVAL with file and line of what is wrong; errno of reading. */
WM_MUST_USE int wm_gather_segments(struct wm_gather *gather, const char *file,
                                   struct wm_error *err);

/* After the app's process has ended (or crashed): fills the run's paths, segments, profile, totals
 * and notes from all that was drained and from the region's tables. Samples of requests that
 * never ended count as (unattributed). Call it once, with a new run. The caller adds settings,
 * machine, mismatches and, of a server, run->protocol; `crashed` says that the app's process did
 * not come to its regular end, which the caller may know better. */
WM_MUST_USE int wm_gather_finish(struct wm_gather *gather, struct wm_run *run,
                                 struct wm_error *err);

/* Names for a few addresses, as for crash.json's stack: "function (file:line)" or
 * "0x… (binary)"; the string lives in the run's arena. NULL: no memory. For a return address pass
 * address - 1. */
const char *wm_gather_describe(struct wm_gather *gather, struct wm_run *run, uint64_t address);

#endif
