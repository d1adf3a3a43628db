/* rig.c - a replay on a real region, with a driver that the test can look into. */
#include "tests/replay/rig.h"

#include "harness/core/clock.h"
#include "harness/replay/target.h"
#include "workloads/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The driver ---- */

struct wm_driver {
    struct wm_driver_sink *sink;
    struct rig *rig;
};

static int rig_driver_open(const struct wm_driver_settings *settings, struct wm_driver **ret_driver,
                           struct wm_error *err)
{
    (void)err;
    struct wm_driver *driver = calloc(1, sizeof(*driver));
    if (driver == NULL)
        return -ENOMEM;
    driver->sink = settings->sink;
    memcpy(&driver->rig, settings->target, sizeof(driver->rig));
    *ret_driver = driver;
    return 0;
}

static int rig_driver_send(struct wm_driver *driver, uint32_t slot, const struct wm_work *work,
                           bool counted)
{
    struct rig *rig = driver->rig;
    int rc = rig->on_send != NULL ? rig->on_send(rig, work, counted) : 0;
    if (rc < 0)
        return rc;
    if (counted) {
        atomic_fetch_add(&rig->sent, 1);
        if (work->index < RIG_INDEX_MAX)
            atomic_fetch_add(&rig->seen[work->index], 1);
    } else {
        atomic_fetch_add(&rig->warmed, 1);
    }
    struct wm_driver_result result = {.end_ns = wm_clock_now_ns()};
    driver->sink->done(driver->sink, slot, &result);
    return 0;
}

static void rig_driver_close(struct wm_driver *driver)
{
    free(driver);
}

const struct wm_driver_ops rig_driver = {
    .name = "rig",
    .help = "completes within send() and notes what it sent",
    .open = rig_driver_open,
    .send = rig_driver_send,
    .close = rig_driver_close,
};

/* ---- The rig ---- */

static void open_region(struct rig *rig)
{
    memset(rig, 0, sizeof(*rig));
    struct wm_error err = {0};
    assert_int_equal(wm_region_new(&rig->region, &rig->fd, &err), 0);
    rig->folder = wm_test_folder();
    rig->region->plan.threads = 1;
    rig->region->plan.concurrency = 1;
    rig->region->plan.law = WM_LAW_CLOSED;
    rig->region->plan.seed = 7;
}

static void open_stream(struct rig *rig, const char *name, bool trace)
{
    struct wm_error err = {0};
    if (wm_stream_open(name, trace, rig->region->plan.seed, &rig->stream, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    rig->settings = (struct wm_replay_settings){
        .region = rig->region,
        .stream = rig->stream,
        .driver = &rig_driver,
    };
}

void rig_open(struct rig *rig, const char *mix)
{
    open_region(rig);
    if (mix == NULL)
        mix = "entry,weight,op,qty\nHandle,3,order,{uniform 1 100}\nHandle,1,refund,1\n";
    char *name = wm_test_file(rig->folder, "mix.csv", mix);
    rig->region->plan.work_kind = WM_WORK_MIX;
    open_stream(rig, name, false);
    free(name);
}

void rig_open_trace(struct rig *rig, uint32_t count, uint64_t gap_ns)
{
    open_region(rig);
    char name[4096];
    snprintf(name, sizeof(name), "%s/trace.wmt", rig->folder);
    struct wm_trace_writer *writer = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_trace_create(name, "rig", &writer, &err), 0);
    for (uint32_t i = 0; i < count; i++) {
        char value[200]; /* does not compress away: a long trace has many members */
        for (size_t c = 0; c + 1 < sizeof(value); c++)
            value[c] = (char)('a' + (i * 2654435761u + c * c * 40503u) % 7919u % 26u);
        value[sizeof(value) - 1] = '\0';
        struct wm_work_field field = {"value", value};
        struct wm_work work = {
            .due_ns = i * gap_ns, .entry = "", .field_count = 1, .fields = &field};
        assert_int_equal(wm_trace_write(writer, &work, &err), 0);
    }
    assert_int_equal(wm_trace_commit(writer, &err), 0);
    rig->region->plan.work_kind = WM_WORK_TRACE;
    open_stream(rig, name, true);
}

void rig_close(struct rig *rig)
{
    wm_stream_close(rig->stream);
    wm_region_free(rig->region, rig->fd);
    wm_test_folder_remove(rig->folder);
}

void rig_run(struct rig *rig)
{
    struct wm_error err = {0};
    rig->settings.driver_target = &rig;
    if (wm_replay_run(&rig->settings, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    assert_int_equal(rig->region->stage, WM_STAGE_ENDING);
}

/* ---- Looking at it ---- */

uint64_t rig_requests(const struct rig *rig)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rig->region->worker_count; i++)
        sum += rig->region->workers[i].requests;
    return sum;
}

uint64_t rig_checksum(const struct rig *rig)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rig->region->worker_count; i++)
        sum += rig->region->workers[i].checksum;
    return sum;
}

uint64_t rig_unfinished(const struct rig *rig)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rig->region->worker_count; i++)
        sum += rig->region->workers[i].unfinished;
    return sum;
}

struct wm_histogram *rig_latency(const struct rig *rig)
{
    struct wm_histogram *all = calloc(1, sizeof(*all));
    assert_non_null(all);
    for (uint32_t i = 0; i < rig->region->histogram_count; i++)
        wm_histogram_merge(all, &rig->region->histograms[i]);
    return all;
}

struct wm_histogram *rig_late(const struct rig *rig)
{
    struct wm_histogram *all = calloc(1, sizeof(*all));
    assert_non_null(all);
    for (uint32_t i = 0; i < rig->region->worker_count; i++)
        wm_histogram_merge(all, &rig->region->workers[i].late);
    return all;
}

void rig_expect_indices(struct rig *rig, uint64_t count)
{
    for (uint32_t i = 0; i < RIG_INDEX_MAX; i++) {
        uint8_t expected = i < count;
        if (rig->seen[i] != expected)
            fail_msg("request %u was sent %u times, of %lu requests", i, rig->seen[i],
                     (unsigned long)count);
    }
}

void rig_burn(uint64_t ns)
{
    uint64_t until_ns = wm_clock_now_ns() + ns;
    while (wm_clock_now_ns() < until_ns)
        ;
}
