/* call.c - a request becomes a function call, on the worker's own thread. */
#include "harness/host/call.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct wm_request_field) == sizeof(struct wm_work_field) &&
                   offsetof(struct wm_request_field, value) ==
                       offsetof(struct wm_work_field, value),
               "work's fields are handed to the app as they are");

struct wm_driver {
    struct wm_driver_sink *sink;
    const struct wm_call_target *target;
    const struct wm_app_entry *last; /* the entry of the last request: mostly the next one's too */
};

static int call_open(const struct wm_driver_settings *settings, struct wm_driver **ret_driver,
                     struct wm_error *err)
{
    struct wm_driver *driver = calloc(1, sizeof(*driver));
    if (driver == NULL)
        return wm_fail(err, -ENOMEM, "out of memory");
    driver->sink = settings->sink;
    driver->target = settings->target;
    *ret_driver = driver;
    return 0;
}

static const struct wm_app_entry *find_entry(struct wm_driver *driver, const char *name)
{
    if (name[0] == '\0')
        name = driver->target->default_entry;
    if (driver->last == NULL || strcmp(driver->last->entry->name, name) != 0)
        driver->last = wm_app_find(driver->target->app, name);
    return driver->last;
}

static int call_send(struct wm_driver *driver, uint32_t slot, const struct wm_work *work,
                     bool counted)
{
    const struct wm_app_entry *entry = find_entry(driver, work->entry);
    if (entry == NULL)
        return -ENOENT;
    if (driver->target->sleeps)
        wm_probe_harness_turn(false);
    struct wm_context *context = wm_probe_begin(entry->number, work->row, work->index, counted);
    if (context == NULL)
        return -EBUSY;
    struct wm_request request = {
        .entry = entry->entry->name,
        .fields = (const struct wm_request_field *)(const void *)work->fields,
        .field_count = work->field_count,
        .body = work->body,
        .body_bytes = work->body_bytes,
        .index = work->index,
        .context = context,
    };
    struct wm_reply reply = {0};
    int status = entry->entry->function(&request, &reply);
    struct wm_probe_end end;
    wm_probe_end(context, &end);
    if (driver->target->sleeps)
        wm_probe_harness_turn(true);
    struct wm_driver_result result = {
        .status = status,
        .path = end.path,
        .end_ns = end.end_ns,
        .sampling_ns = end.sampling_ns,
        .allocs = end.allocs,
        .alloc_bytes = end.alloc_bytes,
        .reply_bytes = reply.bytes,
    };
    driver->sink->done(driver->sink, slot, &result);
    return 0;
}

static void call_close(struct wm_driver *driver)
{
    free(driver);
}

const struct wm_driver_ops wm_driver_call = {
    .name = "call",
    .help = "calls the app's entry points",
    .open = call_open,
    .send = call_send,
    .close = call_close,
};
