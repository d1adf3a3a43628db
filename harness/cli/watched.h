/* watched.h - a server under somebody else's load, as a session runs it (`waymark agent`). */
#ifndef WM_CLI_WATCHED_H
#define WM_CLI_WATCHED_H

#include "harness/cli/job.h"
#include "harness/cli/party.h"
#include "harness/replay/server.h"
#include "profiles/gather/gather.h"

#include <stdbool.h>

struct wm_watched {
    /* Given by the caller; outlive it. */
    struct wm_job *job; /* its server.words are the command */
    struct wm_region *region;
    int region_fd;
    struct wm_gather *gather;
    /* Its own. */
    struct wm_target_watcher over;
    struct wm_server *server;
    uint64_t end_ns; /* when --duration is over; UINT64_MAX: never */
    bool ended;      /* the watched part has: by a signal, in time, or with the server */
};

void wm_watched_init(struct wm_watched *watched, struct wm_job *job, struct wm_region *region,
                     int region_fd, struct wm_gather *gather);
/* Borrows `watched` for as long as the party is used. */
struct wm_party wm_watched_party(struct wm_watched *watched);

#endif
