/* null.c - the driver that completes each request at once: what the harness itself costs. */
#include "drivers/drivers.h"

#include "harness/core/clock.h"

#include <errno.h>
#include <stdlib.h>

struct wm_driver {
    struct wm_driver_sink *sink;
};

static int null_open(const struct wm_driver_settings *settings, struct wm_driver **ret_driver,
                     struct wm_error *err)
{
    struct wm_driver *driver = calloc(1, sizeof(*driver));
    if (driver == NULL)
        return wm_fail(err, -ENOMEM, "out of memory for the null driver");
    driver->sink = settings->sink;
    *ret_driver = driver;
    return 0;
}

static int null_send(struct wm_driver *driver, uint32_t slot, const struct wm_work *work,
                     bool counted)
{
    (void)work;
    (void)counted;
    struct wm_driver_result result = {.end_ns = wm_clock_now_ns()};
    driver->sink->done(driver->sink, slot, &result);
    return 0;
}

static void null_close(struct wm_driver *driver)
{
    free(driver);
}

const struct wm_driver_ops wm_driver_null = {
    .name = "null",
    .help = "completes each request at once: what the harness itself costs",
    .open = null_open,
    .send = null_send,
    .close = null_close,
};
