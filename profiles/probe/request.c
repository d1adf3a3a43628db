/* request.c - requests and entry points, as the app sees them. */
#include "profiles/probe/probe.h"
#include "profiles/probe/state.h"
#include "profiles/wire/shared.h"

#include <errno.h>
#include <string.h>

static struct wm_entry *entries;
void wm_entry_name_register(const char *name)
{
    if (wm_probe.region != NULL)
        (void)wm_shared_entry(wm_probe.region, name);
}

WM_EXPORT void wm_entry_register(struct wm_entry *entry)
{
    entry->next = entries;
    entries = entry;
    wm_entry_name_register(entry->name);
}

WM_EXPORT int wm_probe_entry_number(const char *name, uint32_t *ret_number)
{
    *ret_number = wm_shared_find_entry(wm_probe.region, name);
    return *ret_number != WM_ENTRY_NONE ? 0 : -ENOENT;
}

WM_EXPORT const struct wm_entry *wm_probe_entries(void)
{
    return entries;
}

WM_EXPORT const char *wm_request_field(const struct wm_request *request, const char *name)
{
    for (size_t i = 0; i < request->field_count; i++) {
        if (strcmp(request->fields[i].name, name) == 0)
            return request->fields[i].value;
    }
    return NULL;
}

WM_EXPORT const void *wm_request_body(const struct wm_request *request, size_t *ret_size)
{
    if (ret_size != NULL)
        *ret_size = request->body_bytes;
    return request->body;
}

WM_EXPORT const char *wm_request_entry(const struct wm_request *request)
{
    return request->entry;
}

WM_EXPORT uint64_t wm_request_index(const struct wm_request *request)
{
    return request->index;
}

WM_EXPORT struct wm_context *wm_request_context(const struct wm_request *request)
{
    return request->context;
}

WM_EXPORT void wm_reply_write(struct wm_reply *reply, const void *data, size_t size)
{
    (void)data;
    if (reply != NULL)
        reply->bytes += size;
}

WM_EXPORT void wm_request_done(const struct wm_request *borrowed, int status)
{
    /* The app holds it const; it is the host's, and the phase is ours. */
    struct wm_request *request = (struct wm_request *)(uintptr_t)borrowed;
    uint32_t phase = WM_REQUEST_ENTERING;
    if (atomic_load(&request->phase) == WM_REQUEST_ENTERING)
        request->early_status = status;
    if (atomic_compare_exchange_strong(&request->phase, &phase, WM_REQUEST_EARLY))
        return;
    phase = WM_REQUEST_STARTED;
    if (!atomic_compare_exchange_strong(&request->phase, &phase, WM_REQUEST_ENDED)) {
        static atomic_flag told = ATOMIC_FLAG_INIT;
        if (!atomic_flag_test_and_set(&told))
            wm_probe_note("wm_request_done() was called for a request that %s: it did nothing",
                          phase == WM_REQUEST_SYNC ? "ends by itself, as WM_ENTRY's do"
                                                   : "had ended");
        return;
    }
    struct wm_probe_end end;
    wm_probe_end(request->context, &end);
    request->done(request, status, &end);
}
