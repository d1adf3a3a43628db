/* replay.c - the run: worker threads through warm-up and the counted part, stop rules.
 *
 *   control   open ─┬─ warm-up ─┬─ rewind, begin(), started ─┬─ counted ─┬─ end(), stopped ─┬─ join
 *   workers   open ─┘ ········· └ wait                       └ ········· └ wait             └ close
 *
 * The control thread is the caller's. Between its steps the workers wait at a gate, so that all
 * begin at once and nobody draws while a trace is rewound. */
#include "harness/replay/replay.h"

#include "harness/core/clock.h"
#include "harness/replay/worker.h"
#include "workloads/stream.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#define PATIENCE_NS (10 * WM_NS_PER_SECOND)
/* How often the control thread looks at region->stop, which nobody can wake it for. */
#define WATCH_NS (UINT64_C(50) * 1000 * 1000)
/* In an open loop that lags, what was due within the duration is still sent for this long. */
#define GRACE_NS WM_NS_PER_SECOND

enum { PHASE_COUNT = 2 }; /* the warm-up, then the counted part */

struct thread {
    pthread_t id;
    struct run *run;
    struct wm_worker *worker;
    uint32_t number;
    uint32_t slots;
    uint64_t last_end_ns;
};

struct run {
    const struct wm_replay_settings *settings;
    const struct wm_plan *plan;
    struct thread threads[WM_WORKER_MAX];
    uint32_t thread_count; /* that were started */
    _Atomic uint64_t warmup_index;

    pthread_mutex_t lock;   /* guards what follows */
    pthread_cond_t gate;    /* the control thread opened the next step */
    pthread_cond_t news;    /* a worker arrived or failed */
    uint32_t step;          /* 0: opening, 1 and 2: the phases, 3: closing */
    uint32_t arrived;       /* workers that are through with this step */
    struct wm_phase *phase; /* of this step; NULL: nothing to do in it */
    int rc;                 /* the first failure, or 0 */
    struct wm_error err;
};

/* ---- The workers' side ---- */

static void arrive(struct run *run, int rc, const struct wm_error *err)
{
    pthread_mutex_lock(&run->lock);
    if (rc < 0 && run->rc == 0) {
        run->rc = rc;
        run->err = *err;
    }
    run->arrived++;
    pthread_cond_signal(&run->news);
    pthread_mutex_unlock(&run->lock);
}

static struct wm_phase *wait_for_step(struct run *run, uint32_t step)
{
    pthread_mutex_lock(&run->lock);
    while (run->step < step)
        pthread_cond_wait(&run->gate, &run->lock);
    struct wm_phase *phase = run->phase;
    pthread_mutex_unlock(&run->lock);
    return phase;
}

static int open_worker(struct thread *thread, struct wm_error *err)
{
    const struct wm_replay_settings *settings = thread->run->settings;
    struct wm_worker_settings worker = {
        .region = settings->region,
        .stream = settings->stream,
        .driver = settings->driver,
        .driver_target = settings->driver_target,
        .number = thread->number,
        .slots = thread->slots,
    };
    if (settings->worker != NULL)
        settings->worker(settings->user);
    return wm_worker_open(&worker, &thread->worker, err);
}

static void *thread_main(void *user)
{
    struct thread *thread = user;
    struct run *run = thread->run;
    struct wm_error err = {0};
    int rc = open_worker(thread, &err);
    arrive(run, rc, &err);
    for (uint32_t step = 1; step <= PHASE_COUNT; step++) {
        struct wm_phase *phase = wait_for_step(run, step);
        rc = 0;
        if (phase != NULL) {
            rc = wm_worker_run(thread->worker, phase, &err);
            thread->last_end_ns = wm_worker_last_end_ns(thread->worker);
        }
        arrive(run, rc, &err);
    }
    wait_for_step(run, PHASE_COUNT + 1);
    wm_worker_close(thread->worker);
    return NULL;
}

/* ---- The control thread's side ---- */

static bool must_halt(const struct run *run, const struct wm_phase *phase, uint64_t halt_ns)
{
    struct wm_region *region = run->settings->region;
    if (run->rc < 0 || wm_clock_now_ns() >= halt_ns)
        return true;
    if (atomic_load_explicit(&region->stop, memory_order_acquire) != 0)
        return true;
    /* Users who think need not wake up to learn that all is done. */
    return phase->tickets.schedule == NULL && wm_tickets_spent(&phase->tickets);
}

