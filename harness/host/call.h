/* call.h - the drivers that call entry points in this process. */
#ifndef WM_HOST_CALL_H
#define WM_HOST_CALL_H

#include "drivers/driver.h"
#include "harness/host/app.h"

/* struct wm_driver_settings.target of both drivers. */
struct wm_call_target {
    const struct wm_app *app;
    const char *default_entry; /* for work that names none */
    bool sleeps; /* the workers wait between requests, so that their own CPU time is measured
                    apart; those of asynchronous entry points always do */
};

/* One request at a time: it has ended when send() returns. */
extern const struct wm_driver_ops wm_driver_call;
/* For WM_ASYNC_ENTRY: many at a time, ended from any thread by wm_request_done(). */
extern const struct wm_driver_ops wm_driver_call_async;

#endif
