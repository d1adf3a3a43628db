/* worker.h - one thread, one loop: takes requests, sends them through one driver, counts them.
 *
 * All on the worker's own thread, but for wm_worker_wake. */
#ifndef WM_REPLAY_WORKER_H
#define WM_REPLAY_WORKER_H

#include "drivers/driver.h"
#include "harness/core/error.h"
#include "harness/replay/ticket.h"
#include "profiles/wire/region.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct wm_stream;
struct wm_worker;

struct wm_worker_settings {
    struct wm_region *region;
    struct wm_stream *stream;
    const struct wm_driver_ops *driver;
    const void *driver_target;
    uint32_t number; /* of the worker: its table in the region */
    uint32_t slots;  /* requests in flight at most; 0: this worker has nothing to do */
};

/* The warm-up, or the counted part: shared by all workers, set up before any of them starts. */
struct wm_phase {
    struct wm_tickets tickets;
    uint64_t start_ns;    /* monotonic; due times count from here */
    uint64_t deadline_ns; /* monotonic; closed loop: nothing is sent once an answer is this late */
    uint64_t patience_ns; /* how long requests in flight are waited for after the last one sent */
    bool counted;
    _Atomic bool halt;   /* the load ends: set after wm_tickets_close, then wake the workers */
    _Atomic bool let_go; /* what is in flight is not waited for: set, then wake the workers */
};

WM_MUST_USE int wm_worker_open(const struct wm_worker_settings *settings,
                               struct wm_worker **ret_worker, struct wm_error *err);
/* Frees; what is still in flight is let go. NULL is allowed. */
void wm_worker_close(struct wm_worker *worker);

/* Works until there are no more requests and all that were sent have ended or were given up.
 * Negative when a request could not be made or sent. */
WM_MUST_USE int wm_worker_run(struct wm_worker *worker, struct wm_phase *phase,
                              struct wm_error *err);
/* When the last request ended, monotonic; 0: none did. */
uint64_t wm_worker_last_end_ns(const struct wm_worker *worker);
/* [any thread, between open and close] Lets the worker see that the phase was halted. */
void wm_worker_wake(struct wm_worker *worker);

#endif
