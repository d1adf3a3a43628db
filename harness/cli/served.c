/* served.c - a server under load, as a session runs it.
 *
 *   awaited ── accepts ──> loaded ── all sent ──> ending ── gone ──> over
 *      │ ended, too late      │ died: the load is told to end, then over
 *      └──> failed            └ what was measured is kept
 */
#include "harness/cli/served.h"

#include "drivers/drivers.h"
#include "harness/core/clock.h"
#include "harness/core/units.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum {
    /* From SIGTERM to SIGKILL: the session's own patience is shorter, and it tells. */
    END_PATIENCE_MS = 60000,
};

void wm_served_init(struct wm_served *served, struct wm_job *job, struct wm_region *region,
                    int region_fd, struct wm_gather *gather)
{
    *served =
        (struct wm_served){.job = job, .region = region, .region_fd = region_fd, .gather = gather};
    wm_text_init(&served->last_words);
}

void wm_served_done(struct wm_served *served)
{
    wm_text_done(&served->last_words);
}

/* ---- The end ---- */

static void set_stage(struct wm_served *served, enum wm_stage stage)
{
    atomic_store_explicit(&served->region->stage, (uint32_t)stage, memory_order_release);
}

static void finish(struct wm_served *served)
{
    served->phase = WM_SERVED_OVER;
    served->over.exited(served->over.user, &served->exit);
}

/* How it ends from here on is our doing. */
static void end_server(struct wm_served *served)
{
    served->phase = WM_SERVED_ENDING;
    if (served->server == NULL || served->gone)
        finish(served);
    else
        wm_server_end(served->server, SIGTERM, END_PATIENCE_MS);
}

static void fail(struct wm_served *served, int rc, const struct wm_error *err)
{
    struct wm_fault *fault = &served->region->fault;
    fault->rc = rc;
    memcpy(fault->place, err->place, sizeof(fault->place));
    memcpy(fault->text, err->text, sizeof(fault->text));
    set_stage(served, WM_STAGE_FAILED);
    end_server(served);
}

static void keep_last_words(struct wm_served *served)
{
    if (served->server != NULL && served->last_words.length == 0)
        wm_text_add(&served->last_words, wm_server_last_words(served->server));
}

static void fail_start(struct wm_served *served)
{
    struct wm_error err = {0};
    const struct wm_target_exit *how = &served->exit;
    char time[WM_UNIT_BYTES];
    const char *place = served->server != NULL ? served->job->values->server : served->host;
    wm_units_duration((double)served->job->values->ready_ns, time);
    keep_last_words(served);
    if (!served->gone)
        wm_fail_at(&err, -ETIMEDOUT, place,
                   "nobody accepts connections on %s within %s; --ready T waits longer",
                   served->host, time);
    else if (how->signal != 0)
        wm_fail_at(&err, -ECHILD, place, "the server died by signal %d (%s) before it was ready",
                   how->signal, strsignal(how->signal));
    else
        wm_fail_at(&err, -ECHILD, place, "the server ended with exit code %d before it was ready",
                   how->exit_code);
    fail(served, -ETIMEDOUT, &err);
}

static void on_server_exited(void *user, const struct wm_target_exit *how)
{
    struct wm_served *served = user;
    served->gone = true;
    switch (served->phase) {
    case WM_SERVED_AWAITED:
        served->exit = *how;
        fail_start(served);
        break;
    case WM_SERVED_LOADED: /* over when the load has ended */
        served->exit = *how;
        keep_last_words(served);
        atomic_store_explicit(&served->region->stop, 1, memory_order_release);
        break;
    case WM_SERVED_ENDING:
        finish(served);
        break;
    case WM_SERVED_OVER:
        break;
    }
}

/* ---- The load ---- */

/* The session's own drain fails for want of it as well, and tells. */
static void need_memory(struct wm_served *served, int rc)
{
    if (rc < 0)
        atomic_store_explicit(&served->region->stop, 1, memory_order_release);
}

static void on_begin(void *user)
{
    struct wm_served *served = user;
    if (served->server == NULL)
        return;
    need_memory(served, wm_gather_begin(served->gather));
    served->cpu_begin_ns = wm_server_cpu_ns(served->server);
}

static void on_end(void *user)
{
    struct wm_served *served = user;
    if (served->server == NULL)
        return;
    uint64_t cpu_ns = wm_server_cpu_ns(served->server);
    need_memory(served, wm_gather_end(served->gather));
    served->region->app_cpu_ns = cpu_ns > served->cpu_begin_ns ? cpu_ns - served->cpu_begin_ns : 0;
}

static void on_done(void *user, int rc, const struct wm_error *err)
{
    struct wm_served *served = user;
    bool measured = atomic_load(&served->region->started_ns) != 0;
    if (served->gone && !measured) {
        fail_start(served);
    } else if (rc < 0 && !served->gone) {
        fail(served, rc, err);
    } else {
        if (!served->gone)
            set_stage(served, WM_STAGE_DONE);
        end_server(served);
    }
}

