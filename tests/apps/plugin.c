/* plugin.c - an app that opens its plugin by bare name, through its own RUNPATH ($ORIGIN/lib).
 *
 * Entry point Plugin: opens libwm_plug1.so, calls it and closes it again. */
#include <waymark/waymark.h>

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef int plug_fn(uint64_t steps);

static int call_plug(void *library)
{
    WM_SEGMENT("CallPlug");
    plug_fn *work;
    void *symbol = dlsym(library, "plug_work");
    memcpy(&work, &symbol, sizeof(work)); /* ISO C has no cast for it */
    return work != NULL && work(20000) == 1 ? 0 : -1;
}

static int plugin(const struct wm_request *request, struct wm_reply *reply)
{
    (void)request;
    WM_SEGMENT("Plugin");
    void *library = dlopen("libwm_plug1.so", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "plugin: %s\n", dlerror());
        return -1;
    }
    int rc = call_plug(library);
    dlclose(library);
    wm_reply_write(reply, "plugged\n", 8);
    return rc;
}
WM_ENTRY("Plugin", plugin);
