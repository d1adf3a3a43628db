/* expect.h - after a run of a mix: which requests took another path than their row expects. */
#ifndef WM_CLI_EXPECT_H
#define WM_CLI_EXPECT_H

#include "harness/cli/job.h"
#include "harness/core/error.h"
#include "profiles/runs/run.h"
#include "profiles/wire/region.h"

/* Fills run->mismatches and run->mismatch_rows (by mix row, the most frequent first), each with
 * one example request; *ret_judged is how many requests had something to meet. Notes what no
 * request could meet. Does nothing for a trace. Comes after wm_gather_finish. -ENOMEM. */
WM_MUST_USE int wm_expect_check(struct wm_job *job, const struct wm_region *region,
                                struct wm_run *run, uint64_t *ret_judged, struct wm_error *err);
/* Does any row of the mix (NULL: none) expect a path? */
bool wm_expect_any(const struct wm_mix *mix);

#endif
