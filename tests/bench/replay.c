/* replay.c - what the harness itself costs per request, next to the bare loop.
 *
 * The null driver through the whole run: ticket, draw, hash, two clock readings, tally. The bare
 * loop calls the same send() with nothing around it. Prints ratios; never passes or fails. */
#include "harness/replay/replay.h"
#include "drivers/drivers.h"
#include "harness/core/clock.h"
#include "harness/core/file.h"
#include "harness/replay/target.h"
#include "workloads/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 9, REQUESTS = 1000000 };

static const char plain_mix[] = "entry,weight\nNull,1\n";
static const char shop_mix[] = "entry,weight,op,sku,qty,token\n"
                               "HandleRequest,70,order,{zipf 1.1 1000},{uniform 1 5},valid\n"
                               "HandleRequest,20,refund,{zipf 1.1 1000},1,valid\n"
                               "HandleRequest,10,order,1,1,{choice expired|forged}\n";

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

static void ignore(struct wm_driver_sink *sink, uint32_t slot,
                   const struct wm_driver_result *result)
{
    (void)sink;
    (void)slot;
    (void)result;
}

static int bare_loop(double *best, struct wm_error *err)
{
    struct wm_driver_sink sink = {ignore};
    struct wm_driver_settings settings = {.sink = &sink, .slots = 1};
    struct wm_driver *driver = NULL;
    struct wm_work work = {.entry = ""};
    int rc = wm_driver_null.open(&settings, &driver, err);
    if (rc < 0)
        return rc;
    double start_ns = cpu_ns();
    for (int i = 0; i < REQUESTS && rc == 0; i++)
        rc = wm_driver_null.send(driver, 0, &work, true);
    keep(best, (cpu_ns() - start_ns) / REQUESTS);
    wm_driver_null.close(driver);
    return rc;
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
    struct wm_region *region = NULL;
    int fd = -1;
    int rc = wm_region_new(&region, &fd, err);
    if (rc < 0)
        return rc;
    region->plan.threads = 1;
    region->plan.concurrency = 1;
    region->plan.requests = REQUESTS;
    struct wm_replay_settings settings = {
        .region = region, .stream = stream, .driver = &wm_driver_null};
    double start_ns = cpu_ns();
    rc = wm_replay_run(&settings, err);
    keep(best, (cpu_ns() - start_ns) / REQUESTS);
    wm_region_free(region, fd);
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
        rc = wm_stream_open(name, false, 1, &stream, err);
    for (int round = 0; round < ROUNDS && rc >= 0; round++) {
        clock_alone(&clock);
        rc = bare_loop(&bare, err);
        if (rc >= 0)
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

int main(void)
{
    struct wm_error err = {0};
    puts("ns per request, best of 9 rounds of a million, CPU time");
    puts("mix             clock  bare loop  draw + hash  null app  harness cost");
    int rc = measure("no fields", plain_mix, &err);
    if (rc >= 0)
        rc = measure("shop-like", shop_mix, &err);
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", err.place, err.text);
    return rc < 0;
}
