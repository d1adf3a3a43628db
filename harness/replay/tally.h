/* tally.h - results into one worker's tables of the shared region.
 *
 * Knows neither clock nor loop. One writer per table: the worker. */
#ifndef WM_REPLAY_TALLY_H
#define WM_REPLAY_TALLY_H

#include "drivers/driver.h"
#include "profiles/wire/region.h"

#include <stdint.h>

struct wm_tally {
    struct wm_region *region;
    struct wm_worker_table *table;
    uint32_t cells_used;
};

/* What the worker knew of a request when it was sent. */
struct wm_tally_request {
    uint64_t index;
    uint64_t hash; /* wm_work_hash() */
    uint32_t row;
};

/* `worker` < WM_WORKER_MAX, and its table is empty. */
void wm_tally_init(struct wm_tally *tally, struct wm_region *region, uint32_t worker);
/* Counts a request that ended. */
void wm_tally_add(struct wm_tally *tally, const struct wm_tally_request *request,
                  const struct wm_driver_result *result, uint64_t latency_ns);
/* Counts many requests of one mix row (or WM_ROW_NONE) that took one path, without latencies. */
struct wm_tally_sum {
    uint64_t first_index, requests, errors, allocs, alloc_bytes;
    uint32_t row, path;
};
void wm_tally_add_many(struct wm_tally *tally, const struct wm_tally_sum *sum);
/* Counts how much later than due a request was sent. */
void wm_tally_late(struct wm_tally *tally, uint64_t late_ns);

#endif
