/* window.c - requests that wait for what becomes of them, and go to the trace in order of time. */
#include "workloads/captures/window.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 24, OWN_FIELDS = 4 };

/* Kept from its adding until it is both written and settled. */
struct wm_recorded {
    struct wm_recorded *next; /* in the window */
    uint64_t at_ns;
    uint64_t latency_ns;
    uint64_t session;
    bool settled, answered;
    bool left; /* the window: it was written, or never will be */
    uint32_t status;
    char outcome[WM_PROTOCOL_OUTCOME_BYTES];
    uint32_t field_count;
    size_t body_bytes; /* behind the fields, if it has one */
    bool has_body;
    char *content; /* names and values, each with its NUL, then the body */
    size_t content_bytes;
};

struct wm_window {
    struct wm_trace_writer *writer;
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
    window->writer = writer;
    window->recording = recording;
    *ret_window = window;
    return 0;
}

static size_t content_size(const struct wm_work *work)
{
    size_t bytes = work->body != NULL ? work->body_bytes : 0;
    for (uint32_t i = 0; i < work->field_count; i++)
        bytes += strlen(work->fields[i].name) + strlen(work->fields[i].value) + 2;
    return bytes;
}

static void copy_content(char *to, const struct wm_work *work)
{
    for (uint32_t i = 0; i < work->field_count; i++) {
        to = stpcpy(to, work->fields[i].name) + 1;
        to = stpcpy(to, work->fields[i].value) + 1;
    }
    if (work->body != NULL)
        memcpy(to, work->body, work->body_bytes);
}

static struct wm_recorded *copy_request(const struct wm_work *work)
{
    size_t bytes = content_size(work);
    struct wm_recorded *recorded = calloc(1, sizeof(*recorded));
    char *content = malloc(bytes > 0 ? bytes : 1);
    if (recorded == NULL || content == NULL) {
        free(recorded);
        free(content);
        return NULL;
    }
    copy_content(content, work);
    recorded->content = content;
    recorded->content_bytes = bytes;
    recorded->field_count = work->field_count;
    recorded->has_body = work->body != NULL;
    recorded->body_bytes = recorded->has_body ? work->body_bytes : 0;
    return recorded;
}

static void free_recorded(struct wm_recorded *recorded)
{
    free(recorded->content);
    free(recorded);
}

/* What was added to the request by recording it: its session, and what became of it. */
struct own_fields {
    struct wm_work_field fields[OWN_FIELDS];
    uint32_t count;
    char numbers[OWN_FIELDS][NUMBER_BYTES];
};

static void add_own_number(struct own_fields *own, const char *name, uint64_t number)
{
    char *text = own->numbers[own->count];
    snprintf(text, NUMBER_BYTES, "%" PRIu64, number);
    own->fields[own->count++] = (struct wm_work_field){name, text};
}

static void fill_own(const struct wm_recorded *recorded, struct own_fields *own)
{
    own->count = 0;
    add_own_number(own, "session", recorded->session);
    if (!recorded->answered)
        return;
    if (recorded->status > 0)
        add_own_number(own, "status", recorded->status);
    else if (recorded->outcome[0] != '\0')
        own->fields[own->count++] = (struct wm_work_field){"outcome", recorded->outcome};
    add_own_number(own, "latency_ns", recorded->latency_ns);
}

static int write_request(struct wm_window *window, const struct wm_recorded *recorded,
                         struct wm_error *err)
{
    struct wm_work_field fields[WM_WORK_FIELD_MAX];
    struct own_fields own;
    const char *at = recorded->content;
    uint32_t count = 0;
    for (; count < recorded->field_count; count++) {
        fields[count].name = at;
        at += strlen(at) + 1;
        fields[count].value = at;
        at += strlen(at) + 1;
    }
    fill_own(recorded, &own);
    for (uint32_t i = 0; i < own.count; i++)
        fields[count++] = own.fields[i];
    struct wm_work work = {.due_ns = recorded->at_ns - window->start_ns,
                           .entry = "",
                           .field_count = count,
                           .fields = fields,
                           .body = recorded->has_body ? at : NULL,
                           .body_bytes = recorded->body_bytes};
    return wm_trace_write(window->writer, &work, err);
}

/* The oldest goes to the trace, unless the recording has stopped. */
static void write_first(struct wm_window *window, struct wm_recorded *recorded)
{
    struct wm_recording *recording = window->recording;
    if (!recording->stopped && write_request(window, recorded, &recording->stop) < 0)
        recording->stopped = true;
    if (!recording->stopped)
        recording->unanswered += !recorded->answered;
    window->first = recorded->next;
    if (window->first == NULL)
        window->last = NULL;
    window->count--;
    window->bytes -= recorded->content_bytes;
    recorded->left = true;
    if (recorded->settled) {
        free_recorded(recorded);
        return;
    }
    free(recorded->content); /* the rest waits for its answer */
    recorded->content = NULL;
}

struct wm_recorded *wm_window_add(struct wm_window *window,
                                  const struct wm_protocol_request *request, uint64_t session,
                                  uint64_t now_ns)
{
    struct wm_recording *recording = window->recording;
    struct wm_recorded *recorded = recording->stopped ? NULL : copy_request(&request->work);
    if (recorded == NULL) {
        recording->lost++;
        return NULL;
    }
    if (!window->started)
        window->start_ns = now_ns;
    window->started = true;
    recorded->at_ns = now_ns;
    recorded->session = session;
    recording->requests++;
    recording->span_ns = now_ns - window->start_ns;
    recording->dropped_fields += request->dropped;
    if (window->last != NULL)
        window->last->next = recorded;
    else
        window->first = recorded;
    window->last = recorded;
    window->count++;
    window->bytes += recorded->content_bytes;
    while (window->count > WM_WINDOW_REQUESTS ||
           (window->bytes > WM_WINDOW_BYTES && window->count > 1))
        write_first(window, window->first);
    return recorded;
}

void wm_window_settle(struct wm_window *window, struct wm_recorded *recorded,
                      const struct wm_protocol_reply *reply, uint64_t now_ns)
{
    recorded->settled = true;
    if (recorded->left) {
        free_recorded(recorded);
        return;
    }
    if (reply != NULL) {
        recorded->answered = true;
        recorded->status = reply->status;
        memcpy(recorded->outcome, reply->outcome, sizeof(recorded->outcome));
        recorded->latency_ns = now_ns - recorded->at_ns;
    }
    while (window->first != NULL && window->first->settled)
        write_first(window, window->first);
}

void wm_window_finish(struct wm_window *window)
{
    while (window->first != NULL)
        write_first(window, window->first);
}

void wm_window_free(struct wm_window *window)
{
    if (window == NULL)
        return;
    while (window->first != NULL) {
        struct wm_recorded *recorded = window->first;
        window->first = recorded->next;
        free_recorded(recorded);
    }
    free(window);
}
