/* session.c - one loop: who is run, the drain every 20 ms, progress, signals. */
#include "harness/cli/session.h"

#include "harness/cli/print.h"
#include "harness/cli/waiting.h"
#include "harness/core/clock.h"
#include "harness/core/units.h"

#include <signal.h>
#include <uv.h>

enum { DRAIN_MS = 20, PROGRESS_TURNS = 10, WAITING_TURNS = 25 };
/* After a signal: the workers have 10 s of patience of their own, and then to end. */
#define PATIENCE_NS (11 * WM_NS_PER_SECOND)
/* One wish may come as two signals: GNU timeout signals its child, and then its whole group. */
#define SAME_WISH_NS (WM_NS_PER_SECOND / 5)

static const int stop_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { STOP_SIGNAL_COUNT = sizeof(stop_signals) / sizeof(stop_signals[0]) };

struct session {
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t signals[STOP_SIGNAL_COUNT];
    struct wm_region *region;
    struct wm_gather *gather;
    const struct wm_party *party;
    struct wm_session_result result;
    const struct wm_session_watcher *watcher; /* NULL: none */
    struct wm_waiting waiting;
    uint64_t stopped_ns; /* when a signal ended the load; 0: none did */
    uint64_t turns;
    uint64_t done_turns; /* since the app's process said that all is done */
    int rc;              /* of draining */
};

static void on_exited(void *user, const struct wm_target_exit *how)
{
    struct session *session = user;
    session->result.exit = *how;
    uv_stop(&session->loop);
}

static void kill_app(struct session *session)
{
    session->result.killed = true;
    session->party->kill(session->party->user);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct session *session = handle->data;
    if (session->result.stopped) {
        if (wm_clock_now_ns() - session->stopped_ns < SAME_WISH_NS)
            return;
        kill_app(session);
        for (int i = 0; i < STOP_SIGNAL_COUNT; i++) /* a third one is the system's own answer */
            uv_signal_stop(&session->signals[i]);
        return;
    }
    session->result.stopped = true;
    session->stopped_ns = wm_clock_now_ns();
    atomic_store_explicit(&session->region->stop, 1, memory_order_release);
    if (session->party->stop != NULL)
        session->party->stop(session->party->user, number);
    wm_print_note("%s", session->party->stopping);
}

static void show_running(const struct session *session)
{
    const struct wm_plan *plan = &session->region->plan;
    char sent[WM_UNIT_BYTES], of[WM_UNIT_BYTES], time[WM_UNIT_BYTES], length[WM_UNIT_BYTES];
    uint64_t started_ns = atomic_load(&session->region->started_ns);
    uint64_t now_ns = wm_clock_now_ns();
    uint64_t taken_ns = started_ns > 0 && now_ns > started_ns ? now_ns - started_ns : 0;
    wm_units_count(atomic_load(&session->region->next_index), sent);
    wm_units_count(plan->requests, of);
    wm_units_duration((double)taken_ns, time);
    wm_units_duration((double)plan->duration_ns, length);
    wm_print_progress("%s%s%s requests in %s%s%s", sent, plan->requests > 0 ? " of " : "",
                      plan->requests > 0 ? of : "", time, plan->duration_ns > 0 ? " of " : "",
                      plan->duration_ns > 0 ? length : "");
}

static void show_progress(const struct session *session)
{
    if (session->party->show != NULL) {
        session->party->show(session->party->user);
        return;
    }
    switch ((enum wm_stage)atomic_load(&session->region->stage)) {
    case WM_STAGE_STARTING:
        wm_print_progress("%s", session->party->starting);
        break;
    case WM_STAGE_WARMING:
        wm_print_progress("warming up");
        break;
    case WM_STAGE_RUNNING:
        show_running(session);
        break;
    case WM_STAGE_ENDING:
        wm_print_progress("waiting for the requests in flight");
        break;
    case WM_STAGE_DONE:
    case WM_STAGE_FAILED:
        break;
    }
}

/* Nobody should have to guess why nothing happens, nor wait for ever once they want an end. */
static void watch_waiting(struct session *session)
{
    uint64_t now_ns = wm_clock_now_ns();
    struct wm_text text;
    if (atomic_load(&session->region->stage) >= WM_STAGE_DONE || session->result.killed)
        return;
    wm_text_init(&text);
    /* A watcher's requests stay open for long, as they should; a server's have a limit of their
     * own. */
    if (session->watcher == NULL && session->region->plan.target == WM_TARGET_HOST &&
        wm_waiting_look(&session->waiting, session->region, now_ns, &text))
        wm_print_note("%s", text.data);
    wm_text_done(&text);
    if (session->stopped_ns == 0 || now_ns - session->stopped_ns < PATIENCE_NS)
        return;
    wm_print_note("requests in flight did not end within 10 s: %s is ended",
                  session->party->called);
    session->result.gave_up = true;
    kill_app(session);
}

