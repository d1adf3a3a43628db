/* spool.h - writes requests to a trace on a thread of its own.
 *
 * Packing 256 KiB takes milliseconds and a disk may take longer: who passes traffic on must not
 * wait for them. Requests are handed over by the batch, in order. What waits is bounded; past that
 * it is lost, as after a write that failed. Everything but the thread's own work is [loop]. */
#ifndef WM_CAPTURES_SPOOL_H
#define WM_CAPTURES_SPOOL_H

#include "drivers/protocols/protocol.h"
#include "workloads/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WM_SPOOL_BATCH_BYTES = 64 * 1024,
    WM_SPOOL_WAITING_BYTES = 64 * 1024 * 1024,
};

/* A request to write, with what became of it. */
struct wm_spooled {
    struct wm_spooled *next;
    uint64_t due_ns;
    uint64_t session;
    bool answered; /* the three behind are known */
    uint32_t status;
    char outcome[WM_PROTOCOL_OUTCOME_BYTES];
    uint64_t latency_ns;
    uint32_t field_count;
    bool has_body;
    size_t body_bytes;
    size_t bytes;   /* of all this */
    char content[]; /* names and values, each with its NUL, then the body */
};

/* A copy of fields and body; free() it. NULL when memory is out. */
struct wm_spooled *wm_spooled_copy(const struct wm_work *work);

struct wm_spool;

/* The writer is the thread's until the spool has stopped. */
WM_MUST_USE int wm_spool_start(struct wm_trace_writer *writer, struct wm_spool **ret_spool);
/* Takes the request. False: writing has failed, for what `err` says; what comes is only freed. */
bool wm_spool_add(struct wm_spool *spool, struct wm_spooled *request, struct wm_error *err);
/* Waits until all is written and frees the spool. The same. NULL is allowed. */
bool wm_spool_stop(struct wm_spool *spool, struct wm_error *err);

#endif
