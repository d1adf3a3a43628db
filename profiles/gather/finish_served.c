/* finish_served.c - a run's figures that only a server has. */
#include "profiles/gather/finish.h"

#include <errno.h>
#include <stdlib.h>

static const char *target_name(uint32_t target)
{
    static const char *const names[] = {[WM_TARGET_HOST] = WM_RUN_HOST,
                                        [WM_TARGET_SERVER] = WM_RUN_SERVER,
                                        [WM_TARGET_CONNECT] = WM_RUN_CONNECT,
                                        [WM_TARGET_WATCH] = WM_RUN_WATCH};
    return target < sizeof(names) / sizeof(names[0]) ? names[target] : WM_RUN_SERVER;
}

static const char *label_by_name(uint32_t label_by)
{
    static const char *const names[] = {[WM_LABEL_BY_HTTP] = "http",
                                        [WM_LABEL_BY_RESP] = "resp",
                                        [WM_LABEL_BY_MEMCACHE] = "memcache",
                                        [WM_LABEL_BY_PORT] = "port"};
    return label_by < sizeof(names) / sizeof(names[0]) ? names[label_by] : "";
}

/* Under somebody else's load no worker of ours has counted. */
static void sum_seen(struct wm_finish *finish)
{
    struct wm_run *run = finish->run;
    run->protocol = label_by_name(finish->region->plan.label_by);
    for (uint32_t path = 0; path < finish->known.path_count; path++)
        run->requests += atomic_load(&finish->region->board.seen[path]);
}

/* What a worker's thread had to do leaves the others cold: the busiest one is the bottleneck. */
static double busy_part(const struct wm_worker_table *worker)
{
    if (worker->wall_ns == 0)
        return 0;
    double part = (double)worker->busy_ns / (double)worker->wall_ns;
    return part < 1 ? part : 1;
}

static int sum_queues(struct wm_finish *finish)
{
    struct wm_run *run = finish->run;
    struct wm_histogram *queue = calloc(1, sizeof(*queue));
    if (queue == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < finish->known.worker_count; i++) {
        const struct wm_worker_table *worker = &finish->region->workers[i];
        wm_histogram_merge(queue, &worker->queue);
        run->reconnects += worker->reconnects;
        if (worker->queue_wait_max_ns > run->queue_wait_max_ns)
            run->queue_wait_max_ns = worker->queue_wait_max_ns;
        if (busy_part(worker) > run->harness_busy)
            run->harness_busy = busy_part(worker);
    }
    run->queue_max = queue->max_ns;
    run->queue_p99 = wm_histogram_quantile(queue, 0.99);
    free(queue);
    return 0;
}

static int add_failures(struct wm_finish *finish)
{
    const struct wm_board *board = &finish->region->board;
    uint32_t count = atomic_load(&board->reason_count);
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < count && i < WM_REASON_MAX; i++) {
        uint64_t requests = atomic_load(&board->reasons[i].requests);
        const char *name = wm_known_name(&finish->known, board->reasons[i].name);
        if (requests > 0)
            rc = name != NULL ? wm_run_add_failure(finish->run, name, requests) : -ENOMEM;
    }
    return rc;
}

int wm_finish_served(struct wm_finish *finish)
{
    struct wm_run *run = finish->run;
    const struct wm_region *region = finish->region;
    uint32_t processes = atomic_load(&region->process_count);
    run->target = target_name(finish->target);
    run->processes = (processes < WM_PROCESS_MAX ? processes : WM_PROCESS_MAX) +
                     atomic_load(&region->processes_more);
    run->background_cpu_ns = finish->aggregate->paths[WM_SLOT_BACKGROUND].cpu_ns;
    if (finish->target == WM_TARGET_WATCH)
        sum_seen(finish);
    int rc = sum_queues(finish);
    return rc == 0 ? add_failures(finish) : rc;
}
