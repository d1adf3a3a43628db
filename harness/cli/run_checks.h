/* run_checks.h - what a run was asked to hold: --fail-on-mismatch, --require-coverage. */
#ifndef WM_CLI_RUN_CHECKS_H
#define WM_CLI_RUN_CHECKS_H

#include "harness/cli/run_options.h"
#include "profiles/runs/run.h"
#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stdint.h>

/* True: all of it held. Tells what did not, and that expectations held; `judged` requests had one.
 */
bool wm_run_check(const struct wm_run_values *values, const struct wm_run *run,
                  const struct wm_region *region, uint64_t judged);

#endif
