/* ending.h - how the app's process ended, and what that makes of the run. */
#ifndef WM_CLI_ENDING_H
#define WM_CLI_ENDING_H

#include "harness/cli/crash.h"
#include "harness/cli/session.h"
#include "harness/core/text.h"

#include <sys/resource.h>

struct wm_ending {
    struct wm_session_result session;
    struct wm_crash_report report;    /* of a run that crashed */
    bool watched;                     /* the load was somebody else's */
    const char *called;               /* "the app's process", "the server" */
    const struct wm_text *last_words; /* of a server that died; may be NULL */
    const char *folder;               /* where the run is written: a crash tells of it. Borrowed */
    struct wm_text crash; /* what there is to say of a crash; told last, where it is seen */
    int exit_code;
};

/* Tells what the host found wrong before anything ran; the exit code. */
int wm_ending_fault(const struct wm_region *region);
/* A server's last lines, if it had any. */
void wm_ending_tell_words(const struct wm_text *words);
/* How the process ended decides what the run is worth: notes, crash report, exit code. The crash's
 * text must have been initialized. */
WM_MUST_USE int wm_ending_judge(struct wm_ending *ending, struct wm_job *job,
                                const struct wm_region *region, struct wm_gather *gather,
                                struct wm_run *run, struct wm_error *err);
/* Every binary that the app had loaded is opened for its symbols. Not while an app's process is
 * there or to come: it would inherit the limit. Returns what it was before, zeroed where that is
 * not known. */
struct rlimit wm_ending_allow_files(void);

#endif
