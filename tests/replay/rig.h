/* rig.h - a replay on a real region, with a driver that the test can look into. */
#ifndef WM_TESTS_REPLAY_RIG_H
#define WM_TESTS_REPLAY_RIG_H

#include "harness/replay/replay.h"
#include "tests/support/support.h"
#include "workloads/stream.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { RIG_INDEX_MAX = 1 << 16 };

struct rig {
    char *folder;
    struct wm_region *region;
    int fd;
    struct wm_stream *stream;
    struct wm_replay_settings settings;
    /* Called by rig_driver within each send, on the worker's thread; NULL: nothing. A negative
     * answer is what send returns. */
    int (*on_send)(struct rig *rig, const struct wm_work *work, bool counted);
    _Atomic uint32_t sent;               /* by rig_driver, counted ones */
    _Atomic uint32_t warmed;             /* the others */
    _Atomic uint8_t seen[RIG_INDEX_MAX]; /* how often each index was sent, counted */
};

/* Completes within send() and notes what it sent; its target is the rig. */
extern const struct wm_driver_ops rig_driver;

/* A plan of one thread, one request at a time, closed loop, over a mix without limit; change it
 * before rig_run. `mix` NULL: two rows of one entry. */
void rig_open(struct rig *rig, const char *mix);
/* The same over a trace of `count` requests, `gap_ns` apart. */
void rig_open_trace(struct rig *rig, uint32_t count, uint64_t gap_ns);
void rig_close(struct rig *rig);
/* Runs and fails the test unless that goes well. */
void rig_run(struct rig *rig);

/* Sums over the workers' tables. */
uint64_t rig_requests(const struct rig *rig);
uint64_t rig_checksum(const struct rig *rig);
uint64_t rig_unfinished(const struct rig *rig);
/* All latencies, and all latenesses, in one histogram; free() it. */
struct wm_histogram *rig_latency(const struct rig *rig);
struct wm_histogram *rig_late(const struct rig *rig);
/* Fails unless exactly the indices 0..count-1 were sent by rig_driver, each once. */
void rig_expect_indices(struct rig *rig, uint64_t count);

/* Keeps the calling thread busy, as an app does that stalls. */
void rig_burn(uint64_t ns);

#endif