static void halt(struct run *run, struct wm_phase *phase)
{
    uint64_t now_ns = wm_clock_now_ns();
    wm_tickets_close(&phase->tickets, now_ns - phase->start_ns);
    atomic_store_explicit(&phase->halt, true, memory_order_release); /* pairs with worker.c */
    for (uint32_t i = 0; i < run->thread_count; i++)
        wm_worker_wake(run->threads[i].worker);
}

/* Somebody wants an end at once. */
static bool must_let_go(const struct run *run)
{
    return atomic_load_explicit(&run->settings->region->stop, memory_order_acquire) > 1;
}

static void let_go(struct run *run, struct wm_phase *phase)
{
    atomic_store_explicit(&phase->let_go, true, memory_order_release); /* pairs with worker.c */
    for (uint32_t i = 0; i < run->thread_count; i++)
        wm_worker_wake(run->threads[i].worker);
}

static void wait_for_news(struct run *run, uint64_t until_ns)
{
    struct timespec until = {
        .tv_sec = (time_t)(until_ns / WM_NS_PER_SECOND),
        .tv_nsec = (long)(until_ns % WM_NS_PER_SECOND),
    };
    pthread_cond_timedwait(&run->news, &run->lock, &until);
}

/* Waits until all workers are through with this step; ends a phase when its time has come. */
static void wait_for_all(struct run *run, struct wm_phase *phase, uint64_t halt_ns)
{
    bool halted = false;
    pthread_mutex_lock(&run->lock);
    while (run->arrived < run->thread_count) {
        if (phase == NULL) {
            pthread_cond_wait(&run->news, &run->lock);
            continue;
        }
        if (!halted && must_halt(run, phase, halt_ns)) {
            halt(run, phase);
            halted = true;
            continue;
        }
        if (halted && must_let_go(run))
            let_go(run, phase);
        uint64_t until_ns = wm_clock_now_ns() + WATCH_NS;
        wait_for_news(run, !halted && until_ns > halt_ns ? halt_ns : until_ns);
    }
    pthread_mutex_unlock(&run->lock);
}

static void open_gate(struct run *run, struct wm_phase *phase)
{
    pthread_mutex_lock(&run->lock);
    run->step++;
    run->arrived = 0;
    run->phase = phase;
    pthread_cond_broadcast(&run->gate);
    pthread_mutex_unlock(&run->lock);
}

/* After the counted part: when did it end, and what does the caller do about it. */
static void end_counted(struct run *run)
{
    struct wm_region *region = run->settings->region;
    uint64_t stopped_ns = 0;
    for (uint32_t i = 0; i < run->thread_count; i++) {
        if (run->threads[i].last_end_ns > stopped_ns)
            stopped_ns = run->threads[i].last_end_ns;
    }
    if (stopped_ns == 0)
        stopped_ns = wm_clock_now_ns();
    atomic_store_explicit(&region->stopped_ns, stopped_ns, memory_order_release);
    if (run->settings->end != NULL)
        run->settings->end(run->settings->user);
}

/* Lets all workers go through one phase; returns when they are back. */
static int run_phase(struct run *run, bool warmup)
{
    const struct wm_replay_settings *settings = run->settings;
    struct wm_region *region = settings->region;
    struct wm_phase phase = {.counted = !warmup, .deadline_ns = UINT64_MAX};
    int rc = wm_tickets_init(&phase.tickets, run->plan, warmup,
                             warmup ? &run->warmup_index : &region->next_index, &run->err);
    if (rc < 0)
        return rc;
    uint64_t duration_ns = warmup ? run->plan->warmup_ns : run->plan->duration_ns;
    uint64_t halt_ns = UINT64_MAX;
    phase.patience_ns = settings->patience_ns > 0 ? settings->patience_ns : PATIENCE_NS;
    if (!warmup && settings->begin != NULL)
        settings->begin(settings->user);
    phase.start_ns = wm_clock_now_ns();
    if (duration_ns > 0 && duration_ns < UINT64_MAX / 4) {
        halt_ns = phase.start_ns + duration_ns;
        if (run->plan->law == WM_LAW_CLOSED)
            phase.deadline_ns = halt_ns;
        else
            halt_ns += GRACE_NS;
    }
    if (!warmup)
        atomic_store_explicit(&region->started_ns, phase.start_ns, memory_order_release);
    atomic_store_explicit(&region->stage, warmup ? WM_STAGE_WARMING : WM_STAGE_RUNNING,
                          memory_order_release);
    open_gate(run, &phase);
    wait_for_all(run, &phase, halt_ns);
    if (!warmup)
        end_counted(run);
    if (!warmup && run->rc == 0)
        region->unsent = wm_tickets_unsent(&phase.tickets, settings->stream);
    wm_tickets_done(&phase.tickets);
    return run->rc;
}

