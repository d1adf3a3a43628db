/* pick.h - one of several, by weight, in constant time. */
#ifndef WM_WORKLOADS_PICK_H
#define WM_WORKLOADS_PICK_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "workloads/random.h"

#include <stdint.h>

struct wm_pick_slot;

struct wm_pick {
    const struct wm_pick_slot *slots;
    uint32_t count;
};

/* Prepares a choice among `count` > 0 weights, each above 0; its memory is the arena's. -ERANGE
 * when the sum of the weights is beyond a double, -ENOMEM. */
WM_MUST_USE int wm_pick_init(struct wm_pick *pick, const double *weights, uint32_t count,
                             struct wm_arena *arena);
/* A number below `count`; one draw. */
uint32_t wm_pick_draw(const struct wm_pick *pick, struct wm_random *random);

#endif
