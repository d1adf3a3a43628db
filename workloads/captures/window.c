/* window.c - requests that wait for what becomes of them, and go to the trace in order of time. */
#include "workloads/captures/window.h"

#include "workloads/captures/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Kept from its adding until it both has left and is settled. */
struct wm_recorded {
    struct wm_recorded *next;   /* in the window */
    struct wm_spooled *request; /* NULL once it has left */
    uint64_t at_ns;
    bool settled;
};

struct wm_window {
    struct wm_spool *spool; /* NULL once it was finished */
    struct wm_recording *recording;
    struct wm_recorded *first, *last;
    uint64_t count;
    size_t bytes;
    uint64_t start_ns; /* of the first request of all */
    bool started;
};

int wm_window_new(struct wm_trace_writer *writer, struct wm_recording *recording,
                  struct wm_window **ret_window)
{
    struct wm_window *window = calloc(1, sizeof(*window));
    if (window == NULL)
        return -ENOMEM;
    window->recording = recording;
    int rc = wm_spool_start(writer, &window->spool);
    if (rc < 0) {
        free(window);
        return rc;
    }
    *ret_window = window;
    return 0;
}

/* Takes the oldest request out, for the caller. */
static struct wm_spooled *take_first(struct wm_window *window)
{
    struct wm_recorded *recorded = window->first;
    struct wm_spooled *request = recorded->request;
    window->first = recorded->next;
    if (window->first == NULL)
        window->last = NULL;
    window->count--;
    window->bytes -= request->bytes;
    recorded->request = NULL;
    if (recorded->settled)
        free(recorded); /* otherwise it waits for its answer */
    return request;
}

/* The oldest goes to the trace, unless the recording has stopped. */
static void write_first(struct wm_window *window)
{
    struct wm_recording *recording = window->recording;
    struct wm_spooled *request = take_first(window);
    if (recording->stopped) {
        free(request);
        return;
    }
    recording->unanswered += !request->answered;
    recording->stopped = !wm_spool_add(window->spool, request, &recording->stop);
}

static void append(struct wm_window *window, struct wm_recorded *recorded)
{
    if (window->last != NULL)
        window->last->next = recorded;
    else
        window->first = recorded;
    window->last = recorded;
    window->count++;
    window->bytes += recorded->request->bytes;
}

struct wm_recorded *wm_window_add(struct wm_window *window,
                                  const struct wm_protocol_request *request, uint64_t session,
                                  uint64_t now_ns)
{
    struct wm_recording *recording = window->recording;
    struct wm_recorded *recorded = recording->stopped ? NULL : calloc(1, sizeof(*recorded));
    if (recorded != NULL)
        recorded->request = wm_spooled_copy(&request->work);
    if (recorded == NULL || recorded->request == NULL) {
        free(recorded);
        recording->lost++;
        return NULL;
    }
    if (!window->started)
        window->start_ns = now_ns;
    window->started = true;
    recorded->at_ns = now_ns;
    recorded->request->due_ns = now_ns - window->start_ns;
    recorded->request->session = session;
    recording->requests++;
    recording->span_ns = now_ns - window->start_ns;
    recording->dropped_fields += request->dropped;
    append(window, recorded);
    while (window->count > WM_WINDOW_REQUESTS ||
           (window->bytes > WM_WINDOW_BYTES && window->count > 1))
        write_first(window);
    return recorded;
}

static void note_answer(struct wm_recorded *recorded, const struct wm_protocol_reply *reply,
                        uint64_t now_ns)
{
    struct wm_spooled *request = recorded->request;
    request->answered = true;
    request->status = reply->status;
    memcpy(request->outcome, reply->outcome, sizeof(request->outcome));
    request->latency_ns = now_ns - recorded->at_ns;
}

void wm_window_settle(struct wm_window *window, struct wm_recorded *recorded,
                      const struct wm_protocol_reply *reply, uint64_t now_ns)
{
    recorded->settled = true;
    if (recorded->request == NULL) {
        free(recorded);
        return;
    }
    if (reply != NULL)
        note_answer(recorded, reply, now_ns);
    while (window->first != NULL && window->first->settled)
        write_first(window);
}

void wm_window_finish(struct wm_window *window)
{
    struct wm_recording *recording = window->recording;
    struct wm_error err = {0};
    while (window->first != NULL)
        write_first(window);
    if (!wm_spool_stop(window->spool, &err) && !recording->stopped) {
        recording->stopped = true;
        recording->stop = err;
    }
    window->spool = NULL;
}

void wm_window_free(struct wm_window *window)
{
    struct wm_error err;
    if (window == NULL)
        return;
    while (window->first != NULL)
        free(take_first(window));
    wm_spool_stop(window->spool, &err);
    free(window);
}
