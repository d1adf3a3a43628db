/* net_driver.h - the inside of the driver of servers: net.c sends, net_ends.c takes the replies. */
#ifndef WM_DRIVERS_NET_DRIVER_H
#define WM_DRIVERS_NET_DRIVER_H

#include "drivers/labels.h"
#include "drivers/net.h"
#include "drivers/pool.h"
#include "drivers/sessions.h"
#include "drivers/turns.h"

#include <stdbool.h>
#include <stdint.h>

#define WM_NET_NS_PER_MS UINT64_C(1000000)

/* A request in flight or waiting; its number is the worker's slot. */
struct request {
    struct wm_text bytes;
    struct wm_wanted wanted;
    uint64_t index;
    uint32_t entry;
    bool counted;
    uint64_t waits_from_ns;
};

/* What goes on on one of the pool's connections. */
struct line {
    struct wm_reply_reader *reader;
    uint32_t request; /* WM_TURNS_NONE: none */
    uint64_t label;   /* its own, on the board */
    uint64_t lost;    /* label of the last that got no reply, until one comes again; 0: none */
    uint64_t sent_ms;
};

struct wm_driver {
    const struct wm_net_target *target;
    const struct wm_protocol *protocol;
    struct wm_driver_sink *sink;
    struct wm_worker_table *table;
    struct uv_loop_s *loop;
    struct wm_pool *pool;
    struct wm_labels *labels;
    struct wm_sessions *sessions;
    struct wm_turns *turns;
    struct request *requests;
    struct line *lines;
    uint32_t slots;
    uint32_t connections; /* not more than slots: the others would never be used */
    struct wm_error fault;
};

/* A connection that is taken is free now: sends those whose turn it is, else releases it. */
void wm_net_serve(struct wm_driver *driver, uint32_t number);

/* The request on a connection ended. The connection is the caller's to go on with before it calls
 * done() for *ret_slot, which may send the next request. */
struct wm_driver_result wm_net_conclude(struct wm_driver *driver, uint32_t number,
                                        const struct wm_protocol_reply *reply, uint32_t *ret_slot);
/* No reply will come to what is on this connection, if anything is: it fails, for what the network
 * said, and the connection is opened again. */
void wm_net_unanswered(struct wm_driver *driver, uint32_t number, int rc);
/* What the pool is to call. */
struct wm_pool_events wm_net_events(struct wm_driver *driver);

#endif
