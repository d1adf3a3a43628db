/* save_trace.h - `--save-trace`: the requests of a run as a trace. */
#ifndef WM_CLI_SAVE_TRACE_H
#define WM_CLI_SAVE_TRACE_H

#include "harness/cli/job.h"
#include "harness/core/error.h"
#include "profiles/runs/run.h"
#include "profiles/wire/region.h"

/* Makes the requests that were sent once more, in index order with their scheduled due times (0 in
 * a closed loop), and writes them to `name`. What the workers sent is known by its checksum: if it
 * differs, nothing is written and -EBADMSG returned. Where requests never ended their checksum is
 * not known; a note of the run then says so. */
WM_MUST_USE int wm_save_trace(struct wm_job *job, const struct wm_region *region, const char *name,
                              struct wm_run *run, struct wm_error *err);

#endif
