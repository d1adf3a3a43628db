/* idle.h - which of so many things are free, the longest free first. Pure. */
#ifndef WM_DRIVERS_IDLE_H
#define WM_DRIVERS_IDLE_H

#include <stdint.h>

#define WM_IDLE_NONE UINT32_MAX

struct wm_idle;

/* Numbers below `count`, none of them free. NULL when memory is out. */
struct wm_idle *wm_idle_new(uint32_t count);
void wm_idle_free(struct wm_idle *idle);
/* A number that is not free becomes so, or the other way round. */
void wm_idle_add(struct wm_idle *idle, uint32_t number);
void wm_idle_remove(struct wm_idle *idle, uint32_t number);
/* The one that has been free for longest; WM_IDLE_NONE: none is. */
uint32_t wm_idle_longest(const struct wm_idle *idle);

#endif
