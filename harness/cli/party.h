/* party.h - who is run in a session: an app in its host, a server, somebody else's server.
 *
 * All on the session's loop. */
#ifndef WM_CLI_PARTY_H
#define WM_CLI_PARTY_H

#include "harness/core/error.h"
#include "harness/replay/target.h"

#include <stdbool.h>

struct uv_loop_s;

struct wm_party {
    const char *called;   /* in notes: "the app's process", "the server" */
    const char *starting; /* progress until requests are sent: "loading the app" */
    const char *stopping; /* after the first signal: "ending the load; …" */
    bool patient;         /* its end is waited for, however long it takes */
    /* Starts it; `over.exited` is to be called once, when it has ended and nothing more comes. */
    WM_MUST_USE int (*start)(void *user, struct uv_loop_s *loop,
                             const struct wm_target_watcher *over, struct wm_error *err);
    void (*turn)(void *user); /* every 20 ms, before the rings are drained; NULL: nothing to do */
    void (*show)(void *user); /* its own progress; NULL: that of a load */
    /* The load is to end, by the signal `number`: region->stop is set. NULL: that is enough. */
    void (*stop)(void *user, int number);
    void (*kill)(void *user);
    /* Leaves nothing running, and nothing on the loop but handles that are closing. */
    void (*free)(void *user);
    void *user;
};

#endif
