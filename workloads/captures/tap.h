/* tap.h - listens to one connection: bytes of both ways in, requests with their answers out.
 *
 * Sees bytes as they pass and never holds them up. Once something is not understood it listens no
 * more; that is counted, with the reason. Pure but for the window that it fills. */
#ifndef WM_CAPTURES_TAP_H
#define WM_CAPTURES_TAP_H

#include "drivers/protocols/protocol.h"
#include "workloads/captures/recording.h"
#include "workloads/captures/window.h"

#include <stddef.h>
#include <stdint.h>

enum {
    WM_TAP_IN_FLIGHT = 64 * 1024,    /* requests of one connection that wait for their replies */
    WM_TAP_EARLY_BYTES = 256 * 1024, /* of replies that begin before their request is whole */
};

struct wm_tap;

/* `session` is the connection's number. -ENOMEM. */
WM_MUST_USE int wm_tap_new(const struct wm_protocol *protocol, struct wm_window *window,
                           struct wm_recording *recording, uint64_t session,
                           struct wm_tap **ret_tap);
/* Requests whose answer is not known are settled so. NULL is allowed. */
void wm_tap_free(struct wm_tap *tap);

/* The client's bytes, which passed at `now_ns`. */
void wm_tap_sent(struct wm_tap *tap, const char *bytes, size_t count, uint64_t now_ns);
/* The server's. */
void wm_tap_answered(struct wm_tap *tap, const char *bytes, size_t count, uint64_t now_ns);
/* The server has sent all that it will. */
void wm_tap_answers_end(struct wm_tap *tap, uint64_t now_ns);

#endif
