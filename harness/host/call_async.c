/* call_async.c - a request is started by a function call and ends when the app says so, on
 * whatever thread. Ended requests wait in a list; the worker's loop is woken to take them. */
#include "harness/core/arena.h"
#include "harness/host/call.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct flight {
    struct wm_request request; /* first: what the app holds */
    struct wm_reply reply;
    struct wm_arena arena; /* the request's own copy of its fields and body */
    struct wm_driver *driver;
    struct flight *next; /* in the list of ended ones */
    struct wm_driver_result result;
    uint32_t slot;
    bool busy;
};

/* Requests may end after the worker has given up on them, so flights and the driver are freed by
 * whoever comes last. */
struct wm_driver {
    struct wm_driver_sink *sink;
    const struct wm_call_target *target;
    uv_async_t *wake;
    pthread_mutex_t lock;
    struct flight *ended;
    uint32_t flying;
    bool closed;
    uint32_t slots;
    struct flight *flights;
};

static void take_ended(uv_async_t *wake);
static void on_done(const struct wm_request *request, int status, const struct wm_probe_end *end);

static void free_driver(struct wm_driver *driver)
{
    for (uint32_t i = 0; driver->flights != NULL && i < driver->slots; i++)
        wm_arena_done(&driver->flights[i].arena);
    pthread_mutex_destroy(&driver->lock);
    free(driver->flights);
    free(driver);
}

static int async_open(const struct wm_driver_settings *settings, struct wm_driver **ret_driver,
                      struct wm_error *err)
{
    struct wm_driver *driver = calloc(1, sizeof(*driver));
    uv_async_t *wake = malloc(sizeof(*wake));
    if (driver != NULL) {
        driver->slots = settings->slots;
        driver->flights = calloc(settings->slots, sizeof(*driver->flights));
    }
    if (driver == NULL || wake == NULL || driver->flights == NULL)
        goto failed;
    driver->sink = settings->sink;
    driver->target = settings->target;
    driver->wake = wake;
    pthread_mutex_init(&driver->lock, NULL);
    for (uint32_t i = 0; i < driver->slots; i++) {
        wm_arena_init(&driver->flights[i].arena);
        driver->flights[i].driver = driver;
        driver->flights[i].slot = i;
    }
    int rc = uv_async_init(settings->loop, wake, take_ended);
    if (rc == 0) {
        wake->data = driver;
        *ret_driver = driver;
        return 0;
    }
    free_driver(driver);
    free(wake);
    return wm_fail_errno(err, rc, "", "wake a loop from another thread");
failed:
    if (driver != NULL)
        free(driver->flights);
    free(driver);
    free(wake);
    return wm_fail(err, -ENOMEM, "out of memory");
}

/* The app may look at its request until it ends: it gets a copy. */
static int copy_work(struct flight *flight, const struct wm_work *work)
{
    struct wm_arena *arena = &flight->arena;
    wm_arena_reset(arena);
    struct wm_request_field *fields =
        wm_arena_alloc(arena, (work->field_count + 1) * sizeof(*fields));
    if (fields == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < work->field_count; i++) {
        fields[i].name = wm_arena_copy(arena, work->fields[i].name, strlen(work->fields[i].name));
        fields[i].value =
            wm_arena_copy(arena, work->fields[i].value, strlen(work->fields[i].value));
        if (fields[i].name == NULL || fields[i].value == NULL)
            return -ENOMEM;
    }
    flight->request.fields = fields;
    flight->request.field_count = work->field_count;
    flight->request.body = NULL;
    flight->request.body_bytes = work->body_bytes;
    if (work->body != NULL) {
        flight->request.body = wm_arena_copy(arena, work->body, work->body_bytes);
        if (flight->request.body == NULL)
            return -ENOMEM;
    }
    return 0;
}

static void end_here(struct flight *flight, int status)
{
    struct wm_probe_end end;
    wm_probe_end(flight->request.context, &end);
    on_done(&flight->request, status, &end);
}

static int async_send(struct wm_driver *driver, uint32_t slot, const struct wm_work *work,
                      bool counted)
{
    struct flight *flight = &driver->flights[slot];
    const char *name = work->entry[0] != '\0' ? work->entry : driver->target->default_entry;
    const struct wm_app_entry *entry = wm_app_find(driver->target->app, name);
    if (entry == NULL)
        return -ENOENT;
    if (flight->busy)
        return -EBUSY;
    int rc = copy_work(flight, work);
    if (rc < 0)
        return rc;
    wm_probe_harness_turn(false);
    struct wm_context *context = wm_probe_begin(entry->number, work->row, work->index, counted);
    if (context == NULL)
        return -EBUSY;
    struct wm_request *request = &flight->request;
    request->entry = entry->entry->name;
    request->index = work->index;
    request->context = context;
    request->done = on_done;
    request->user = flight;
    flight->reply.bytes = 0;
    flight->busy = true;
    pthread_mutex_lock(&driver->lock);
    driver->flying++;
    pthread_mutex_unlock(&driver->lock);

    atomic_store(&request->phase, WM_REQUEST_ENTERING);
    int status = entry->entry->function(request, &flight->reply);
    if (wm_context_current == context)
        (void)wm_context_detach();
    uint32_t entering = WM_REQUEST_ENTERING;
    bool early = !atomic_compare_exchange_strong(&request->phase, &entering, WM_REQUEST_STARTED);
    if (early)
        end_here(flight, request->early_status);
    else if (status != 0 || entry->entry->async == 0)
        end_here(flight, status);
    wm_probe_harness_turn(true);
    return 0;
}

static void on_done(const struct wm_request *request, int status, const struct wm_probe_end *end)
{
    struct flight *flight = request->user;
    struct wm_driver *driver = flight->driver;
    flight->result = (struct wm_driver_result){
        .status = status,
        .path = end->path,
        .end_ns = end->end_ns,
        .sampling_ns = end->sampling_ns,
        .allocs = end->allocs,
        .alloc_bytes = end->alloc_bytes,
        .reply_bytes = flight->reply.bytes,
    };
    pthread_mutex_lock(&driver->lock);
    driver->flying--;
    flight->next = driver->ended;
    driver->ended = flight;
    bool last = driver->closed && driver->flying == 0;
    if (!driver->closed)
        (void)uv_async_send(driver->wake);
    pthread_mutex_unlock(&driver->lock);
    if (last)
        free_driver(driver);
}

static void take_ended(uv_async_t *wake)
{
    struct wm_driver *driver = wake->data;
    pthread_mutex_lock(&driver->lock);
    struct flight *flight = driver->ended;
    driver->ended = NULL;
    pthread_mutex_unlock(&driver->lock);
    while (flight != NULL) {
        struct flight *next = flight->next;
        struct wm_driver_result result = flight->result;
        flight->busy = false;
        driver->sink->done(driver->sink, flight->slot, &result);
        flight = next;
    }
}

static void free_wake(uv_handle_t *handle)
{
    free((uv_async_t *)handle);
}

static void async_close(struct wm_driver *driver)
{
    uv_close((uv_handle_t *)driver->wake, free_wake);
    pthread_mutex_lock(&driver->lock);
    driver->closed = true;
    bool last = driver->flying == 0;
    pthread_mutex_unlock(&driver->lock);
    if (last)
        free_driver(driver);
}

const struct wm_driver_ops wm_driver_call_async = {
    .name = "call-async",
    .help = "calls the app's asynchronous entry points",
    .open = async_open,
    .send = async_send,
    .close = async_close,
};
