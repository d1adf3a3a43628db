/* watched.c - a server under somebody else's load: nothing here keeps it waiting. */
#include "harness/cli/watched.h"

#include "harness/cli/print.h"
#include "harness/core/clock.h"
#include "harness/core/units.h"

#include <signal.h>

void wm_watched_init(struct wm_watched *watched, struct wm_job *job, struct wm_region *region,
                     int region_fd, struct wm_gather *gather)
{
    *watched = (struct wm_watched){.job = job,
                                   .region = region,
                                   .region_fd = region_fd,
                                   .gather = gather,
                                   .end_ns = UINT64_MAX};
}

/* The server's own, without what the agent took to begin. */
static uint64_t cpu_ns(const struct wm_watched *watched)
{
    uint64_t used_ns = wm_server_cpu_ns(watched->server);
    uint64_t agents_ns = watched->region->calibration_cpu_ns;
    return used_ns > agents_ns ? used_ns - agents_ns : used_ns;
}

/* What counts ends here; the server's own end may take longer. */
static void end_watching(struct wm_watched *watched)
{
    struct wm_region *region = watched->region;
    if (watched->ended)
        return;
    watched->ended = true;
    region->app_cpu_ns = cpu_ns(watched);
    if (wm_gather_end(watched->gather) < 0) /* no memory: the session's drain fails as well */
        atomic_store(&region->stop, 1);
    atomic_store_explicit(&region->stopped_ns, wm_clock_now_ns(), memory_order_release);
    atomic_store_explicit(&region->stage, WM_STAGE_DONE, memory_order_release);
}

static void on_exited(void *user, const struct wm_target_exit *how)
{
    struct wm_watched *watched = user;
    const struct wm_target_exit ours = {0}; /* it was told to end: however it did is well */
    bool asked = watched->ended;
    end_watching(watched);
    watched->over.exited(watched->over.user, asked ? &ours : how);
}

static int start(void *user, struct uv_loop_s *loop, const struct wm_target_watcher *over,
                 struct wm_error *err)
{
    struct wm_watched *watched = user;
    struct wm_region *region = watched->region;
    uint64_t duration_ns = watched->job->plan.duration_ns;
    const struct wm_server_settings settings = {
        .words = watched->job->server.words,
        .agent = watched->job->server.agent,
        .region_fd = watched->region_fd,
        .own_output = true,
        .watcher = {on_exited, watched},
    };
    watched->over = *over;
    int rc = wm_gather_begin(watched->gather);
    if (rc < 0)
        return wm_fail_errno(err, rc, "", "gather the samples");
    uint64_t now_ns = wm_clock_now_ns();
    rc = wm_server_start(loop, &settings, &watched->server, err);
    if (rc < 0)
        return rc;
    if (duration_ns > 0 && duration_ns < UINT64_MAX - now_ns)
        watched->end_ns = now_ns + duration_ns;
    atomic_store_explicit(&region->started_ns, now_ns, memory_order_release);
    atomic_store_explicit(&region->stage, WM_STAGE_RUNNING, memory_order_release);
    return 0;
}

static void stop(void *user, int number)
{
    struct wm_watched *watched = user;
    end_watching(watched);
    wm_server_end(watched->server, number, 0);
}

static void turn(void *user)
{
    struct wm_watched *watched = user;
    if (!watched->ended && wm_clock_now_ns() >= watched->end_ns)
        stop(watched, SIGTERM);
}

static void show(void *user)
{
    struct wm_watched *watched = user;
    const struct wm_region *region = watched->region;
    char count[WM_UNIT_BYTES], time[WM_UNIT_BYTES];
    uint64_t seen = 0;
    for (uint32_t i = 0; i < WM_PATH_MAX && i < atomic_load(&region->path_count); i++)
        seen += atomic_load_explicit(&region->board.seen[i], memory_order_relaxed);
    wm_units_count(seen, count);
    wm_units_duration((double)(wm_clock_now_ns() - atomic_load(&region->started_ns)), time);
    wm_print_progress("%s %s requests seen in %s%s",
                      watched->ended ? "ending:" : "watching:", count, time,
                      watched->ended ? "" : "; Ctrl-C ends the server and writes the run");
}

static void end_at_once(void *user)
{
    struct wm_watched *watched = user;
    wm_server_kill(watched->server);
}

static void free_server(void *user)
{
    struct wm_watched *watched = user;
    wm_server_free(watched->server);
}

struct wm_party wm_watched_party(struct wm_watched *watched)
{
    return (struct wm_party){
        .called = "the server",
        .starting = "",
        .stopping = "ending the server; once more kills it",
        .patient = true,
        .start = start,
        .turn = turn,
        .show = show,
        .stop = stop,
        .kill = end_at_once,
        .free = free_server,
        .user = watched,
    };
}
