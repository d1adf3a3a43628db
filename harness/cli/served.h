/* served.h - a server under load, as a session runs it: started and awaited, or only awaited
 * (--connect); then loaded; then ended. */
#ifndef WM_CLI_SERVED_H
#define WM_CLI_SERVED_H

#include "drivers/net.h"
#include "harness/cli/job.h"
#include "harness/cli/load.h"
#include "harness/cli/party.h"
#include "harness/core/text.h"
#include "harness/replay/server.h"
#include "profiles/gather/gather.h"

#include <stdbool.h>
#include <sys/resource.h>

enum wm_served_phase {
    WM_SERVED_AWAITED, /* does not accept connections yet */
    WM_SERVED_LOADED,
    WM_SERVED_ENDING, /* was told to end */
    WM_SERVED_OVER,
};

struct wm_served {
    /* Given by the caller; outlive it. */
    struct wm_job *job;
    struct wm_region *region;
    int region_fd;
    struct wm_gather *gather;
    /* What came of it. */
    bool unmeasured;           /* it was stopped before anything was sent */
    struct wm_text last_words; /* of a server that failed; to be freed with wm_served_done */
    /* Its own. */
    struct uv_loop_s *loop;
    struct wm_target_watcher over;
    enum wm_served_phase phase;
    struct wm_server *server; /* NULL with --connect */
    struct wm_load *load;
    struct wm_net_target target;
    char host[300]; /* as requests name it: "127.0.0.1:8080" */
    uint64_t patient_until_ns;
    struct wm_knock knock;
    uint64_t cpu_begin_ns;
    bool gone; /* the server's processes have ended */
    struct wm_target_exit exit;
    struct rlimit files; /* before the load; rlim_max 0: not known */
};

void wm_served_init(struct wm_served *served, struct wm_job *job, struct wm_region *region,
                    int region_fd, struct wm_gather *gather);
void wm_served_done(struct wm_served *served);
/* Borrows `served` for as long as the party is used. A server that fails before anything was
 * measured leaves the stage at WM_STAGE_FAILED and the reason in region->fault; one that dies later
 * leaves the stage below WM_STAGE_DONE. */
struct wm_party wm_served_party(struct wm_served *served);

#endif