/* All is counted: an app that hangs in a destructor must not keep the run. */
static void watch_exit(struct session *session)
{
    if (atomic_load(&session->region->stage) < WM_STAGE_DONE || session->party->patient)
        return;
    if (session->done_turns++ == WM_SESSION_LINGER_S * 1000 / DRAIN_MS) {
        session->result.lingered = true;
        session->party->kill(session->party->user);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct session *session = timer->data;
    if (session->party->turn != NULL)
        session->party->turn(session->party->user);
    if (session->rc == 0)
        session->rc = wm_gather_drain(session->gather);
    if (session->rc < 0 && !session->result.killed)
        kill_app(session);
    watch_exit(session);
    bool alone = session->watcher == NULL;
    if (!alone)
        session->watcher->turn(session->watcher->user);
    if (session->turns++ % PROGRESS_TURNS == PROGRESS_TURNS - 1 && alone)
        show_progress(session);
    if (session->turns % WAITING_TURNS == 0)
        watch_waiting(session);
}

/* A signal between two runs of a series waits here for the next one's handlers. */
static struct {
    bool held;
    sigset_t before;
} mask;

static void release_signals(void)
{
    if (mask.held)
        (void)pthread_sigmask(SIG_SETMASK, &mask.before, NULL);
    mask.held = false;
}

bool wm_session_stop_pending(void)
{
    sigset_t pending;
    bool stop = false;
    if (sigpending(&pending) < 0)
        return false;
    for (int i = 0; i < STOP_SIGNAL_COUNT; i++)
        stop = stop || sigismember(&pending, stop_signals[i]) == 1;
    return stop;
}

static int watch(struct session *session)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < STOP_SIGNAL_COUNT; i++)
        rc = uv_signal_start(&session->signals[i], on_signal, stop_signals[i]);
    if (rc == 0)
        rc = uv_timer_start(&session->timer, on_timer, DRAIN_MS, DRAIN_MS);
    return rc;
}

static int open_loop(struct session *session)
{
    int rc = uv_loop_init(&session->loop);
    if (rc < 0)
        return rc;
    /* these two do no more than fill the handles */
    (void)uv_timer_init(&session->loop, &session->timer);
    session->timer.data = session;
    for (int i = 0; rc == 0 && i < STOP_SIGNAL_COUNT; i++) {
        rc = uv_signal_init(&session->loop, &session->signals[i]);
        session->signals[i].data = session;
    }
    return rc;
}

/* From here on the run is put together and written: moments, in which a signal must not lose it. */
static void hold_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    for (int i = 0; i < STOP_SIGNAL_COUNT; i++)
        sigaddset(&signals, stop_signals[i]);
    mask.held = pthread_sigmask(SIG_BLOCK, &signals, &mask.before) == 0;
}

static void close_handle(uv_handle_t *handle, void *user)
{
    (void)user;
    if (uv_is_closing(handle) == 0)
        uv_close(handle, NULL);
}

static void close_loop(struct session *session)
{
    session->party->free(session->party->user);
    uv_walk(&session->loop, close_handle, NULL);
    uv_run(&session->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&session->loop);
}

int wm_session_run(const struct wm_party *party, struct wm_region *region, struct wm_gather *gather,
                   const struct wm_session_watcher *watcher, struct wm_session_result *ret_result,
                   struct wm_error *err)
{
    struct session session = {
        .party = party, .region = region, .gather = gather, .watcher = watcher};
    int rc = open_loop(&session);
    if (rc < 0)
        return wm_fail_errno(err, rc, "", "make an event loop");
    rc = watch(&session);
    if (rc < 0) {
        wm_fail_errno(err, rc, "", "watch for signals");
        goto out;
    }
    release_signals();
    const struct wm_target_watcher over = {on_exited, &session};
    rc = party->start(party->user, &session.loop, &over, err);
    if (rc < 0)
        goto out;
    uv_run(&session.loop, UV_RUN_DEFAULT);
    hold_signals();
    if (session.rc == 0)
        session.rc = wm_gather_drain(gather);
    rc = session.rc;
    if (rc < 0)
        wm_fail_errno(err, rc, "", "gather the samples");
    if (watcher != NULL)
        watcher->turn(watcher->user);
    *ret_result = session.result;
out:
    close_loop(&session);
    wm_print_progress_done();
    return rc;
}
