/* run_checks.c - what a run was asked to hold: expectations, coverage. */
#include "harness/cli/run_checks.h"

#include "harness/cli/print.h"
#include "harness/core/units.h"

/* Requests whose row, and with it the expectation, was not kept. */
static uint64_t count_unjudged(const struct wm_region *region)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < WM_WORKER_MAX; i++)
        count += region->workers[i].cells_lost;
    return count;
}

bool wm_run_check(const struct wm_run_values *values, const struct wm_run *run,
                  const struct wm_region *region, uint64_t judged)
{
    char text[WM_UNIT_BYTES], wanted[WM_UNIT_BYTES];
    bool failed = false;
    if (judged > 0 && run->mismatches == 0 && values->repeat == 0 && !run->crashed)
        wm_print_note("expectations held: all of %s requests took the path that their row expects",
                      wm_units_count(judged, text));
    if (values->fail_on_mismatch && run->mismatches > 0) {
        wm_print_note("check failed: --fail-on-mismatch: %s request%s took another path than "
                      "expected",
                      wm_units_count(run->mismatches, text), run->mismatches == 1 ? "" : "s");
        failed = true;
    }
    uint64_t unjudged = count_unjudged(region);
    if (values->fail_on_mismatch && unjudged > 0) {
        wm_print_note(
            "check failed: --fail-on-mismatch: %s request%s could not be checked, the mix "
            "has too many rows",
            wm_units_count(unjudged, text), unjudged == 1 ? "" : "s");
        failed = true;
    }
    if (run->coverage < values->coverage) {
        wm_print_note("check failed: --require-coverage: %s of the segments were reached, %s were "
                      "required",
                      wm_units_share(run->coverage, text),
                      wm_units_share(values->coverage, wanted));
        failed = true;
    }
    return !failed;
}
