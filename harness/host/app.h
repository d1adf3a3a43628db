/* app.h - the app in this process: loaded, its entry points known. */
#ifndef WM_HOST_APP_H
#define WM_HOST_APP_H

#include "harness/core/error.h"
#include "profiles/probe/probe.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_app {
    struct wm_app_entry {
        const struct wm_entry *entry;
        uint32_t number; /* in wm_region.entries */
    } entries[WM_ENTRY_MAX];
    uint32_t count;
    uint64_t bias; /* what the loader added to the file's addresses */
};

/* Loads the shared object `name` and lists its entry points. -ENOEXEC with the loader's own words,
 * -EINVAL when it registers one twice. It is never unloaded. */
WM_MUST_USE int wm_app_load(const char *name, struct wm_app *app, struct wm_error *err);
/* -EINVAL with advice when it registered none. */
WM_MUST_USE int wm_app_need_entry(const struct wm_app *app, const char *name, struct wm_error *err);
/* The entry point `name`; NULL when there is none. An empty name means the only one. */
const struct wm_app_entry *wm_app_find(const struct wm_app *app, const char *name);
/* "HandleRequest, Refund" into `text`. */
void wm_app_list(const struct wm_app *app, char *text, size_t bytes);

#endif
