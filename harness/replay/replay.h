/* replay.h - the run: workers, warm-up, stop rules. The door of this room.
 *
 * It runs where the requests enter: in waymark-host beside the app, and in the harness for
 * servers. What it counts goes into the shared region's worker tables. */
#ifndef WM_REPLAY_REPLAY_H
#define WM_REPLAY_REPLAY_H

#include "drivers/driver.h"
#include "harness/core/error.h"
#include "profiles/wire/region.h"

#include <stdbool.h>

struct wm_stream;

struct wm_replay_settings {
    struct wm_region *region; /* its plan says what to do; its stage, stop and tables are used */
    struct wm_stream *stream;
    const struct wm_driver_ops *driver;
    const void *driver_target;
    bool async;           /* the driver has many requests in flight on one thread; otherwise
                             one per worker, whatever the plan's concurrency */
    uint64_t patience_ns; /* for requests in flight at the end; 0: 10 s. Then `unfinished` */
    /* Called on the control thread, between the warm-up and the first counted request, and after
     * the last one: the sampler's place. */
    void (*begin)(void *user);
    void (*end)(void *user);
    /* Called first on each worker's thread. */
    void (*worker)(void *user);
    void *user;
};

/* Runs to the end of the plan or region->stop, and returns when all workers have ended; 0, or a
 * negative errno with `err` when work could not be made (a damaged trace). Leaves the stage at
 * WM_STAGE_ENDING: the caller decides that all is done. */
WM_MUST_USE int wm_replay_run(const struct wm_replay_settings *settings, struct wm_error *err);

#endif
