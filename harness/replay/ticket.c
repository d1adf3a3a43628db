/* ticket.c - which request comes next and when it is due, without holes. */
#include "harness/replay/ticket.h"

#include "harness/replay/schedule.h"

#include <errno.h>

int wm_tickets_init(struct wm_tickets *tickets, const struct wm_plan *plan, bool warmup,
                    _Atomic uint64_t *next_index, struct wm_error *err)
{
    *tickets = (struct wm_tickets){
        .next_index = next_index,
        .limit = !warmup && plan->requests > 0 ? plan->requests : UINT64_MAX / 2,
        .first_index = warmup ? WM_WORK_WARMUP_INDEX : 0,
        .cut_ns = UINT64_MAX,
    };
    uint64_t duration_ns = warmup ? plan->warmup_ns : plan->duration_ns;
    tickets->duration_ns = duration_ns > 0 ? duration_ns : UINT64_MAX;
    if (plan->law != WM_LAW_CLOSED) {
        int rc = wm_schedule_new(plan, &tickets->schedule, err);
        if (rc < 0)
            return rc;
    }
    int rc = -pthread_mutex_init(&tickets->lock, NULL);
    if (rc < 0) {
        wm_schedule_free(tickets->schedule);
        return wm_fail_errno(err, rc, "", "make a lock");
    }
    return 0;
}

void wm_tickets_done(struct wm_tickets *tickets)
{
    pthread_mutex_destroy(&tickets->lock);
    wm_schedule_free(tickets->schedule);
    tickets->schedule = NULL;
}

/* Each give back undoes one take, so the count ends at what was really sent. */
static void give_back(struct wm_tickets *tickets)
{
    atomic_fetch_sub_explicit(tickets->next_index, 1, memory_order_relaxed);
}

/* Takes an index and draws its request. A trace says itself which request comes next; its indices
 * are as many and as dense as the ones taken here. */
static int draw(struct wm_tickets *tickets, struct wm_cursor *cursor, struct wm_work *work,
                uint64_t *ret_index, struct wm_error *err)
{
    uint64_t index = atomic_fetch_add_explicit(tickets->next_index, 1, memory_order_relaxed);
    int rc = 0;
    if (index < tickets->limit)
        rc = wm_stream_draw(cursor, tickets->first_index + index, work, err);
    if (rc <= 0) {
        give_back(tickets);
        return rc;
    }
    work->index |= tickets->first_index;
    *ret_index = index;
    return rc;
}

/* The index, the trace's next request and the law's next time must belong together. */
static int take_due(struct wm_tickets *tickets, struct wm_cursor *cursor, struct wm_work *work,
                    struct wm_error *err)
{
    uint64_t index;
    int rc = 0;
    pthread_mutex_lock(&tickets->lock);
    if (tickets->cut_ns != UINT64_MAX)
        goto out;
    rc = draw(tickets, cursor, work, &index, err);
    if (rc <= 0)
        goto out;
    work->due_ns = wm_schedule_due(tickets->schedule, index, work->due_ns);
    tickets->last_due_ns = work->due_ns;
    if (work->due_ns >= tickets->duration_ns) {
        give_back(tickets);
        tickets->cut_ns = tickets->duration_ns;
        rc = 0;
    }
out:
    pthread_mutex_unlock(&tickets->lock);
    return rc;
}

int wm_tickets_take(struct wm_tickets *tickets, struct wm_cursor *cursor, struct wm_work *work,
                    struct wm_error *err)
{
    if (tickets->schedule != NULL)
        return take_due(tickets, cursor, work, err);
    uint64_t index;
    int rc = draw(tickets, cursor, work, &index, err);
    work->due_ns = 0;
    return rc;
}

/* Due times only grow, so whatever waits for its time when the load ends has the highest indices.
 * Deciding here, under the lock, keeps it so: nothing is sent that is due after something refused.
 */
bool wm_tickets_confirm(struct wm_tickets *tickets, uint64_t due_ns)
{
    pthread_mutex_lock(&tickets->lock);
    bool sent = due_ns < tickets->cut_ns;
    if (!sent)
        give_back(tickets);
    else if (due_ns >= tickets->sent_due_ns)
        tickets->sent_due_ns = due_ns + 1;
    pthread_mutex_unlock(&tickets->lock);
    return sent;
}

void wm_tickets_close(struct wm_tickets *tickets, uint64_t now_ns)
{
    pthread_mutex_lock(&tickets->lock);
    uint64_t cut_ns = now_ns > tickets->sent_due_ns ? now_ns : tickets->sent_due_ns;
    if (cut_ns < tickets->cut_ns)
        tickets->cut_ns = cut_ns;
    pthread_mutex_unlock(&tickets->lock);
}

bool wm_tickets_spent(const struct wm_tickets *tickets)
{
    return atomic_load_explicit(tickets->next_index, memory_order_relaxed) >= tickets->limit;
}

/* When the request after `index` - 1 is due; UINT64_MAX: there is none. A mix is not asked what it
 * would send, a trace must be, for its times. */
static uint64_t next_due(struct wm_tickets *tickets, struct wm_cursor *cursor, uint64_t index)
{
    struct wm_work work = {.due_ns = 0};
    if (index >= tickets->limit)
        return UINT64_MAX;
    if (cursor != NULL && wm_stream_draw(cursor, tickets->first_index + index, &work, NULL) <= 0)
        return UINT64_MAX;
    return wm_schedule_due(tickets->schedule, index, work.due_ns);
}

/* What was given back was due after the end of the load, and due times only grow: so either the
 * latest request taken was due too late, or every index taken was sent and the next one follows. */
uint64_t wm_tickets_unsent(struct wm_tickets *tickets, struct wm_stream *stream)
{
    struct wm_cursor *cursor = NULL;
    uint64_t end_ns =
        tickets->cut_ns < tickets->duration_ns ? tickets->cut_ns : tickets->duration_ns;
    uint64_t index = atomic_load_explicit(tickets->next_index, memory_order_relaxed);
    uint64_t count = 0;
    /* nothing ended it: it ran to the end of its work */
    if (tickets->schedule == NULL || end_ns == UINT64_MAX || tickets->last_due_ns >= end_ns)
        return 0;
    if (wm_stream_mix(stream) == NULL && wm_cursor_new(stream, &cursor) < 0)
        return 0;
    while (count < WM_UNSENT_MAX && next_due(tickets, cursor, index) < end_ns) {
        index++;
        count++;
    }
    wm_cursor_free(cursor);
    return count;
}
