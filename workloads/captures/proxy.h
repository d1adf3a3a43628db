/* proxy.h - the recording proxy: passes connections on to a server, and writes what it understood.
 *
 * All [loop]. */
#ifndef WM_CAPTURES_PROXY_H
#define WM_CAPTURES_PROXY_H

#include "drivers/protocols/protocol.h"
#include "harness/core/address.h"
#include "workloads/captures/recording.h"
#include "workloads/trace.h"

struct uv_loop_s;
struct wm_proxy;

struct wm_proxy_settings {
    struct wm_address listen; /* port 0: a free one */
    struct wm_address to;     /* the server; need not be there yet */
    const struct wm_protocol *protocol;
    struct wm_trace_writer *writer; /* outlives the proxy */
};

/* Listens, from now on. Takes as many connections as the process may have descriptors for, two
 * each. The errno of doing so: -EADDRINUSE, -EACCES … */
WM_MUST_USE int wm_proxy_open(struct uv_loop_s *loop, const struct wm_proxy_settings *settings,
                              struct wm_proxy **ret_proxy);
/* What came of it so far; its port. Borrowed until wm_proxy_free. */
const struct wm_recording *wm_proxy_recording(const struct wm_proxy *proxy);
uint16_t wm_proxy_port(const struct wm_proxy *proxy);
/* Closes all connections and writes what still waits. Once the loop has turned to its end it may be
 * freed. */
void wm_proxy_close(struct wm_proxy *proxy);
void wm_proxy_free(struct wm_proxy *proxy); /* NULL is allowed */

#endif
