/* pairs.c - what a table of pairs does seldom: grow, and take in new ones. */
#include "profiles/report/pairs.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST_SLOT_COUNT = 256 };

int wm_pairs_init(struct wm_pairs *pairs, uint32_t rows, uint32_t columns)
{
    *pairs = (struct wm_pairs){
        .near = calloc((size_t)rows * columns + 1, sizeof(pairs->near[0])),
        .rows = rows,
        .columns = columns,
    };
    return pairs->near != NULL ? 0 : -ENOMEM;
}

void wm_pairs_done(struct wm_pairs *pairs)
{
    free(pairs->near);
    free(pairs->slots);
    *pairs = (struct wm_pairs){.slots = NULL};
}

static struct wm_pair_slot *find_slot(struct wm_pair_slot *slots, size_t slot_count, uint64_t pair)
{
    size_t at = wm_pair_hash(pair) & (slot_count - 1);
    while (slots[at].number_plus_1 != 0 && slots[at].pair != pair)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static int grow(struct wm_pairs *pairs)
{
    size_t slot_count = pairs->slot_count == 0 ? FIRST_SLOT_COUNT : 2 * pairs->slot_count;
    struct wm_pair_slot *slots = calloc(slot_count, sizeof(slots[0]));
    if (slots == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < pairs->slot_count; i++)
        if (pairs->slots[i].number_plus_1 != 0)
            *find_slot(slots, slot_count, pairs->slots[i].pair) = pairs->slots[i];
    free(pairs->slots);
    pairs->slots = slots;
    pairs->slot_count = slot_count;
    return 0;
}

int64_t wm_pairs_add_new(struct wm_pairs *pairs, uint32_t first, uint32_t second)
{
    uint32_t *number_plus_1 = wm_pairs_near(pairs, first, second);
    if (pairs->count >= UINT32_MAX - 1)
        return -ENOMEM;
    if (number_plus_1 == NULL) {
        uint64_t pair = wm_pair(first, second);
        if ((pairs->taken + 1) * 4 > pairs->slot_count * 3 && grow(pairs) < 0)
            return -ENOMEM;
        struct wm_pair_slot *slot = find_slot(pairs->slots, pairs->slot_count, pair);
        pairs->taken += slot->number_plus_1 == 0;
        slot->pair = pair;
        number_plus_1 = &slot->number_plus_1;
    }
    if (*number_plus_1 == 0)
        *number_plus_1 = (uint32_t)++pairs->count;
    return (int64_t)*number_plus_1 - 1;
}
