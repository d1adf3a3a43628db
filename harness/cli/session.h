/* session.h - the time between start and end of who is run: drain, progress, signals. */
#ifndef WM_CLI_SESSION_H
#define WM_CLI_SESSION_H

#include "harness/cli/party.h"
#include "harness/core/error.h"
#include "harness/replay/target.h"
#include "profiles/gather/gather.h"

#include <stdbool.h>

struct wm_session_result {
    struct wm_target_exit exit; /* how the app's process ended */
    bool stopped;               /* a signal ended the load */
    bool killed;                /* a second one, or we ourselves, ended the process */
    bool gave_up;               /* we did, since requests did not end after the first one */
    bool lingered;              /* we did, since it did not exit when all was done */
};
enum { WM_SESSION_LINGER_S = 5 };

/* Who is told every 20 ms, last when the process has ended, in place of the progress of requests.
 */
struct wm_session_watcher {
    void (*turn)(void *user);
    void *user;
};

/* Starts the party and returns when it has ended and all rings are drained. SIGINT, SIGTERM and
 * SIGHUP end the load; a second one ends the process, and so does a request that has not ended 10 s
 * after the first. On failure no process is left. `watcher` may be NULL. */
WM_MUST_USE int wm_session_run(const struct wm_party *party, struct wm_region *region,
                               struct wm_gather *gather, const struct wm_session_watcher *watcher,
                               struct wm_session_result *ret_result, struct wm_error *err);
/* After it those signals are held until the next session's beginning, so that what was measured is
 * written. Whether one came meanwhile. */
bool wm_session_stop_pending(void);

#endif
