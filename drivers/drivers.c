/* drivers.c - the table of drivers that need no app to be linked in. */
#include "drivers/drivers.h"

#include "drivers/net.h"

#include <string.h>

static const struct wm_driver_ops *const drivers[] = {
    &wm_driver_null,
    &wm_driver_net,
};

size_t wm_driver_count(void)
{
    return sizeof(drivers) / sizeof(drivers[0]);
}

const struct wm_driver_ops *wm_driver_at(size_t i)
{
    return drivers[i];
}

const struct wm_driver_ops *wm_driver_find(const char *name)
{
    for (size_t i = 0; i < wm_driver_count(); i++) {
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    }
    return NULL;
}
