/* tally.c - results into one worker's tables of the shared region. */
#include "harness/replay/tally.h"

#include <stddef.h>

/* Probing ends at a free cell, so some must stay free; and a path has one of its own whatever rows
 * there are. */
enum {
    CELLS_USED_MAX = WM_CELL_MAX + WM_PATH_MAX,
    CELLS_OF_ROWS = WM_CELL_MAX,
};
_Static_assert((int)CELLS_USED_MAX < (int)WM_CELL_SLOTS, "probing needs free cells");

void wm_tally_init(struct wm_tally *tally, struct wm_region *region, uint32_t worker)
{
    *tally = (struct wm_tally){.region = region, .table = &region->workers[worker]};
}

/* The cell of (row, path): the one there is or a new one; NULL when `limit` cells are used. */
static struct wm_cell *find_cell(struct wm_tally *tally, uint32_t row, uint32_t path,
                                 uint32_t limit)
{
    uint64_t key = (uint64_t)row << 32 | path;
    uint32_t at = (uint32_t)(wm_hash_mix(key) & (WM_CELL_SLOTS - 1));
    for (;;) {
        struct wm_cell *cell = &tally->table->cells[at];
        if (cell->requests == 0) {
            if (tally->cells_used >= limit)
                return NULL;
            tally->cells_used++;
            cell->row = row;
            cell->path = path;
            cell->first_index = UINT64_MAX;
            return cell;
        }
        if (cell->row == row && cell->path == path)
            return cell;
        at = (at + 1) & (WM_CELL_SLOTS - 1);
    }
}

/* The worker's histogram of a path, taken from the common stock on first use; NULL when the stock
 * is used up. */
static struct wm_histogram *find_histogram(struct wm_tally *tally, uint32_t path)
{
    uint32_t number = tally->table->latency[path];
    if (number == 0) {
        /* Looked at first, so that the count does not go round after very many misses. */
        if (atomic_load_explicit(&tally->region->histogram_count, memory_order_relaxed) >=
            WM_HISTOGRAM_MAX)
            return NULL;
        number =
            1 + atomic_fetch_add_explicit(&tally->region->histogram_count, 1, memory_order_relaxed);
        if (number > WM_HISTOGRAM_MAX) {
            atomic_fetch_sub_explicit(&tally->region->histogram_count, 1, memory_order_relaxed);
            return NULL;
        }
        tally->table->latency[path] = number;
    }
    return &tally->region->histograms[number - 1];
}

static uint32_t known_path(uint32_t path)
{
    return path < WM_PATH_MAX ? path : WM_PATH_OTHER;
}

void wm_tally_add_many(struct wm_tally *tally, const struct wm_tally_sum *sum)
{
    struct wm_worker_table *table = tally->table;
    uint32_t path = known_path(sum->path);
    if (sum->requests == 0) /* a cell of none is a free one */
        return;
    table->requests += sum->requests;
    table->errors += sum->errors;

    struct wm_cell *cell = find_cell(tally, sum->row, path, CELLS_OF_ROWS);
    if (cell == NULL) {
        table->cells_lost += sum->requests;
        cell = find_cell(tally, WM_ROW_NONE, path, CELLS_USED_MAX);
    }
    cell->requests += sum->requests;
    cell->errors += sum->errors;
    cell->allocs += sum->allocs;
    cell->alloc_bytes += sum->alloc_bytes;
    if (sum->first_index < cell->first_index)
        cell->first_index = sum->first_index;
}

void wm_tally_add(struct wm_tally *tally, const struct wm_tally_request *request,
                  const struct wm_driver_result *result, uint64_t latency_ns)
{
    struct wm_worker_table *table = tally->table;
    const struct wm_tally_sum one = {
        .first_index = request->index,
        .requests = 1,
        .errors = result->status != 0,
        .allocs = result->allocs,
        .alloc_bytes = result->alloc_bytes,
        .row = request->row,
        .path = result->path,
    };
    wm_tally_add_many(tally, &one);
    table->reply_bytes += result->reply_bytes;
    table->checksum += request->hash;

    struct wm_histogram *latency = find_histogram(tally, known_path(result->path));
    if (latency != NULL)
        wm_histogram_add(latency, latency_ns);
    else
        table->latency_lost++;
}

void wm_tally_late(struct wm_tally *tally, uint64_t late_ns)
{
    wm_histogram_add(&tally->table->late, late_ns);
}