/* The two phases; the gate stands at PHASE_COUNT afterwards, whatever happened. */
static int run_phases(struct run *run)
{
    int rc = run->rc;
    if (rc == 0 && run->plan->warmup_ns > 0) {
        rc = run_phase(run, true);
        if (rc == 0)
            rc = wm_stream_rewind(run->settings->stream, &run->err);
    } else {
        open_gate(run, NULL);
        wait_for_all(run, NULL, 0);
    }
    if (rc == 0)
        rc = run_phase(run, false);
    return rc;
}

/* Requests in flight at most on worker `number`. */
static uint32_t slots_of(const struct wm_replay_settings *settings, uint32_t number)
{
    const struct wm_plan *plan = &settings->region->plan;
    if (!settings->async)
        return 1;
    if (plan->law != WM_LAW_CLOSED)
        return WM_CONTEXT_MAX / plan->threads;
    uint32_t all = plan->concurrency < WM_CONTEXT_MAX ? plan->concurrency : WM_CONTEXT_MAX;
    return all / plan->threads + (number < all % plan->threads);
}

static int start_threads(struct run *run, struct wm_error *err)
{
    for (uint32_t i = 0; i < run->plan->threads; i++) {
        struct thread *thread = &run->threads[i];
        thread->run = run;
        thread->number = i;
        thread->slots = slots_of(run->settings, i);
        int rc = -pthread_create(&thread->id, NULL, thread_main, thread);
        if (rc < 0)
            return wm_fail_errno(err, rc, "", "start a worker thread");
        run->thread_count++;
    }
    return 0;
}

static int check_plan(const struct wm_replay_settings *settings, struct wm_error *err)
{
    const struct wm_plan *plan = &settings->region->plan;
    if (plan->threads == 0 || plan->threads > WM_WORKER_MAX)
        return wm_fail(err, -EINVAL, "threads must be from 1 to %d, got %u", WM_WORKER_MAX,
                       plan->threads);
    if (settings->async && plan->law == WM_LAW_CLOSED && plan->concurrency == 0)
        return wm_fail(err, -EINVAL, "concurrency must be above 0");
    return 0;
}

/* NULL when memory is out. */
static struct run *run_new(const struct wm_replay_settings *settings)
{
    struct run *run = calloc(1, sizeof(*run));
    if (run == NULL)
        return NULL;
    run->settings = settings;
    run->plan = &settings->region->plan;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&run->lock, NULL);
    pthread_cond_init(&run->gate, NULL);
    pthread_cond_init(&run->news, &attributes);
    pthread_condattr_destroy(&attributes);
    return run;
}

static void run_free(struct run *run)
{
    pthread_cond_destroy(&run->news);
    pthread_cond_destroy(&run->gate);
    pthread_mutex_destroy(&run->lock);
    free(run);
}

int wm_replay_run(const struct wm_replay_settings *settings, struct wm_error *err)
{
    struct wm_region *region = settings->region;
    int rc = check_plan(settings, err);
    if (rc < 0)
        return rc;
    struct run *run = run_new(settings);
    if (run == NULL)
        return wm_fail(err, -ENOMEM, "out of memory for the run");
    region->worker_count = region->plan.threads;
    struct wm_error start_err = {0};
    rc = start_threads(run, &start_err);
    wait_for_all(run, NULL, 0);
    if (rc < 0) {
        run->rc = rc;
        run->err = start_err;
    }
    rc = run_phases(run);
    atomic_store_explicit(&region->stage, WM_STAGE_ENDING, memory_order_release);
    while (run->step <= PHASE_COUNT)
        open_gate(run, NULL);
    for (uint32_t i = 0; i < run->thread_count; i++)
        pthread_join(run->threads[i].id, NULL);
    if (rc < 0 && err != NULL)
        *err = run->err;
    run_free(run);
    return rc;
}
