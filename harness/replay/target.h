/* target.h - the app's process: started with the shared region, watched, ended.
 *
 * [loop] throughout. */
#ifndef WM_REPLAY_TARGET_H
#define WM_REPLAY_TARGET_H

#include "harness/core/error.h"
#include "profiles/wire/region.h"

#include <stdbool.h>

struct uv_loop_s;
struct wm_target;

struct wm_target_exit {
    int signal; /* 0 when it exited by itself */
    int exit_code;
};

/* Makes an empty region (memfd, sparse) with its counts and magic set; unmap with
 * wm_region_free. *ret_fd is the descriptor to hand on. */
WM_MUST_USE int wm_region_new(struct wm_region **ret_region, int *ret_fd, struct wm_error *err);
void wm_region_free(struct wm_region *region, int fd);

/* Who is told of its end, once. */
struct wm_target_watcher {
    void (*exited)(void *user, const struct wm_target_exit *exit);
    void *user;
};

/* Starts `program` (waymark-host) in a session of its own, with the region as an inherited
 * descriptor; its standard output goes to our standard error. After a failure the loop must turn
 * once more before it is closed. */
WM_MUST_USE int wm_target_start(struct uv_loop_s *loop, const char *program, int region_fd,
                                const struct wm_target_watcher *watcher,
                                struct wm_target **ret_target, struct wm_error *err);
int wm_target_pid(const struct wm_target *target);
/* Sends SIGKILL to it and to the children it made, if it still runs. */
void wm_target_kill(struct wm_target *target);
/* Kills it if it still runs, and frees once the loop has turned again; its watcher is not called
 * any more. NULL is allowed. */
void wm_target_free(struct wm_target *target);

#endif
