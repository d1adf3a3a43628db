/* tables.h - exact counts, one table per worker, written by that worker alone.
 *
 * A cell counts the requests of one mix row that took one path: from the cells come the path
 * table (summed over rows) and the mismatches (each cell against its row's expectation). */
#ifndef WM_WIRE_TABLES_H
#define WM_WIRE_TABLES_H

#include "profiles/wire/histogram.h"
#include "profiles/wire/sites.h"

#include <stdint.h>

enum {
    WM_WORKER_MAX = 64,
    WM_CELL_MAX = 8192,       /* pairs of (row, path) that are told apart */
    WM_CELL_SLOTS = 16384,    /* a power of two; open addressing by hash of (row, path) */
    WM_HISTOGRAM_MAX = 1024,  /* latency histograms in all: one per worker and path */
    WM_ROW_NONE = UINT32_MAX, /* a request that no mix row made */
};

struct wm_cell {
    uint64_t requests; /* 0: the cell is free */
    uint64_t errors;
    uint64_t allocs;
    uint64_t alloc_bytes;
    uint64_t first_index; /* one example request */
    uint32_t row;         /* of the mix, or WM_ROW_NONE */
    uint32_t path;
};

struct wm_worker_table {
    uint64_t requests;
    uint64_t errors;
    uint64_t reply_bytes;
    uint64_t checksum;        /* sum over requests of wm_work_hash(): what was really sent */
    uint64_t cells_lost;      /* requests counted by their path only: too many rows */
    uint64_t latency_lost;    /* requests whose latency found no histogram */
    uint64_t unfinished;      /* requests still open when the run gave up on them */
    struct wm_histogram late; /* dispatch minus due time, open loop only */
    /* Requests to a server that found no free connection: how many waited when one came (itself
     * among them), and the longest time that one did. */
    struct wm_histogram queue; /* a count, not a time */
    uint64_t queue_wait_max_ns;
    uint64_t reconnects;       /* connections that were opened again */
    uint64_t sessions;         /* that were told apart, each on one connection */
    uint64_t busy_ns, wall_ns; /* CPU of the worker's thread in the counted part, and its length */
    uint32_t latency[WM_PATH_MAX]; /* by path: 1 + index into wm_region.histograms, 0 none */
    struct wm_cell cells[WM_CELL_SLOTS];
};

#endif
