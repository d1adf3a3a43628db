/* main.c - waymark-host: loads the app and runs the workers, or a benchmark, beside it.
 *
 * Started by `waymark` with the shared region; everything it is to do stands in the region's
 * plan, and everything it has to say goes back there. */
#include "harness/core/error.h"
#include "harness/host/app.h"
#include "harness/host/bench.h"
#include "harness/host/call.h"
#include "harness/replay/replay.h"
#include "profiles/probe/probe.h"
#include "workloads/mix.h"
#include "workloads/stream.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

static int check_entry(const struct wm_app *app, const char *name, const char *place,
                       struct wm_error *err)
{
    char offered[256];
    if (wm_app_find(app, name) != NULL)
        return 0;
    wm_app_list(app, offered, sizeof(offered));
    if (name[0] == '\0')
        return wm_fail_at(err, -EINVAL, "--entry",
                          "there are requests that name no entry point, and the app has several: "
                          "choose one of %s",
                          offered);
    return wm_fail_at(err, -EINVAL, place, "the app has no entry point '%s'; it has: %s", name,
                      offered);
}

/* Every entry that a mix names must be there, before anything runs. A trace is not read for that:
 * the worker that finds one tells. */
static int check_entries(const struct wm_app *app, const struct wm_plan *plan,
                         const struct wm_stream *stream, struct wm_error *err)
{
    const struct wm_mix *mix = wm_stream_mix(stream);
    if (mix == NULL)
        return plan->unnamed != 0 ? check_entry(app, plan->entry, "--entry", err) : 0;
    int rc = 0;
    for (size_t row = 0; rc == 0 && row < wm_mix_row_count(mix); row++) {
        char place[sizeof(plan->work) + 32];
        snprintf(place, sizeof(place), "%s:%u", plan->work, wm_mix_line(mix, row));
        rc = check_entry(app, wm_mix_entry(mix, row), place, err);
    }
    return rc;
}

static bool any_async(const struct wm_app *app)
{
    bool async = false;
    for (uint32_t i = 0; i < app->count; i++)
        async = async || app->entries[i].entry->async != 0;
    return async;
}

static int check_load(const struct wm_plan *plan, bool async, struct wm_error *err)
{
    if (!async && plan->law == WM_LAW_CLOSED && plan->concurrency > plan->threads)
        return wm_fail_at(err, -EINVAL, "--concurrency",
                          "a synchronous entry point runs one request per thread: %u needs "
                          "--threads %u",
                          plan->concurrency, plan->concurrency);
    return 0;
}

static void begin_sampling(void *user)
{
    const struct wm_plan *plan = user;
    wm_probe_start(plan->hz);
}

static void end_sampling(void *user)
{
    (void)user;
    wm_probe_stop();
}

static void enter_worker(void *user)
{
    (void)user;
    wm_probe_thread_is_harness();
}

static int replay(struct wm_region *region, const struct wm_app *app, struct wm_stream *stream,
                  struct wm_error *err)
{
    const struct wm_plan *plan = &region->plan;
    region->app_async = any_async(app);
    int rc = check_load(plan, region->app_async != 0, err);
    if (rc < 0)
        return rc;
    wm_probe_calibrate(plan->hz);
    struct wm_call_target target = {
        .app = app, .default_entry = plan->entry, .sleeps = plan->law != WM_LAW_CLOSED};
    struct wm_replay_settings settings = {
        .region = region,
        .stream = stream,
        .driver = region->app_async != 0 ? &wm_driver_call_async : &wm_driver_call,
        .driver_target = &target,
        .async = region->app_async != 0,
        .begin = begin_sampling,
        .end = end_sampling,
        .worker = enter_worker,
        .user = &region->plan,
    };
    return wm_replay_run(&settings, err);
}

static int run(struct wm_region *region, struct wm_error *err)
{
    const struct wm_plan *plan = &region->plan;
    static struct wm_app app;
    struct wm_stream *stream = NULL;
    int rc = 0;
    if (plan->work_kind != WM_WORK_NONE)
        rc = wm_stream_open(plan->work,
                            plan->work_kind == WM_WORK_TRACE ? WM_STREAM_TRACE : WM_STREAM_MIX,
                            plan->seed, &stream, err);
    if (rc == 0)
        rc = wm_app_load(plan->app, &app, err);
    if (rc == 0 && plan->bench.kind != WM_BENCH_FUNCTIONS)
        rc = wm_app_need_entry(&app, plan->app, err);
    if (rc == 0 && stream != NULL)
        rc = check_entries(&app, plan, stream, err);
    if (rc == 0)
        rc = plan->bench.kind != WM_BENCH_NONE ? wm_bench_run(region, &app, stream, err)
                                               : replay(region, &app, stream, err);
    wm_stream_close(stream);
    return rc;
}

int main(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* never outlive the harness */
    struct wm_region *region = wm_probe_region();
    if (region == NULL) {
        fputs("waymark-host: started by `waymark`, not by hand\n", stderr);
        return 2;
    }
    wm_probe_thread_is_harness();
    struct wm_error err = {{0}, {0}};
    int rc = run(region, &err);
    if (rc < 0) {
        region->fault.rc = rc;
        memcpy(region->fault.place, err.place, sizeof(region->fault.place));
        memcpy(region->fault.text, err.text, sizeof(region->fault.text));
    }
    atomic_store(&region->stage, rc < 0 ? WM_STAGE_FAILED : WM_STAGE_DONE);
    return 0;
}
