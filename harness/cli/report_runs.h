/* report_runs.h - the runs among a report's sources: what their folders know beyond their profiles.
 */
#ifndef WM_CLI_REPORT_RUNS_H
#define WM_CLI_REPORT_RUNS_H

#include "profiles/report/report.h"
#include "profiles/runs/requests.h"

/* Zeroed is empty. */
struct wm_report_runs {
    struct wm_run **runs; /* per source, in the order of the calls; NULL: it is no run's folder */
    size_t count;
    struct wm_requests *requests;
};

/* Whether the source is a folder, so a run's. */
bool wm_report_is_folder(const char *source);
/* Reads the run of the next source, if it is a folder. What a run knows is a gift to most reports:
 * without `required` a folder whose tables cannot be read is as good as its profile alone. */
WM_MUST_USE int wm_report_runs_read(struct wm_report_runs *runs, const char *source,
                                    enum wm_requests_side side, bool required,
                                    struct wm_error *err);
/* After the last one: gives the options what the runs know, which they borrow. The labels `path` of
 * `profiles`, one per source, are brought to the runs' joint names. -ENOMEM. */
WM_MUST_USE int wm_report_runs_apply(struct wm_report_runs *runs,
                                     struct wm_profile *const *profiles,
                                     struct wm_report_options *options, struct wm_error *err);
void wm_report_runs_done(struct wm_report_runs *runs);

#endif
