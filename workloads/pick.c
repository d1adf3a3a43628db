/* pick.c - the alias method: n slots of equal size, each shared by at most two choices.
 *
 * A. J. Walker: An efficient method for generating discrete random variables with general
 * distributions, TOMS 3 (1977), filled as by M. D. Vose: A linear algorithm for generating random
 * numbers with a given distribution, IEEE TSE 17 (1991). Only +, *, / on doubles while filling:
 * equal on every machine. */
#include "workloads/pick.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct wm_pick_slot {
    uint64_t cutoff; /* below it the slot's own number, otherwise `other` */
    uint32_t other;
};

/* Gives each slot below 1 its rest from a slot above 1. `part` holds shares times count; `order`
 * is room for two stacks that grow towards each other: those below 1 and those not. */
static void fill(struct wm_pick_slot *slots, double *part, uint32_t *order, uint32_t count)
{
    uint32_t small = 0;
    uint32_t large = count;

    for (uint32_t i = count; i-- > 0;) {
        slots[i] = (struct wm_pick_slot){.cutoff = UINT64_MAX, .other = i};
        if (part[i] < 1.0)
            order[small++] = i;
        else
            order[--large] = i;
    }
    while (small > 0 && large < count) {
        uint32_t below = order[--small];
        uint32_t above = order[large];
        slots[below].cutoff = (uint64_t)(part[below] * 0x1p64);
        slots[below].other = above;
        part[above] = (part[above] + part[below]) - 1.0;
        if (part[above] < 1.0) {
            large++;
            order[small++] = above;
        }
    }
}

int wm_pick_init(struct wm_pick *pick, const double *weights, uint32_t count,
                 struct wm_arena *arena)
{
    struct wm_pick_slot *slots = wm_arena_alloc(arena, count * sizeof(*slots));
    double *part = malloc(count * sizeof(*part));
    uint32_t *order = malloc(count * sizeof(*order));
    double total = 0;
    int rc = -ENOMEM;

    if (slots == NULL || part == NULL || order == NULL)
        goto out;
    for (uint32_t i = 0; i < count; i++)
        total += weights[i];
    rc = -ERANGE;
    if (!isfinite(total))
        goto out;
    for (uint32_t i = 0; i < count; i++)
        part[i] = weights[i] / total * count;
    fill(slots, part, order, count);
    *pick = (struct wm_pick){.slots = slots, .count = count};
    rc = 0;
out:
    free(part);
    free(order);
    return rc;
}

uint32_t wm_pick_draw(const struct wm_pick *pick, struct wm_random *random)
{
    /* The product's high half is the slot, its low half where in the slot. */
    unsigned __int128 product = (unsigned __int128)wm_random_u64(random) * pick->count;
    uint32_t number = (uint32_t)(product >> 64);
    const struct wm_pick_slot *slot = &pick->slots[number];
    return (uint64_t)product < slot->cutoff ? number : slot->other;
}
