/* drivers.h - the table of drivers. */
#ifndef WM_DRIVERS_DRIVERS_H
#define WM_DRIVERS_DRIVERS_H

#include "drivers/driver.h"

#include <stddef.h>

/* Completes each request at once: what the harness itself costs. */
extern const struct wm_driver_ops wm_driver_null;

/* The table, for help and tests. wm_driver_at: `i` < wm_driver_count(). */
size_t wm_driver_count(void);
const struct wm_driver_ops *wm_driver_at(size_t i);
/* The driver of that name, NULL when there is none. */
const struct wm_driver_ops *wm_driver_find(const char *name);

#endif
