/* net_rig.c - a replay of a mix into a server, through the driver, on a real region. */
#include "tests/drivers/net_rig.h"

#include "harness/replay/target.h"
#include "workloads/stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void net_open(struct net_rig *rig, const char *protocol, uint16_t port, const char *mix)
{
    struct wm_error err = {{0}, {0}};
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    memset(rig, 0, sizeof(*rig));
    assert_int_equal(wm_region_new(&rig->region, &rig->fd, &err), 0);
    rig->region->plan.law = WM_LAW_CLOSED;
    rig->region->plan.seed = 11;
    rig->region->plan.target = WM_TARGET_CONNECT;
    rig->folder = wm_test_folder();
    char *name = wm_test_file(rig->folder, "mix.csv", mix);
    if (wm_stream_open(name, WM_STREAM_SERVER_MIX, rig->region->plan.seed, &rig->stream, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    free(name);
    snprintf(rig->host, sizeof(rig->host), "127.0.0.1:%u", port);
    rig->target = (struct wm_net_target){.protocol = wm_protocol_find(protocol),
                                         .region = rig->region,
                                         .address_bytes = sizeof(address),
                                         .host = rig->host};
    assert_non_null(rig->target.protocol);
    memcpy(&rig->target.address, &address, sizeof(address));
    rig->settings = (struct wm_replay_settings){.region = rig->region,
                                                .stream = rig->stream,
                                                .driver = &wm_driver_net,
                                                .driver_target = &rig->target,
                                                .async = true};
    net_closed(rig, 1, 1, 0);
}

void net_close(struct net_rig *rig)
{
    wm_stream_close(rig->stream);
    wm_region_free(rig->region, rig->fd);
    wm_test_folder_remove(rig->folder);
}

void net_closed(struct net_rig *rig, uint32_t threads, uint32_t connections, uint64_t requests)
{
    rig->region->plan.threads = threads;
    rig->region->plan.concurrency = connections;
    rig->region->plan.requests = requests;
    rig->target.connections = connections;
}

void net_rate(struct net_rig *rig, double rate_per_second, uint64_t requests)
{
    rig->region->plan.law = WM_LAW_CONSTANT;
    rig->region->plan.rate_per_second = rate_per_second;
    rig->region->plan.requests = requests;
}

void net_run(struct net_rig *rig)
{
    struct wm_error err = {{0}, {0}};
    if (wm_replay_run(&rig->settings, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
}

struct net_sums net_sums(const struct net_rig *rig)
{
    struct net_sums sums = {0};
    for (uint32_t i = 0; i < rig->region->worker_count; i++) {
        const struct wm_worker_table *table = &rig->region->workers[i];
        sums.requests += table->requests;
        sums.errors += table->errors;
        sums.unfinished += table->unfinished;
        sums.reconnects += table->reconnects;
        sums.queued += table->queue.count;
        sums.sessions += table->sessions;
    }
    return sums;
}

uint64_t net_failed(const struct net_rig *rig, const char *reason)
{
    const struct wm_board *board = &rig->region->board;
    for (uint32_t i = 0; i < board->reason_count; i++) {
        if (strcmp(rig->region->names + board->reasons[i].name, reason) == 0)
            return board->reasons[i].requests;
    }
    return 0;
}

static uint32_t find_path(const struct net_rig *rig, const char *wanted)
{
    const struct wm_region *region = rig->region;
    for (uint32_t i = 1; i < region->path_count; i++) {
        const char *entry = region->names + region->entries[region->paths[i].entry];
        const char *outcome = region->names + region->outcomes[region->paths[i].outcome];
        char name[512];
        snprintf(name, sizeof(name), "%s%s%s", entry, *outcome != '\0' ? ":" : "", outcome);
        if (strcmp(name, wanted) == 0)
            return i;
    }
    return UINT32_MAX;
}

uint64_t net_path(const struct net_rig *rig, const char *path)
{
    uint32_t number = find_path(rig, path);
    uint64_t requests = 0;
    for (uint32_t i = 0; i < rig->region->worker_count; i++) {
        for (uint32_t c = 0; c < WM_CELL_SLOTS; c++) {
            const struct wm_cell *cell = &rig->region->workers[i].cells[c];
            if (cell->requests > 0 && cell->path == number)
                requests += cell->requests;
        }
    }
    return requests;
}

struct wm_histogram *net_latency(const struct net_rig *rig)
{
    struct wm_histogram *all = calloc(1, sizeof(*all));
    assert_non_null(all);
    for (uint32_t i = 0; i < rig->region->histogram_count; i++)
        wm_histogram_merge(all, &rig->region->histograms[i]);
    return all;
}
