/* net_rig.h - a replay of a mix into a server, through the driver, on a real region. */
#ifndef WM_TESTS_DRIVERS_NET_RIG_H
#define WM_TESTS_DRIVERS_NET_RIG_H

#include "drivers/net.h"
#include "harness/replay/replay.h"
#include "tests/support/support.h"

#include <stdint.h>

struct net_rig {
    char *folder;
    int fd;
    struct wm_region *region;
    struct wm_stream *stream;
    struct wm_net_target target;
    struct wm_replay_settings settings;
    char host[32];
};

/* A closed loop of one thread and one connection, without limit; change the plan and the target
 * before net_run. */
void net_open(struct net_rig *rig, const char *protocol, uint16_t port, const char *mix);
void net_close(struct net_rig *rig);
/* `connections` in all, closed loop of `requests`. */
void net_closed(struct net_rig *rig, uint32_t threads, uint32_t connections, uint64_t requests);
void net_rate(struct net_rig *rig, double rate_per_second, uint64_t requests);
/* Runs, and fails the test unless that goes well. */
void net_run(struct net_rig *rig);

/* Sums over the workers' tables. */
struct net_sums {
    uint64_t requests, errors, unfinished, reconnects, queued, sessions;
};
struct net_sums net_sums(const struct net_rig *rig);
/* Requests that failed for this reason, and that took this path ("get", "get:miss"). */
uint64_t net_failed(const struct net_rig *rig, const char *reason);
uint64_t net_path(const struct net_rig *rig, const char *path);
/* All latencies; free() it. */
struct wm_histogram *net_latency(const struct net_rig *rig);

#endif
