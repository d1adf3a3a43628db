/* load.h - the replay in threads of its own, beside the session's loop.
 *
 * Where the host is a process, a server's requests are made in ours: the loop goes on draining
 * while they are sent. */
#ifndef WM_CLI_LOAD_H
#define WM_CLI_LOAD_H

#include "harness/core/error.h"
#include "harness/replay/replay.h"

struct uv_loop_s;
struct wm_load;

/* Called on the loop. The load waits while begin and end are at it. */
struct wm_load_watcher {
    void (*begin)(void *user); /* the counted part is about to begin */
    void (*end)(void *user);   /* … has ended */
    /* All is through, with what wm_replay_run said. The last call. */
    void (*done)(void *user, int rc, const struct wm_error *err);
    void *user;
};

/* `settings` but for its begin, end and user, which are the load's own; what it points to outlives
 * the load. */
WM_MUST_USE int wm_load_start(struct uv_loop_s *loop, const struct wm_replay_settings *settings,
                              const struct wm_load_watcher *watcher, struct wm_load **ret_load,
                              struct wm_error *err);
/* Ends it if it still goes on, waits for that, and frees once the loop has turned again; the
 * watcher is not called any more. NULL is allowed. */
void wm_load_free(struct wm_load *load);

#endif
