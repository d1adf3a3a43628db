/* replay.c - what the harness itself costs per request in process, next to the bare loop.
 *
 *   bench_replay libnull.so
 *
 * The app of tests/apps/null.c in the host's own way: ticket, draw, hash, request opened, entry
 * point called, request ended, two clock readings, tally; unsampled. The bare loop calls the same
 * entry point with nothing around it. */
#include "harness/replay/replay.h"
#include "harness/core/clock.h"
#include "harness/core/file.h"
#include "harness/host/app.h"
#include "harness/host/call.h"
#include "tests/probe/attached.h"
#include "workloads/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, REQUESTS = 1000000 };

static struct wm_region *region;
static struct wm_app app;

static const char plain_mix[] = "entry,weight\nNull,1\n";
static const char shop_mix[] = "entry,weight,op,sku,qty,token\n"
                               "Null,70,order,{zipf 1.1 1000},{uniform 1 5},valid\n"
                               "Null,20,refund,{zipf 1.1 1000},1,valid\n"
                               "Null,10,order,1,1,{choice expired|forged}\n";

/* Process CPU time: on a shared machine wall time tells of the neighbours. */
static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void keep(double *best, double ns)
{
    if (*best <= 0 || ns < *best)
        *best = ns;
}

static void bare_loop(double *best)
{
    const struct wm_entry *entry = app.entries[0].entry;
    struct wm_request request = {.entry = entry->name};
    struct wm_reply reply = {0};
    int sum = 0;
    double start_ns = cpu_ns();
    for (int i = 0; i < REQUESTS; i++)
        sum += entry->function(&request, &reply);
    keep(best, (cpu_ns() - start_ns) / REQUESTS);
    if (sum != 0)
        puts("the null app failed");
}

static void clock_alone(double *best)
{
    uint64_t sum = 0;
    double start_ns = cpu_ns();
    for (int i = 0; i < REQUESTS; i++)
        sum += wm_clock_now_ns();
    keep(best, (cpu_ns() - start_ns) / REQUESTS);
    if (sum == 0)
        puts("the clock stands");
}

/* Drawing and hashing alone, which is the work's own cost. */
static int draw_alone(struct wm_stream *stream, double *best, struct wm_error *err)
{
    struct wm_cursor *cursor = NULL;
    struct wm_work work;
    uint64_t sum = 0;
    int rc = wm_cursor_new(stream, &cursor);
    if (rc < 0)
        return rc;
    double start_ns = cpu_ns();
    for (uint64_t i = 0; i < REQUESTS && rc >= 0; i++) {
        rc = wm_stream_draw(cursor, i, &work, err);
        if (rc > 0)
            sum += wm_work_hash(&work);
    }
    keep(best, (cpu_ns() - start_ns) / REQUESTS);
    wm_cursor_free(cursor);
    if (sum == 0)
        puts("nothing was drawn");
    return rc < 0 ? rc : 0;
}

static int whole_run(struct wm_stream *stream, double *best, struct wm_error *err)
{
    /* the one region of this process, as if it were new */
    memset(region->workers, 0, sizeof(region->workers));
    atomic_store(&region->histogram_count, 0);
    atomic_store(&region->next_index, 0);
    atomic_store(&region->stage, WM_STAGE_STARTING);
    region->plan.threads = 1;
    region->plan.concurrency = 1;
    region->plan.requests = REQUESTS;
    struct wm_call_target target = {.app = &app, .default_entry = ""};
    struct wm_replay_settings settings = {
        .region = region, .stream = stream, .driver = &wm_driver_call, .driver_target = &target};
    double start_ns = cpu_ns();
    int rc = wm_replay_run(&settings, err);
    keep(best, (cpu_ns() - start_ns) / REQUESTS);
    if (rc == 0 && region->workers[0].requests != REQUESTS)
        return wm_fail(err, -EIO, "only some of the requests were made");
    return rc;
}

static int measure(const char *title, const char *mix, struct wm_error *err)
{
    char name[] = "/tmp/waymark-bench-XXXXXX";
    struct wm_stream *stream = NULL;
    double bare = 0, clock = 0, draw = 0, whole = 0;
    int fd = mkstemp(name);
    if (fd < 0)
        return wm_fail(err, -1, "cannot make a temporary file");
    close(fd);
    int rc = wm_file_write(name, mix, strlen(mix), err);
    if (rc >= 0)
        rc = wm_stream_open(name, WM_STREAM_MIX, 1, &stream, err);
    for (int round = 0; round < ROUNDS && rc >= 0; round++) {
        clock_alone(&clock);
        bare_loop(&bare);
        rc = draw_alone(stream, &draw, err);
        if (rc >= 0)
            rc = whole_run(stream, &whole, err);
    }
    if (rc >= 0)
        printf("%-12s  %7.1f  %9.1f  %11.1f  %9.1f  %12.1f\n", title, clock, bare, draw, whole,
               whole - bare);
    wm_stream_close(stream);
    unlink(name);
    return rc;
}

int main(int argc, char **argv)
{
    struct wm_error err = {{0}, {0}};
    region = wm_test_attached(argv);
    if (argc != 2 || wm_app_load(argv[1], &app, &err) < 0) {
        fprintf(stderr, "usage: bench_replay libnull.so %s\n", err.text);
        return 2;
    }
    puts("ns per request, best of 9 rounds of a million, CPU time");
    puts("mix             clock  bare loop  draw + hash  null app  harness cost");
    int rc = measure("no fields", plain_mix, &err);
    if (rc >= 0)
        rc = measure("shop-like", shop_mix, &err);
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", err.place, err.text);
    return rc < 0;
}
