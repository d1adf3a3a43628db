/* pairs.h - a pair of numbers to one number, in order of first use. Private to this room.
 *
 * A walk over a profile asks once per frame, tens of millions of times; that is why this is not
 * core/intern.h, which hashes bytes and keeps copies of them. Where most pairs are of small
 * numbers, those can have a table of their own, which is asked in a nanosecond. */
#ifndef WM_REPORT_PAIRS_H
#define WM_REPORT_PAIRS_H

#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

struct wm_pair_slot {
    uint64_t pair;
    uint32_t number_plus_1; /* 0: free */
};

/* Zeroed is empty. */
struct wm_pairs {
    uint32_t *near; /* of pairs below rows and columns: their numbers + 1; 0: not used yet */
    uint32_t rows, columns;
    struct wm_pair_slot *slots; /* of the others: open addressing, at most three quarters taken */
    size_t slot_count;          /* 0, or a power of two */
    size_t taken;
    size_t count; /* of all */
};

/* With a table of rows * columns numbers for small ones. -ENOMEM. */
WM_MUST_USE int wm_pairs_init(struct wm_pairs *pairs, uint32_t rows, uint32_t columns);
void wm_pairs_done(struct wm_pairs *pairs);
/* The number of a pair that may be new: then it is the count before; -ENOMEM. */
WM_MUST_USE int64_t wm_pairs_add_new(struct wm_pairs *pairs, uint32_t first, uint32_t second);

static inline uint64_t wm_pair(uint32_t first, uint32_t second)
{
    return (uint64_t)first << 32 | second;
}

static inline size_t wm_pair_hash(uint64_t pair)
{
    pair *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(pair ^ pair >> 32);
}

/* Where the number of a pair of small numbers stands; NULL: they are not that small. */
static inline uint32_t *wm_pairs_near(const struct wm_pairs *pairs, uint32_t first, uint32_t second)
{
    return first < pairs->rows && second < pairs->columns
               ? &pairs->near[(size_t)first * pairs->columns + second]
               : NULL;
}

/* Asks for the memory that the next call will want, if they are not. */
static inline void wm_pairs_ask(const struct wm_pairs *pairs, uint32_t first, uint32_t second)
{
    if (pairs->slot_count > 0)
        __builtin_prefetch(
            &pairs->slots[wm_pair_hash(wm_pair(first, second)) & (pairs->slot_count - 1)]);
}

/* The number of the pair, from 0; below 0: it has none. */
static inline int64_t wm_pairs_find(const struct wm_pairs *pairs, uint32_t first, uint32_t second)
{
    const uint32_t *near = wm_pairs_near(pairs, first, second);
    uint64_t pair = wm_pair(first, second);
    size_t mask = pairs->slot_count - 1;
    if (near != NULL || pairs->slot_count == 0)
        return near != NULL ? (int64_t)*near - 1 : -1;
    for (size_t at = wm_pair_hash(pair) & mask;; at = (at + 1) & mask) {
        const struct wm_pair_slot *slot = &pairs->slots[at];
        if (slot->number_plus_1 == 0 || slot->pair == pair)
            return (int64_t)slot->number_plus_1 - 1;
    }
}

/* The number of the pair, from 0; -ENOMEM. */
WM_MUST_USE static inline int64_t wm_pairs_add(struct wm_pairs *pairs, uint32_t first,
                                               uint32_t second)
{
    const int64_t number = wm_pairs_find(pairs, first, second);
    return number >= 0 ? number : wm_pairs_add_new(pairs, first, second);
}

#endif
