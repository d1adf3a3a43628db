/* drivers.h - the table of drivers. */
#ifndef WM_DRIVERS_DRIVERS_H
#define WM_DRIVERS_DRIVERS_H

#include "drivers/driver.h"

/* Completes each request at once: what the harness itself costs. */
extern const struct wm_driver_ops wm_driver_null;

#endif
