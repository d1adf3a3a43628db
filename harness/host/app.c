/* app.c - loads the app and checks what it offers. */
#include "harness/host/app.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

int wm_app_load(const char *name, struct wm_app *app, struct wm_error *err)
{
    memset(app, 0, sizeof(*app));
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        const char *why = dlerror();
        return wm_fail_at(err, -ENOEXEC, name, "cannot be loaded: %s",
                          why != NULL ? why : "for a reason the loader does not tell");
    }
    for (const struct wm_entry *entry = wm_probe_entries(); entry != NULL; entry = entry->next) {
        if (wm_app_find(app, entry->name) != NULL)
            return wm_fail_at(err, -EINVAL, name, "registers the entry point %s twice (%s:%u)",
                              entry->name, entry->file, entry->line);
        if (app->count == WM_ENTRY_MAX)
            return wm_fail_at(err, -EINVAL, name, "registers more than %d entry points",
                              (int)WM_ENTRY_MAX);
        struct wm_app_entry *known = &app->entries[app->count++];
        known->entry = entry;
        if (wm_probe_entry_number(entry->name, &known->number) != 0)
            return wm_fail_at(err, -EINVAL, name, "the entry point %s has no usable name",
                              entry->name);
    }
    /* the list has the last one in front */
    for (uint32_t i = 0; i < app->count / 2; i++) {
        struct wm_app_entry first = app->entries[i];
        app->entries[i] = app->entries[app->count - 1 - i];
        app->entries[app->count - 1 - i] = first;
    }
    struct link_map *map = NULL;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0)
        app->bias = map->l_addr;
    return 0;
}

int wm_app_need_entry(const struct wm_app *app, const char *name, struct wm_error *err)
{
    if (app->count > 0)
        return 0;
    return wm_fail_at(err, -EINVAL, name,
                      "registers no entry point: add WM_ENTRY(\"Name\", function) from "
                      "<waymark/waymark.h> and link it with -lwaymark");
}

const struct wm_app_entry *wm_app_find(const struct wm_app *app, const char *name)
{
    if (name[0] == '\0')
        return app->count == 1 ? &app->entries[0] : NULL;
    for (uint32_t i = 0; i < app->count; i++) {
        if (strcmp(app->entries[i].entry->name, name) == 0)
            return &app->entries[i];
    }
    return NULL;
}

void wm_app_list(const struct wm_app *app, char *text, size_t bytes)
{
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < app->count && at < bytes; i++) {
        int added =
            snprintf(text + at, bytes - at, "%s%s", i > 0 ? ", " : "", app->entries[i].entry->name);
        at += added > 0 ? (size_t)added : 0;
    }
}
