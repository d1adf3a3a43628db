/* ids.h - from the ids of a file to indices. Not for other rooms.
 *
 * Ids may be any numbers but are 1, 2, 3 ... as a rule, which takes no table. Otherwise small ones
 * are looked up in an array, the others by bisection, so that no choice of ids makes reading slow.
 */
#ifndef WM_PPROF_IDS_H
#define WM_PPROF_IDS_H

#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

#define WM_NO_INDEX UINT32_MAX

struct wm_ids {
    uint64_t dense_count; /* the ids are 1 up to this, in this order, and there is nothing else */
    uint32_t *small;      /* by id; WM_NO_INDEX where there is none */
    uint64_t small_count;
    struct wm_id *large; /* sorted by id */
    size_t large_count;
};

/* One for each of `count` things, fewer than 2^32; thing i has the id at `first` + i * `step`
 * bytes. On -EEXIST two have the same: *ret_second is the later one. -ENOMEM. wm_ids_done is due in
 * any case. */
WM_MUST_USE int wm_ids_init(struct wm_ids *ids, const void *first, size_t step, size_t count,
                            size_t *ret_second);
void wm_ids_done(struct wm_ids *ids);

uint32_t wm_ids_find_large(const struct wm_ids *ids, uint64_t id);

/* Its index, or WM_NO_INDEX. */
static inline uint32_t wm_ids_find(const struct wm_ids *ids, uint64_t id)
{
    if (id - 1 < ids->dense_count)
        return (uint32_t)(id - 1);
    return id < ids->small_count ? ids->small[id] : wm_ids_find_large(ids, id);
}

#endif
