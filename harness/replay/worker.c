/* worker.c - one thread, one loop: takes requests, sends them through one driver, counts them.
 *
 *   prepare, check ──> fill ──> take a ticket ──> due? ──> send ──> … done ──> tally ──> slot free
 *                                                  └ no: the pacer calls again
 *
 * Sending happens in two places of each turn of the loop, before it polls (after timers) and after
 * (when answers came in), so that an answer is followed by the next request within the turn. A
 * driver may complete within send(), and then fill() is the tight loop: it goes round until its
 * share of the turn is used up, and an idle handle keeps the loop from sleeping meanwhile. */
#include "harness/replay/worker.h"

#include "harness/core/clock.h"
#include "harness/replay/pacer.h"
#include "harness/replay/tally.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <uv.h>

enum {
    TURN_REQUESTS = 256,   /* sent at most at one go … */
    TURN_NS = 1000 * 1000, /* … or for this long, then the loop turns */
    RETRY_NS = 100 * 1000, /* a driver that was busy is asked again after that */
    CLOSING_TURNS = 100,   /* of the loop, for handles to close */
};

/* What the pacer calls back for, besides the slots (which have thought enough). */
enum { TOKEN_SEND, TOKEN_GIVE_UP, TOKEN_SLOT };

struct slot {
    struct wm_tally_request request;
    uint64_t from_ns; /* latency counts from here: due in an open loop, else sent */
    uint64_t think_ns;
    bool busy;
    bool counted;
};

struct wm_worker {
    struct wm_driver_sink sink; /* first: done() finds the worker by it */
    const struct wm_driver_ops *ops;
    struct wm_driver *driver;
    struct wm_cursor *cursor;
    struct wm_pacer *pacer;
    struct wm_phase *phase;
    struct wm_tally tally;

    uint32_t slot_count;
    uint32_t free_count;
    uint32_t in_flight;
    uint32_t *free_slots; /* a stack: the warmest slot is used next */
    struct slot *slots;

    struct wm_work work; /* the request taken but not sent yet, if `held` */
    uint64_t work_hash;
    uint64_t from_ns; /* its start of latency; 0: not tried yet */
    bool held;
    bool paced; /* the pacer will call for it */

    bool out;     /* no more requests in this phase */
    bool gave_up; /* on those in flight */
    int rc;
    struct wm_error err;
    uint64_t last_end_ns;

    bool loop_open;
    uv_loop_t loop;
    uv_idle_t idle;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_async_t wake;
};

static void on_done(struct wm_driver_sink *sink, uint32_t slot_number,
                    const struct wm_driver_result *result);
static void on_due(void *user, uint32_t token);
static void on_idle(uv_idle_t *idle);
static void on_prepare(uv_prepare_t *prepare);
static void on_check(uv_check_t *check);
static void on_wake(uv_async_t *wake);

/* ---- Opening and closing ---- */

static int open_loop(struct wm_worker *worker, struct wm_error *err)
{
    int rc = uv_loop_init(&worker->loop);
    if (rc < 0)
        return wm_fail_errno(err, rc, "", "make an event loop");
    worker->loop_open = true;
    uv_idle_init(&worker->loop, &worker->idle);
    uv_prepare_init(&worker->loop, &worker->prepare);
    uv_check_init(&worker->loop, &worker->check);
    uv_prepare_start(&worker->prepare, on_prepare);
    uv_check_start(&worker->check, on_check);
    worker->prepare.data = worker;
    worker->check.data = worker;
    rc = uv_async_init(&worker->loop, &worker->wake, on_wake);
    worker->wake.data = worker;
    if (rc < 0)
        return wm_fail_errno(err, rc, "", "make a wake-up for an event loop");
    return wm_pacer_open(&worker->loop, worker->slot_count + TOKEN_SLOT, on_due, worker,
                         &worker->pacer, err);
}

