/* stream.h - the door of this room: the next request, from a mix or a trace.
 *
 * One stream serves all workers. It hands out requests in index order, each once; the bytes live
 * in the caller's cursor, so any number of threads may draw at one time. */
#ifndef WM_WORKLOADS_STREAM_H
#define WM_WORKLOADS_STREAM_H

#include "harness/core/error.h"
#include "workloads/work.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_stream;
struct wm_cursor; /* one thread's current request */

struct wm_mix;

enum wm_stream_kind {
    WM_STREAM_MIX,
    WM_STREAM_TRACE,
    WM_STREAM_SERVER_MIX, /* a mix that need not name entry points */
};

WM_MUST_USE int wm_stream_open(const char *name, enum wm_stream_kind kind, uint64_t seed,
                               struct wm_stream **ret_stream, struct wm_error *err);
void wm_stream_close(struct wm_stream *stream);
/* The mix behind the stream; NULL for a trace. */
const struct wm_mix *wm_stream_mix(const struct wm_stream *stream);

WM_MUST_USE int wm_cursor_new(struct wm_stream *stream, struct wm_cursor **ret_cursor);
void wm_cursor_free(struct wm_cursor *cursor);

/* [any thread, own cursor] A mix: request `index`, always 1. A trace: requests come in file order,
 * whatever `index` says (work->index tells), 0 at its end, negative when it is damaged. */
WM_MUST_USE int wm_stream_draw(struct wm_cursor *cursor, uint64_t index, struct wm_work *work,
                               struct wm_error *err);
/* Starts a trace over (after warm-up). No draw may be under way. */
WM_MUST_USE int wm_stream_rewind(struct wm_stream *stream, struct wm_error *err);

#endif
