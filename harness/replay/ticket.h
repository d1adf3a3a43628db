/* ticket.h - which request comes next and when it is due, for all workers of one phase.
 *
 * Every request is pulled: a worker that can take one asks here. Whatever ends the load, the
 * indices that were sent are 0..n-1 without a hole, n being *next_index, so a run can be told by
 * its seed and its length alone. */
#ifndef WM_REPLAY_TICKET_H
#define WM_REPLAY_TICKET_H

#include "harness/core/error.h"
#include "profiles/wire/region.h"
#include "workloads/stream.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct wm_schedule;

struct wm_tickets {
    _Atomic uint64_t *next_index;
    uint64_t limit;               /* requests at most */
    uint64_t duration_ns;         /* open loop: what is due from here on is not sent */
    uint64_t first_index;         /* 0, or WM_WORK_WARMUP_INDEX */
    struct wm_schedule *schedule; /* NULL in a closed loop, which has no due times */
    pthread_mutex_t lock;         /* guards the schedule and what follows */
    uint64_t last_due_ns;         /* of the latest request taken */
    uint64_t sent_due_ns;         /* the latest due time that was sent, and one more */
    uint64_t cut_ns;              /* once closed: what is due from here on is not sent */
};

/* Tickets for the plan's requests, or for its warm-up, which lasts plan->warmup_ns. `next_index`
 * outlives the tickets. */
WM_MUST_USE int wm_tickets_init(struct wm_tickets *tickets, const struct wm_plan *plan, bool warmup,
                                _Atomic uint64_t *next_index, struct wm_error *err);
void wm_tickets_done(struct wm_tickets *tickets);

/* [any thread, own cursor] 1 with the next request in `work`, its due_ns set; 0 when there is none
 * any more; negative when it could not be made. */
WM_MUST_USE int wm_tickets_take(struct wm_tickets *tickets, struct wm_cursor *cursor,
                                struct wm_work *work, struct wm_error *err);
/* [any thread] To be asked before a request with a due time is sent. False when the load was ended
 * before it was due: then it must not be sent, and its ticket is taken back. */
bool wm_tickets_confirm(struct wm_tickets *tickets, uint64_t due_ns);
/* [any thread] Ends the load at `now_ns` from its start: in an open loop, what is due by then is
 * still sent. */
void wm_tickets_close(struct wm_tickets *tickets, uint64_t now_ns);
/* [any thread] True when the limit is reached. */
bool wm_tickets_spent(const struct wm_tickets *tickets);
/* [after all workers are through] How many requests of `stream` were due before the load ended and
 * never taken, WM_UNSENT_MAX at most; 0 in a closed loop. Reads on in a trace; what cannot be read
 * is not counted. */
uint64_t wm_tickets_unsent(struct wm_tickets *tickets, struct wm_stream *stream);

#endif
