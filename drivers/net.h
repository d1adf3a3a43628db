/* net.h - the drivers that speak a protocol to a server: http, resp, memcache.
 *
 *   work ── label ── spell ──> a free connection ──> board ──> socket
 *                   └ none free: waits its turn       │
 *   done <── tally's path <── reply reader <──────────┘
 *
 * One request in flight per connection. A request with a session goes to the session's connection,
 * in order, whatever else is free. A connection that dies is opened again; the request that was on
 * it failed, with the reason. All [loop]. */
#ifndef WM_DRIVERS_NET_H
#define WM_DRIVERS_NET_H

#include "drivers/driver.h"
#include "drivers/protocols/protocol.h"
#include "profiles/wire/region.h"

#include <stdint.h>
#include <sys/socket.h>

/* What the path of a request has for its outcome when no whole reply came. */
#define WM_NET_UNANSWERED "unanswered"

/* wm_driver_settings.target of this driver; outlives it. */
struct wm_net_target {
    const struct wm_protocol *protocol;
    struct wm_region *region; /* its board, its tables of names and paths, its reasons, its stop */
    struct sockaddr_storage address;
    socklen_t address_bytes;
    const char *host;     /* as the requests name it: "127.0.0.1:8080" */
    uint32_t connections; /* of all workers, which share them out: at least 1 each, and as many as
                             it has slots at most */
    uint64_t timeout_ns;  /* of one request from its sending on: then it failed and its connection
                             is opened anew; to some 10 %; 0: none */
};

/* Whether this process may open so many connections, with `threads` workers: -EMFILE, and how much
 * is allowed and needed, where not. */
WM_MUST_USE int wm_net_check_files(uint32_t connections, uint32_t threads, struct wm_error *err);

/* One driver for all protocols: the target says which. open() returns once all connections are
 * there; a refused one is an error (the caller waits until the server is ready). send() refuses a
 * work that the protocol cannot spell with -EINVAL, and fault() says why.
 *
 * Work of sessions (a field `session`, else `client`) keeps its order, each session on one
 * connection; with more than one worker that cannot be had, and such work is refused. */
extern const struct wm_driver_ops wm_driver_net;

#endif
