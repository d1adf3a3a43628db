/* hosted.c - an app in waymark-host, as a session runs it. */
#include "harness/cli/hosted.h"

static int start(void *user, struct uv_loop_s *loop, const struct wm_target_watcher *over,
                 struct wm_error *err)
{
    struct wm_hosted *hosted = user;
    return wm_target_start(loop, hosted->host, hosted->region_fd, over, &hosted->target, err);
}

static void end_at_once(void *user)
{
    struct wm_hosted *hosted = user;
    wm_target_kill(hosted->target);
}

static void free_target(void *user)
{
    struct wm_hosted *hosted = user;
    wm_target_free(hosted->target);
}

struct wm_party wm_hosted_party(struct wm_hosted *hosted)
{
    return (struct wm_party){
        .called = "the app's process",
        .starting = "loading the app",
        .stopping = "ending the load; once more ends at once",
        .start = start,
        .kill = end_at_once,
        .free = free_target,
        .user = hosted,
    };
}
