/* window.h - requests that wait for what becomes of them, and go to the trace in order of time.
 *
 * A request is written once its answer is known and all before it are written. The window has a
 * limit, in requests and in bytes: past it the oldest is written without an answer. Knows no
 * clock: times are told. Writing is the spool's (spool.h). */
#ifndef WM_CAPTURES_WINDOW_H
#define WM_CAPTURES_WINDOW_H

#include "drivers/protocols/protocol.h"
#include "workloads/captures/recording.h"
#include "workloads/trace.h"

#include <stdint.h>

enum {
    WM_WINDOW_REQUESTS = 64 * 1024,
    WM_WINDOW_BYTES = 64 * 1024 * 1024,
};

struct wm_window;
struct wm_recorded; /* a request in it */

/* Both are borrowed, the writer until wm_window_finish or _free: a thread writes to it. A writer
 * that fails stops the recording, which is told there, if a little later. */
WM_MUST_USE int wm_window_new(struct wm_trace_writer *writer, struct wm_recording *recording,
                              struct wm_window **ret_window);
/* Every request must have been settled. Without wm_window_finish what still waits is lost. NULL is
 * allowed. */
void wm_window_free(struct wm_window *window);

/* Adds a copy of the request, due `now_ns`, which never steps back. To be settled, once. NULL when
 * it is not recorded: memory is out, or the recording has stopped. */
struct wm_recorded *wm_window_add(struct wm_window *window,
                                  const struct wm_protocol_request *request, uint64_t session,
                                  uint64_t now_ns);
/* What became of the request: its reply at `now_ns`, or NULL: that is not known. */
void wm_window_settle(struct wm_window *window, struct wm_recorded *recorded,
                      const struct wm_protocol_reply *reply, uint64_t now_ns);
/* Writes all that wait, and waits for it. Every request must have been settled; none may be added.
 */
void wm_window_finish(struct wm_window *window);

#endif
