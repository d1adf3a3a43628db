/* recorder.c - `waymark record` at work: a proxy on a loop of its own until it is told to end. */
#include "harness/cli/recorder.h"

#include "harness/cli/print.h"
#include "harness/core/clock.h"
#include "harness/core/units.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

enum { TICK_MS = 250 };

/* What was noted already: each is said once, the rest is in the summary. */
struct told {
    bool refused, turned_away, not_understood, stopped;
};

struct recorder {
    const struct wm_recorder_settings *settings;
    uv_loop_t loop;
    uv_signal_t interrupt, terminate;
    uv_timer_t tick, end;
    struct wm_proxy *proxy;
    struct told told;
};

/* Two descriptors to a connection: as many as we are allowed. */
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void tell(struct recorder *recorder)
{
    const struct wm_recording *recording = wm_proxy_recording(recorder->proxy);
    struct told *told = &recorder->told;
    if (recording->refused > 0 && !told->refused)
        wm_print_note("note: %s: %s; clients are turned away as long as that lasts",
                      recorder->settings->to, recording->refusal);
    if (recording->turned_away > 0 && !told->turned_away)
        wm_print_note("note: %llu connections at a time are all that the limit of open files "
                      "(ulimit -n) allows; more are turned away",
                      (unsigned long long)recording->open);
    if (recording->not_understood > 0 && !told->not_understood)
        wm_print_note("note: a connection is recorded no further, its traffic goes on: %s",
                      recording->fault);
    if (recording->stopped && !told->stopped)
        wm_print_note("waymark: %s: %s; recording has stopped, traffic goes on",
                      recording->stop.place, recording->stop.text);
    *told = (struct told){.refused = recording->refused > 0,
                          .turned_away = recording->turned_away > 0,
                          .not_understood = recording->not_understood > 0,
                          .stopped = recording->stopped};
}

static void on_tick(uv_timer_t *timer)
{
    struct recorder *recorder = timer->data;
    const struct wm_recording *recording = wm_proxy_recording(recorder->proxy);
    char requests[WM_UNIT_BYTES], open[WM_UNIT_BYTES], bytes[WM_UNIT_BYTES];
    tell(recorder);
    wm_print_progress(
        "%s requests, %s connections open, %s", wm_units_count(recording->requests, requests),
        wm_units_count(recording->open, open),
        wm_units_bytes((double)(recording->sent_bytes + recording->answered_bytes), bytes));
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    uv_stop(handle->loop);
}

static void on_end(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

static void close_handle(uv_handle_t *handle, void *nothing)
{
    (void)nothing;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static int open_proxy(struct recorder *recorder, struct wm_trace_writer *writer,
                      struct wm_error *err)
{
    const struct wm_recorder_settings *settings = recorder->settings;
    struct wm_proxy_settings proxy = {.protocol = settings->protocol, .writer = writer};
    int rc = wm_address_read(settings->listen, &proxy.listen, err);
    if (rc == 0)
        rc = wm_address_read(settings->to, &proxy.to, err);
    if (rc < 0)
        return rc;
    rc = wm_proxy_open(&recorder->loop, &proxy, &recorder->proxy);
    return rc < 0 ? wm_fail_at(err, rc, settings->listen, "cannot listen: %s", uv_strerror(rc)) : 0;
}

static void start_watching(struct recorder *recorder)
{
    uv_signal_init(&recorder->loop, &recorder->interrupt);
    uv_signal_init(&recorder->loop, &recorder->terminate);
    uv_timer_init(&recorder->loop, &recorder->tick);
    uv_timer_init(&recorder->loop, &recorder->end);
    recorder->tick.data = recorder;
    uv_signal_start(&recorder->interrupt, on_signal, SIGINT);
    uv_signal_start(&recorder->terminate, on_signal, SIGTERM);
    uv_timer_start(&recorder->tick, on_tick, TICK_MS, TICK_MS);
    uint64_t duration_ns = recorder->settings->duration_ns;
    if (duration_ns > 0)
        uv_timer_start(&recorder->end, on_end, (duration_ns + 999999) / 1000000, 0);
}

/* The port is told since it may have been left to us. */
static void say_where(const struct recorder *recorder)
{
    const struct wm_recorder_settings *settings = recorder->settings;
    int host = (int)(strrchr(settings->listen, ':') - settings->listen);
    wm_print_note("recording %.*s:%u for %s (%s); Ctrl-C ends", host, settings->listen,
                  (unsigned)wm_proxy_port(recorder->proxy), settings->to, settings->protocol->name);
}

/* A full disk costs what did not find room there, not what did; a slow one what could not wait. */
static int complete(struct wm_trace_writer *writer, struct wm_recording *recording,
                    struct wm_error *err)
{
    uint64_t kept = 0;
    int rc = wm_trace_salvage(writer, &kept, err);
    if (rc < 0)
        return rc;
    if (rc > 0 && !recording->stopped)
        recording->stop = *err;
    recording->stopped = recording->stopped || rc > 0;
    recording->lost += recording->requests - kept;
    recording->requests = kept;
    return 0;
}

int wm_recorder_run(const struct wm_recorder_settings *settings, struct wm_recording *ret_recording,
                    struct wm_error *err)
{
    struct recorder recorder = {.settings = settings};
    struct wm_trace_writer *writer = NULL;
    char source[256];
    snprintf(source, sizeof(source), "%s, recorded (%s)", settings->to, settings->protocol->name);
    raise_descriptors();
    int rc = uv_loop_init(&recorder.loop);
    if (rc < 0)
        return wm_fail_errno(err, rc, "", "make an event loop");
    rc = wm_trace_create(settings->output, source, &writer, err);
    if (rc == 0)
        rc = open_proxy(&recorder, writer, err);
    if (rc == 0) {
        start_watching(&recorder);
        say_where(&recorder);
        uv_run(&recorder.loop, UV_RUN_DEFAULT);
        wm_proxy_close(recorder.proxy);
        tell(&recorder);
        *ret_recording = *wm_proxy_recording(recorder.proxy);
        rc = complete(writer, ret_recording, err);
        writer = NULL;
    }
    uv_walk(&recorder.loop, close_handle, NULL);
    uv_run(&recorder.loop, UV_RUN_DEFAULT);
    uv_loop_close(&recorder.loop);
    wm_proxy_free(recorder.proxy);
    wm_trace_discard(writer);
    return rc;
}