int wm_worker_open(const struct wm_worker_settings *settings, struct wm_worker **ret_worker,
                   struct wm_error *err)
{
    struct wm_worker *worker = calloc(1, sizeof(*worker));
    if (worker == NULL)
        return wm_fail(err, -ENOMEM, "out of memory for a worker");
    int rc = -ENOMEM;
    worker->sink.done = on_done;
    worker->ops = settings->driver;
    worker->slot_count = settings->slots;
    worker->slots = calloc(settings->slots + 1u, sizeof(*worker->slots));
    worker->free_slots = calloc(settings->slots + 1u, sizeof(*worker->free_slots));
    if (worker->slots == NULL || worker->free_slots == NULL) {
        wm_fail(err, rc, "out of memory for %u requests in flight", settings->slots);
        goto out;
    }
    wm_tally_init(&worker->tally, settings->region, settings->number);
    rc = wm_cursor_new(settings->stream, &worker->cursor);
    if (rc < 0) {
        wm_fail_errno(err, rc, "", "make a place for a request");
        goto out;
    }
    rc = open_loop(worker, err);
    if (rc < 0)
        goto out;
    struct wm_driver_settings driver = {
        .loop = &worker->loop,
        .sink = &worker->sink,
        .worker = settings->number,
        .slots = settings->slots > 0 ? settings->slots : 1,
        .target = settings->driver_target,
        .table = worker->tally.table,
    };
    rc = worker->ops->open(&driver, &worker->driver, err);
    if (rc < 0)
        goto out;
    *ret_worker = worker;
    worker = NULL;
out:
    wm_worker_close(worker);
    return rc;
}

