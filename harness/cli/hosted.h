/* hosted.h - an app in waymark-host, as a session runs it. */
#ifndef WM_CLI_HOSTED_H
#define WM_CLI_HOSTED_H

#include "harness/cli/party.h"

/* Fill host and region_fd, the rest is 0. */
struct wm_hosted {
    const char *host; /* waymark-host */
    int region_fd;
    struct wm_target *target;
};

/* Borrows `hosted` for as long as the party is used. */
struct wm_party wm_hosted_party(struct wm_hosted *hosted);

#endif
