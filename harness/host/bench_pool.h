/* bench_pool.h - the requests of one entry point, made before anything is timed, and tried once.
 *
 * From a mix come the first POOL_ITEMS requests to that entry point, in the mix's own order, which
 * the benchmark goes round and round; without one, the single request that the plan's fields make.
 * Trying them warms up, and tells which execution path each takes: those of one mix row and path
 * are a group, under whose context they are called later. */
#ifndef WM_HOST_BENCH_POOL_H
#define WM_HOST_BENCH_POOL_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/host/app.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_stream;

struct wm_pool_item {
    struct wm_request request; /* its context is the caller's to set */
    uint32_t group;
};

struct wm_pool_group {
    uint64_t first_index; /* of its first request */
    uint32_t row, path;
    bool mixed; /* the rest, past the limit: of any row (WM_ROW_NONE) and path */
};

struct wm_pool {
    const struct wm_app_entry *entry;
    struct wm_arena arena; /* owns all */
    struct wm_pool_item *items;
    struct wm_pool_group *groups;
    uint32_t item_count, group_count;
};

/* 0; -ENOENT when the mix has no request for the entry point; -ENOMEM. Undo with wm_pool_done, also
 * on failure. `group_max` above 1: the last one is for all that would make further groups. */
WM_MUST_USE int wm_pool_fill(struct wm_pool *pool, const struct wm_app_entry *entry,
                             struct wm_stream *stream, uint32_t group_max, struct wm_error *err);
void wm_pool_done(struct wm_pool *pool);

#endif