static int start_load(struct wm_served *served, struct wm_error *err)
{
    const struct wm_run_values *values = served->job->values;
    const struct wm_load_watcher watcher = {on_begin, on_end, on_done, served};
    bool null = served->job->server.protocol == NULL;
    served->target.protocol = served->job->server.protocol;
    served->target.region = served->region;
    served->target.host = served->host;
    served->target.connections = (uint32_t)values->connections;
    served->target.timeout_ns = values->timeout_ns;
    const struct wm_replay_settings settings = {
        .region = served->region,
        .stream = served->job->stream,
        .driver = null ? &wm_driver_null : &wm_driver_net,
        .driver_target = &served->target,
        .async = true,
    };
    return wm_load_start(served->loop, &settings, &watcher, &served->load, err);
}

/* ---- As the session has it ---- */

static void name_host(struct wm_served *served)
{
    const struct sockaddr_in *address = (const struct sockaddr_in *)&served->target.address;
    if (served->server == NULL)
        snprintf(served->host, sizeof(served->host), "%s", served->job->values->connect);
    else
        snprintf(served->host, sizeof(served->host), "127.0.0.1:%u", ntohs(address->sin_port));
}

static int start_server(struct wm_served *served, struct wm_error *err)
{
    const struct wm_job *job = served->job;
    const struct wm_server_settings settings = {
        .command = job->values->server,
        .files = job->server.files[0] != '\0' ? job->server.files : NULL,
        .port = (uint16_t)job->values->port,
        .agent = job->server.agent,
        .region_fd = served->region_fd,
        .watcher = {on_server_exited, served},
    };
    int rc = wm_server_start(served->loop, &settings, &served->server, err);
    if (rc == 0)
        wm_server_address(served->server, &served->target.address, &served->target.address_bytes);
    return rc;
}

/* Before the server is started. */
static int check_files(const struct wm_served *served, struct wm_error *err)
{
    if (served->job->server.protocol == NULL)
        return 0;
    return wm_net_check_files((uint32_t)served->job->values->connections,
                              served->region->plan.threads, err);
}

static int start(void *user, struct uv_loop_s *loop, const struct wm_target_watcher *over,
                 struct wm_error *err)
{
    struct wm_served *served = user;
    served->loop = loop;
    /* The driver raises it for its connections; the next server must not inherit that. */
    if (getrlimit(RLIMIT_NOFILE, &served->files) != 0)
        served->files.rlim_max = 0;
    served->over = *over;
    served->phase = WM_SERVED_AWAITED;
    served->patient_until_ns = wm_clock_now_ns() + served->job->values->ready_ns;
    served->target.address = served->job->server.address.socket;
    served->target.address_bytes = served->job->server.address.bytes;
    int rc = check_files(served, err);
    if (rc == 0 && served->job->values->server != NULL)
        rc = start_server(served, err);
    if (rc == 0)
        name_host(served);
    return rc;
}

static void turn(void *user)
{
    struct wm_served *served = user;
    struct wm_error err = {0};
    if (served->phase != WM_SERVED_AWAITED)
        return;
    if (wm_knock_look(&served->knock, &served->target.address, served->target.address_bytes)) {
        served->phase = WM_SERVED_LOADED;
        int rc = start_load(served, &err);
        if (rc < 0)
            fail(served, rc, &err);
    } else if (wm_clock_now_ns() >= served->patient_until_ns) {
        fail_start(served);
    }
}

static void stop(void *user, int number)
{
    struct wm_served *served = user;
    (void)number;
    if (served->phase != WM_SERVED_AWAITED)
        return; /* the load ends by region->stop, and then the server */
    served->unmeasured = true;
    end_server(served);
}

static void end_at_once(void *user)
{
    struct wm_served *served = user;
    atomic_store_explicit(&served->region->stop, 2, memory_order_release);
    if (served->server != NULL && !served->gone)
        wm_server_kill(served->server);
    else if (served->phase != WM_SERVED_OVER && served->load == NULL)
        finish(served);
}

static void free_all(void *user)
{
    struct wm_served *served = user;
    wm_knock_end(&served->knock);
    wm_server_free(served->server);
    wm_load_free(served->load);
    if (served->files.rlim_max != 0)
        (void)setrlimit(RLIMIT_NOFILE, &served->files);
}

struct wm_party wm_served_party(struct wm_served *served)
{
    return (struct wm_party){
        .called = "the server",
        .starting = "waiting for the server",
        .stopping = "ending the load; once more ends at once",
        .start = start,
        .turn = turn,
        .stop = stop,
        .kill = end_at_once,
        .free = free_all,
        .user = served,
    };
}
