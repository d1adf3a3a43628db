/* pacer.h - due times to calls on a loop, finer than a millisecond, without spinning.
 *
 * libuv's timers are milliseconds, so the pacer is a timerfd that the loop polls, over a heap of
 * due times. Times are absolute on the monotonic clock. All [loop]. */
#ifndef WM_REPLAY_PACER_H
#define WM_REPLAY_PACER_H

#include "harness/core/error.h"

#include <stdint.h>

struct uv_loop_s;
struct wm_pacer;

/* At most `capacity` due times wait at one time. `due` is called once for each, on the loop, in
 * order of time. */
WM_MUST_USE int wm_pacer_open(struct uv_loop_s *loop, uint32_t capacity,
                              void (*due)(void *user, uint32_t token), void *user,
                              struct wm_pacer **ret_pacer, struct wm_error *err);
/* Frees once the loop has turned again; nothing is called any more. NULL is allowed. */
void wm_pacer_close(struct wm_pacer *pacer);

/* Calls due(user, token) when the clock is at `at_ns` or past it, from a later turn of the loop,
 * never from here. */
void wm_pacer_add(struct wm_pacer *pacer, uint64_t at_ns, uint32_t token);
/* Forgets all that waits. */
void wm_pacer_clear(struct wm_pacer *pacer);

#endif
