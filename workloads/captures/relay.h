/* relay.h - one connection through the proxy: bytes pass both ways as they are.
 *
 *   client ──> ends[0] ──> ends[1] ──> server      a side whose bytes are not taken is not read
 *   client <── ends[0] <── ends[1] <── server      from; its end is passed on by itself
 *                      └ tap: listens
 *
 * All [loop]. */
#ifndef WM_CAPTURES_RELAY_H
#define WM_CAPTURES_RELAY_H

#include "harness/core/address.h"
#include "workloads/captures/recording.h"
#include "workloads/captures/tap.h"

enum {
    WM_RELAY_READ_BYTES = 64 * 1024,
    WM_RELAY_WAITING_BYTES = 256 * 1024, /* for one side: more is not read from the other */
};

struct uv_loop_s;
struct uv_stream_s;
struct wm_relay;

/* What relays share; outlives them. */
struct wm_relay_house {
    struct uv_loop_s *loop;
    const struct wm_address *to;
    const struct wm_protocol *protocol;
    struct wm_window *window;
    struct wm_recording *recording;
    struct wm_relay *first; /* of those that are open */
    char *read_buffer;      /* WM_RELAY_READ_BYTES */
};

/* Accepts the connection that waits at `listener` and connects to the server; the relay then lives
 * until both sides have ended, or one has failed. The errno of accepting, or of making a socket;
 * all is closed then. */
WM_MUST_USE int wm_relay_open(struct wm_relay_house *house, struct uv_stream_s *listener);
/* Closes it at once. It is free once the loop has turned. */
void wm_relay_close(struct wm_relay *relay);

#endif
