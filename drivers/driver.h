/* driver.h - the contract between a worker and whatever carries its requests into an app.
 *
 * A worker opens one driver on its loop, sends work into numbered slots, and is called once for
 * each slot when that request ended. The call may come before send() returns. All [loop]: on the
 * worker's thread. */
#ifndef WM_DRIVERS_DRIVER_H
#define WM_DRIVERS_DRIVER_H

#include "harness/core/error.h"
#include "workloads/work.h"

#include <stdbool.h>
#include <stdint.h>

struct uv_loop_s;
struct wm_driver;
struct wm_worker_table;

struct wm_driver_result {
    bool unsent;          /* the run ended before it could be sent: the rest says nothing */
    int status;           /* 0, or the entry point's own word for an error */
    uint32_t path;        /* index into the region's paths */
    uint64_t end_ns;      /* monotonic, when the app was done */
    uint64_t sampling_ns; /* what sampling took of the request: not the app's latency */
    uint64_t allocs;
    uint64_t alloc_bytes;
    uint64_t reply_bytes;
};

struct wm_driver_sink {
    void (*done)(struct wm_driver_sink *sink, uint32_t slot, const struct wm_driver_result *result);
};

struct wm_driver_settings {
    struct uv_loop_s *loop;
    struct wm_driver_sink *sink;
    uint32_t worker;               /* its number, from 0 */
    uint32_t slots;                /* requests in flight at most, on this driver; above 0 */
    const void *target;            /* what the driver's own header says; the same for all workers */
    struct wm_worker_table *table; /* the worker's: for what only the driver sees; NULL: none */
};

struct wm_driver_ops {
    const char *name;
    const char *help;
    WM_MUST_USE int (*open)(const struct wm_driver_settings *settings,
                            struct wm_driver **ret_driver, struct wm_error *err);
    /* Starts the request; `counted` is false during warm-up. The work's bytes are the caller's and
     * may change once send() returned. 0, -EBUSY when it cannot be taken now (try again later;
     * nothing happened), -ENOENT when there is no such entry, or another negative errno, with
     * nothing in flight. */
    WM_MUST_USE int (*send)(struct wm_driver *driver, uint32_t slot, const struct wm_work *work,
                            bool counted);
    /* Why send() refused the last work with -EINVAL. NULL: this driver never does. */
    const struct wm_error *(*fault)(const struct wm_driver *driver);
    /* Frees. Requests still in flight are let go: their done is not called any more. The loop must
     * turn before it is closed. */
    void (*close)(struct wm_driver *driver);
};

#endif
