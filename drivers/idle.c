/* idle.c - which of so many things are free: a ring of links, with one more that stands for the
 * ends. */
#include "drivers/idle.h"

#include <stdlib.h>

struct link {
    uint32_t previous, next;
};

struct wm_idle {
    uint32_t count;
    struct link links[]; /* of the numbers, then of the ends: its next is the first */
};

struct wm_idle *wm_idle_new(uint32_t count)
{
    struct wm_idle *idle = calloc(1, sizeof(*idle) + (count + 1u) * sizeof(idle->links[0]));
    if (idle == NULL)
        return NULL;
    idle->count = count;
    idle->links[count] = (struct link){count, count};
    return idle;
}

void wm_idle_free(struct wm_idle *idle)
{
    free(idle);
}

void wm_idle_add(struct wm_idle *idle, uint32_t number)
{
    struct link *ends = &idle->links[idle->count];
    idle->links[number] = (struct link){ends->previous, idle->count};
    idle->links[ends->previous].next = number;
    ends->previous = number;
}

void wm_idle_remove(struct wm_idle *idle, uint32_t number)
{
    const struct link *link = &idle->links[number];
    idle->links[link->previous].next = link->next;
    idle->links[link->next].previous = link->previous;
}

uint32_t wm_idle_longest(const struct wm_idle *idle)
{
    uint32_t first = idle->links[idle->count].next;
    return first != idle->count ? first : WM_IDLE_NONE;
}