static void close_handle(uv_handle_t *handle)
{
    if (handle->type != UV_UNKNOWN_HANDLE && !uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_loop(struct wm_worker *worker)
{
    close_handle((uv_handle_t *)&worker->idle);
    close_handle((uv_handle_t *)&worker->prepare);
    close_handle((uv_handle_t *)&worker->check);
    close_handle((uv_handle_t *)&worker->wake);
    int rc = UV_EBUSY;
    for (int turn = 0; turn < CLOSING_TURNS && rc == UV_EBUSY; turn++) {
        uv_run(&worker->loop, UV_RUN_NOWAIT);
        rc = uv_loop_close(&worker->loop);
    }
    assert(rc == 0); /* else a driver left a handle open */
}

void wm_worker_close(struct wm_worker *worker)
{
    if (worker == NULL)
        return;
    if (worker->driver != NULL)
        worker->ops->close(worker->driver);
    wm_pacer_close(worker->pacer);
    if (worker->loop_open)
        close_loop(worker);
    wm_cursor_free(worker->cursor);
    free(worker->slots);
    free(worker->free_slots);
    free(worker);
}

/* ---- A phase ---- */

static void begin_phase(struct wm_worker *worker, struct wm_phase *phase)
{
    worker->phase = phase;
    worker->held = false;
    worker->paced = false;
    worker->out = worker->slot_count == 0;
    worker->gave_up = false;
    worker->rc = 0;
    worker->last_end_ns = 0;
    worker->free_count = 0;
    /* What the warm-up gave up on keeps its slot until it ends. */
    for (uint32_t i = worker->slot_count; i > 0; i--) {
        if (!worker->slots[i - 1].busy)
            worker->free_slots[worker->free_count++] = i - 1;
    }
}

static bool phase_over(const struct wm_worker *worker)
{
    return worker->out && ((worker->in_flight == 0 && !worker->held) || worker->gave_up);
}

int wm_worker_run(struct wm_worker *worker, struct wm_phase *phase, struct wm_error *err)
{
    begin_phase(worker, phase);
    uint64_t start_ns = wm_clock_now_ns(), start_cpu_ns = wm_clock_thread_cpu_ns();
    while (!phase_over(worker))
        uv_run(&worker->loop, UV_RUN_ONCE);
    if (phase->counted) {
        worker->tally.table->busy_ns += wm_clock_thread_cpu_ns() - start_cpu_ns;
        worker->tally.table->wall_ns += wm_clock_now_ns() - start_ns;
    }
    wm_pacer_clear(worker->pacer);
    uv_idle_stop(&worker->idle);
    uint64_t unfinished = worker->held;
    for (uint32_t i = 0; i < worker->slot_count; i++)
        unfinished += worker->slots[i].busy && worker->slots[i].counted;
    if (phase->counted)
        worker->tally.table->unfinished += unfinished;
    worker->phase = NULL;
    if (worker->rc < 0 && err != NULL)
        *err = worker->err;
    return worker->rc;
}

uint64_t wm_worker_last_end_ns(const struct wm_worker *worker)
{
    return worker->last_end_ns;
}

void wm_worker_wake(struct wm_worker *worker)
{
    uv_async_send(&worker->wake);
}

/* No more requests are taken; what is in flight has `patience_ns` left. */
static void set_out(struct wm_worker *worker)
{
    if (worker->out)
        return;
    worker->out = true;
    if (worker->in_flight > 0 || worker->held)
        wm_pacer_add(worker->pacer, wm_clock_now_ns() + worker->phase->patience_ns, TOKEN_GIVE_UP);
}

static void fail(struct wm_worker *worker, int rc)
{
    worker->rc = rc;
    worker->held = false;
    atomic_store_explicit(&worker->phase->halt, true, memory_order_release);
    set_out(worker);
}

/* ---- Taking and sending ---- */

static bool halted(struct wm_phase *phase)
{
    return atomic_load_explicit(&phase->halt, memory_order_acquire); /* pairs with replay.c */
}

static void pace(struct wm_worker *worker, uint64_t at_ns)
{
    if (!worker->paced)
        wm_pacer_add(worker->pacer, at_ns, TOKEN_SEND);
    worker->paced = true;
}

/* Takes the next request, if there is one and a slot for it. */
static bool take(struct wm_worker *worker)
{
    struct wm_phase *phase = worker->phase;
    if (halted(phase) || worker->last_end_ns >= phase->deadline_ns)
        set_out(worker);
    if (worker->out || worker->free_count == 0)
        return false;
    int rc = wm_tickets_take(&phase->tickets, worker->cursor, &worker->work, &worker->err);
    if (rc < 0)
        fail(worker, rc);
    else if (rc == 0)
        set_out(worker);
    if (rc <= 0)
        return false;
    /* Here, since the hash is neither the app's time nor its latency. */
    worker->work_hash = phase->counted ? wm_work_hash(&worker->work) : 0;
    worker->from_ns = 0;
    worker->held = true;
    return true;
}

/* In an open loop: is it time to send what is held? Otherwise it waits, or is given back when the
 * load ended first. */
static bool time_to_send(struct wm_worker *worker, uint64_t now_ns)
{
    struct wm_phase *phase = worker->phase;
    uint64_t due_ns = phase->start_ns + worker->work.due_ns;
    bool due = now_ns >= due_ns;
    if ((due || halted(phase)) && !wm_tickets_confirm(&phase->tickets, worker->work.due_ns)) {
        worker->held = false;
        set_out(worker);
        return false;
    }
    if (!due) {
        pace(worker, due_ns);
        return false;
    }
    worker->from_ns = due_ns;
    return true;
}

/* Why the driver cannot send what is held. */
static void tell_refused(struct wm_worker *worker, int rc)
{
    const struct wm_work *work = &worker->work;
    uint64_t index = work->index & ~WM_WORK_WARMUP_INDEX;
    const struct wm_error *fault = NULL;
    if (rc == -EINVAL && worker->ops->fault != NULL)
        fault = worker->ops->fault(worker->driver);
    if (fault != NULL)
        wm_fail(&worker->err, rc, "request %" PRIu64 ": %.100s%s%.300s", index, fault->place,
                fault->place[0] != '\0' ? ": " : "", fault->text);
    else if (rc == -ENOENT)
        wm_fail(&worker->err, rc,
                "request %" PRIu64 " is for the entry point '%.100s', which is not there", index,
                work->entry);
    else
        wm_fail_errno(&worker->err, rc, "", "send a request");
}

/* Sends what is held. False when the driver is busy or the run is over. */
static bool send_held(struct wm_worker *worker, uint64_t now_ns)
{
    uint32_t number = worker->free_slots[--worker->free_count];
    struct slot *slot = &worker->slots[number];
    bool counted = worker->phase->counted;
    *slot = (struct slot){
        .request = {worker->work.index, worker->work_hash, worker->work.row},
        .from_ns = worker->from_ns,
        .think_ns = worker->work.think_ns,
        .busy = true,
        .counted = counted,
    };
    worker->in_flight++;
    worker->held = false;
    int rc = worker->ops->send(worker->driver, number, &worker->work, counted);
    if (rc == 0) {
        if (counted && worker->phase->tickets.schedule != NULL)
            wm_tally_late(&worker->tally, now_ns - slot->from_ns);
        return true;
    }
    slot->busy = false;
    worker->in_flight--;
    worker->free_slots[worker->free_count++] = number;
    if (rc == -EBUSY) {
        worker->held = true;
        pace(worker, now_ns + RETRY_NS);
    } else {
        tell_refused(worker, rc);
        fail(worker, rc);
    }
    return false;
}

/* Sends what can be sent now. True when there may be more at once. */
static bool fill(struct wm_worker *worker)
{
    bool open = worker->phase->tickets.schedule != NULL;
    uint64_t first_ns = 0;
    if (worker->held && halted(worker->phase))
        set_out(worker); /* a driver that stays busy must not keep the run for ever */
    for (int i = 0; i < TURN_REQUESTS; i++) {
        if (!worker->held && !take(worker))
            return false;
        uint64_t now_ns = wm_clock_now_ns();
        if (worker->from_ns == 0) {
            if (open && !time_to_send(worker, now_ns))
                return false;
            if (!open)
                worker->from_ns = now_ns;
        }
        if (!send_held(worker, now_ns))
            return false;
        if (i == 0)
            first_ns = now_ns;
        else if (now_ns - first_ns > TURN_NS)
            break;
    }
    return true;
}

static void fill_and_rest(struct wm_worker *worker)
{
    if (worker->phase == NULL)
        return;
    /* Once all is over nothing would wake the loop: it must not sleep then either. */
    if (fill(worker) || phase_over(worker))
        uv_idle_start(&worker->idle, on_idle);
    else
        uv_idle_stop(&worker->idle);
}

/* ---- What calls us ---- */

static void on_done(struct wm_driver_sink *sink, uint32_t slot_number,
                    const struct wm_driver_result *result)
{
    struct wm_worker *worker = (struct wm_worker *)sink;
    struct slot *slot = &worker->slots[slot_number];
    assert(slot_number < worker->slot_count && slot->busy);
    slot->busy = false;
    worker->in_flight--;
    if (result->end_ns > worker->last_end_ns)
        worker->last_end_ns = result->end_ns;
    if (slot->counted && !result->unsent) {
        uint64_t from_ns = slot->from_ns + result->sampling_ns;
        uint64_t latency_ns = result->end_ns > from_ns ? result->end_ns - from_ns : 0;
        wm_tally_add(&worker->tally, &slot->request, result, latency_ns);
    }
    /* A virtual user thinks between its requests; in an open loop there are no users. */
    if (slot->think_ns > 0 && worker->phase != NULL && worker->phase->tickets.schedule == NULL)
        wm_pacer_add(worker->pacer, result->end_ns + slot->think_ns, TOKEN_SLOT + slot_number);
    else
        worker->free_slots[worker->free_count++] = slot_number;
}

/* Only says what has changed: check, later in this turn, does the sending. */
static void on_due(void *user, uint32_t token)
{
    struct wm_worker *worker = user;
    if (token == TOKEN_SEND)
        worker->paced = false;
    else if (token == TOKEN_GIVE_UP)
        worker->gave_up = true;
    else
        worker->free_slots[worker->free_count++] = token - TOKEN_SLOT;
}

static void on_idle(uv_idle_t *idle)
{
    (void)idle; /* being active is all it does: the loop polls without waiting */
}

static void on_prepare(uv_prepare_t *prepare)
{
    fill_and_rest(prepare->data);
}

static void on_check(uv_check_t *check)
{
    fill_and_rest(check->data);
}

static void on_wake(uv_async_t *wake)
{
    struct wm_worker *worker = wake->data;
    struct wm_phase *phase = worker->phase;
    /* pairs with replay.c; all else is seen by check, since the loop turned */
    if (phase != NULL && atomic_load_explicit(&phase->let_go, memory_order_acquire))
        worker->gave_up = true;
}
