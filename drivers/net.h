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

/* wm_driver_settings.target of these drivers; outlives them. */
struct wm_net_target {
    const struct wm_protocol *protocol;
    struct wm_region *region; /* its board, its tables of names and paths, its reasons */
    struct sockaddr_storage address;
    socklen_t address_bytes;
    const char *host;     /* as the requests name it: "127.0.0.1:8080" */
    uint32_t connections; /* of this driver's worker; at least 1 */
    uint64_t timeout_ns; /* of one request from its sending on: then it failed and its connection is
                            closed; 0: none */
    struct wm_worker_table *table; /* its queue, its reconnects */
};

/* One driver for all protocols: the target says which. Its send() never says -ENOENT; -EINVAL for a
 * work that the protocol cannot spell is told through wm_net_fault. */
extern const struct wm_driver_ops wm_driver_net;

/* What was wrong with the last work that send() refused with -EINVAL. */
const struct wm_error *wm_net_fault(const struct wm_driver *driver);

#endif
