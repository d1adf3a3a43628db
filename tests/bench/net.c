/* net.c - requests to a server through the driver, without a profile: what the harness does itself.
 *
 *   bench_net PROTOCOL PORT MIX [connections N] [threads N] [seconds N] [requests N] [rate N]
 * [poisson]
 *
 * One line: requests, requests per second, failures, latency, lateness (open loop), busy share. */
#include "drivers/net.h"
#include "harness/core/clock.h"
#include "harness/replay/replay.h"
#include "harness/replay/target.h"
#include "workloads/stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct wm_net_target target;
static char host[64];

static void set_address(const char *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    memcpy(&target.address, &address, sizeof(address));
    target.address_bytes = sizeof(address);
    snprintf(host, sizeof(host), "127.0.0.1:%s", port);
    target.host = host;
}

/* An option and its value; false: there is no such one. */
static bool set(struct wm_plan *plan, const char *name, const char *value)
{
    double number = strtod(value, NULL);
    if (strcmp(name, "connections") == 0)
        plan->concurrency = (uint32_t)number;
    else if (strcmp(name, "threads") == 0)
        plan->threads = (uint32_t)number;
    else if (strcmp(name, "seconds") == 0)
        plan->duration_ns = (uint64_t)(number * 1e9);
    else if (strcmp(name, "requests") == 0)
        plan->requests = (uint64_t)number;
    else if (strcmp(name, "rate") == 0)
        plan->rate_per_second = number;
    else
        return false;
    if (plan->rate_per_second > 0 && plan->law == WM_LAW_CLOSED)
        plan->law = WM_LAW_CONSTANT;
    return true;
}

static double us(const struct wm_histogram *histogram, double quantile)
{
    return (double)wm_histogram_quantile(histogram, quantile) / 1e3;
}

static void print(const struct wm_region *region)
{
    static struct wm_histogram latency, late;
    uint64_t requests = 0, errors = 0, unfinished = 0, queued = 0, reconnects = 0;
    double busy = 0, wall = 0;
    for (uint32_t i = 0; i < region->worker_count; i++) {
        const struct wm_worker_table *table = &region->workers[i];
        requests += table->requests;
        errors += table->errors;
        unfinished += table->unfinished;
        queued += table->queue.count;
        reconnects += table->reconnects;
        busy += (double)table->busy_ns;
        wall += (double)table->wall_ns;
        wm_histogram_merge(&late, &table->late);
    }
    for (uint32_t i = 0; i < region->histogram_count; i++)
        wm_histogram_merge(&latency, &region->histograms[i]);
    double seconds = (double)(region->stopped_ns - region->started_ns) / 1e9;
    printf("requests %lu per_second %.0f errors %lu unfinished %lu queued %lu reconnects %lu "
           "p50 %.1f p99 %.1f max %.1f us busy %.3f",
           (unsigned long)requests, (double)requests / seconds, (unsigned long)errors,
           (unsigned long)unfinished, (unsigned long)queued, (unsigned long)reconnects,
           us(&latency, 0.5), us(&latency, 0.99), (double)latency.max_ns / 1e3, busy / wall);
    if (late.count > 0)
        printf(" late_p50 %.1f late_p99 %.1f late_p999 %.1f late_max %.1f us", us(&late, 0.5),
               us(&late, 0.99), us(&late, 0.999), (double)late.max_ns / 1e3);
    puts("");
    for (uint32_t i = 0; i < region->board.reason_count; i++) {
        const struct wm_reason *reason = &region->board.reasons[i];
        if (reason->requests > 0)
            printf("  %lu failed: %s\n", (unsigned long)reason->requests,
                   region->names + reason->name);
    }
}

static void read_options(struct wm_plan *plan, char **options)
{
    for (; *options != NULL; options++) {
        if (strcmp(*options, "poisson") == 0)
            plan->law = WM_LAW_POISSON;
        else if (options[1] != NULL && set(plan, options[0], options[1]))
            options++;
        else
            fprintf(stderr, "what is '%s'?\n", *options);
    }
    if (plan->requests == 0 && plan->duration_ns == 0)
        plan->duration_ns = 5 * WM_NS_PER_SECOND;
}

static int run(struct wm_region *region, const char *mix, struct wm_error *err)
{
    struct wm_stream *stream = NULL;
    int rc = wm_stream_open(mix, WM_STREAM_SERVER_MIX, region->plan.seed, &stream, err);
    if (rc < 0)
        return rc;
    target.region = region;
    target.connections = region->plan.concurrency;
    struct wm_replay_settings settings = {
        .region = region,
        .stream = stream,
        .driver = &wm_driver_net,
        .driver_target = &target,
        .async = true,
    };
    rc = wm_replay_run(&settings, err);
    wm_stream_close(stream);
    return rc;
}

int main(int argc, char **argv)
{
    struct wm_error err = {{0}, {0}};
    struct wm_region *region = NULL;
    int fd = -1;
    target.protocol = argc > 3 ? wm_protocol_find(argv[1]) : NULL;
    if (target.protocol == NULL) {
        fprintf(stderr, "usage: bench_net PROTOCOL PORT MIX [connections N] [threads N] "
                        "[seconds N] [requests N] [rate N] [poisson]\n");
        return 2;
    }
    int rc = wm_region_new(&region, &fd, &err);
    if (rc == 0) {
        region->plan = (struct wm_plan){
            .threads = 1, .concurrency = 1, .seed = 1, .target = WM_TARGET_CONNECT};
        read_options(&region->plan, argv + 4);
        set_address(argv[2]);
        rc = run(region, argv[3], &err);
    }
    if (rc == 0)
        print(region);
    else
        fprintf(stderr, "%s: %s\n", err.place, err.text);
    wm_region_free(region, fd);
    return rc < 0;
}
