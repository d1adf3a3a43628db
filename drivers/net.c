/* net.c - the driver that speaks a protocol to a server: requests, their turns, their replies.
 *
 * A request is spelled when the worker sends it, into the buffer of its slot, since the work's
 * bytes are not its own. Then it goes to a free connection or waits for its turn. */
#include "drivers/net.h"

#include "drivers/labels.h"
#include "drivers/pool.h"
#include "drivers/post.h"
#include "drivers/sessions.h"
#include "drivers/turns.h"
#include "harness/core/clock.h"
#include "profiles/wire/shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

#define NS_PER_MS UINT64_C(1000000)

enum {
    TICKS = 10, /* in one timeout: how often it is looked for */
    /* A server that takes no connection for so long fails what waits for one. */
    PATIENCE_MS = 5000,
    KEPT_BYTES = 1 << 16, /* a slot keeps memory for a request of that size at most */
    SPARE_FILES = 128,    /* besides connections: what the process has open otherwise */
};

/* A request in flight or waiting; its number is the worker's slot. */
struct request {
    struct wm_text bytes;
    struct wm_wanted wanted;
    uint32_t entry;
    bool counted;
    uint64_t waits_from_ns;
};

/* What goes on on one of the pool's connections. */
struct line {
    struct wm_reply_reader *reader;
    uint32_t request; /* WM_TURNS_NONE: none */
    uint64_t label;   /* its own, on the board */
    uint64_t sent_ms;
};

struct wm_driver {
    const struct wm_net_target *target;
    const struct wm_protocol *protocol;
    struct wm_driver_sink *sink;
    struct wm_worker_table *table;
    uv_loop_t *loop;
    struct wm_pool *pool;
    struct wm_labels *labels;
    struct wm_sessions *sessions;
    struct wm_turns *turns;
    struct request *requests;
    struct line *lines;
    uint32_t slots;
    uint32_t connections; /* not more than slots: the others would never be used */
    struct wm_error fault;
};

/* ---- A request ends ---- */

static const char *reason_of(int rc)
{
    static const struct {
        int rc;
        const char *reason;
    } reasons[] = {
        {UV_EOF,          "connection closed" },
        {UV_ECONNRESET,   "connection reset"  },
        {UV_EPIPE,        "connection reset"  },
        {UV_ETIMEDOUT,    "timed out"         },
        {UV_ECONNREFUSED, "connection refused"},
    };
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].rc == rc)
            return reasons[i].reason;
    }
    return uv_strerror(rc);
}

/* What became of a request, as far as the board and the tables of names go. `label` 0: it was
 * never sent. */
static struct wm_driver_result conclude(struct wm_driver *driver, uint32_t slot, uint64_t label,
                                        const struct wm_protocol_reply *reply)
{
    struct request *request = &driver->requests[slot];
    struct wm_board *board = &driver->target->region->board;
    struct wm_driver_result result = {
        .status = reply->failed ? -EPROTO : 0,
        .end_ns = wm_clock_now_ns(),
        .reply_bytes = reply->bytes,
    };
    uint32_t context = label != 0 ? wm_post_context(board, label) : 0;
    result.path = wm_labels_path(driver->labels, request->entry, reply->outcome, context);
    if (request->bytes.capacity > KEPT_BYTES)
        wm_text_done(&request->bytes);
    if (!request->counted)
        return result;
    if (label != 0)
        wm_post_end(board, label, result.path);
    if (reply->failed)
        wm_shared_count_reason(driver->target->region, reply->reason);
    return result;
}

static struct wm_protocol_reply no_reply(const char *reason)
{
    struct wm_protocol_reply reply = {.failed = true, .outcome = WM_NET_UNANSWERED};
    size_t length = strnlen(reason, sizeof(reply.reason) - 1);
    memcpy(reply.reason, reason, length);
    return reply;
}

/* The request on a connection ended; the connection is the caller's to go on with, before done()
 * is called: that may send the next request. */
static struct wm_driver_result conclude_line(struct wm_driver *driver, struct line *line,
                                             const struct wm_protocol_reply *reply,
                                             uint32_t *ret_slot)
{
    *ret_slot = line->request;
    line->request = WM_TURNS_NONE;
    return conclude(driver, *ret_slot, line->label, reply);
}

/* No reply will come to what is on this connection, if anything is. */
static void unanswered(struct wm_driver *driver, uint32_t number, const char *reason)
{
    struct line *line = &driver->lines[number];
    wm_pool_reopen(driver->pool, number);
    if (line->request == WM_TURNS_NONE)
        return;
    struct wm_protocol_reply reply = no_reply(reason);
    uint32_t slot;
    struct wm_driver_result result = conclude_line(driver, line, &reply, &slot);
    driver->sink->done(driver->sink, slot, &result);
}

/* ---- A request is sent ---- */

/* Onto a connection that was taken for it. True when that can take the next one at once. */
static bool start(struct wm_driver *driver, uint32_t number, uint32_t slot)
{
    struct line *line = &driver->lines[number];
    struct request *request = &driver->requests[slot];
    line->request = slot;
    line->sent_ms = uv_now(driver->loop);
    line->label = wm_post_begin(&driver->target->region->board, wm_pool_port(driver->pool, number));
    driver->protocol->reply_begin(line->reader, &request->wanted);
    int rc = wm_pool_write(driver->pool, number, request->bytes.data, request->bytes.length);
    if (rc < 0) {
        unanswered(driver, number, reason_of(rc));
        return false;
    }
    if (request->wanted.replies > 0 || wm_pool_writing(driver->pool, number))
        return false;
    const struct wm_protocol_reply none = {.failed = false};
    struct wm_driver_result result = conclude_line(driver, line, &none, &slot);
    driver->sink->done(driver->sink, slot, &result);
    return true;
}

/* A connection is free: whose turn is it? */
static void serve(struct wm_driver *driver, uint32_t number)
{
    uint32_t slot = WM_TURNS_NONE;
    do {
        slot = wm_turns_next(driver->turns, number);
        if (slot == WM_TURNS_NONE) {
            wm_pool_release(driver->pool, number);
            return;
        }
        const struct request *request = &driver->requests[slot];
        uint64_t waited_ns = wm_clock_now_ns() - request->waits_from_ns;
        if (request->counted && waited_ns > driver->table->queue_wait_max_ns)
            driver->table->queue_wait_max_ns = waited_ns;
    } while (start(driver, number, slot));
}

static void wait_for_turn(struct wm_driver *driver, uint32_t slot, uint32_t connection)
{
    struct request *request = &driver->requests[slot];
    request->waits_from_ns = wm_clock_now_ns();
    wm_turns_wait(driver->turns, slot, connection);
    if (request->counted)
        wm_histogram_add(&driver->table->queue, wm_turns_waiting(driver->turns));
}

static int spell(struct wm_driver *driver, struct request *request, const struct wm_work *work)
{
    wm_text_clear(&request->bytes);
    request->wanted = (struct wm_wanted){.replies = 1};
    driver->fault = (struct wm_error){{0}, {0}};
    int rc = driver->protocol->spell(work, driver->target->host, &request->bytes, &request->wanted,
                                     &driver->fault);
    if (rc == 0)
        rc = wm_labels_entry(driver->labels, work, &request->entry);
    return rc == 0 && request->bytes.failed ? -ENOMEM : rc;
}

static int net_send(struct wm_driver *driver, uint32_t slot, const struct wm_work *work,
                    bool counted)
{
    struct request *request = &driver->requests[slot];
    int rc = spell(driver, request, work);
    if (rc < 0)
        return rc;
    request->counted = counted;
    const char *session = wm_session_of(work);
    uint32_t number = WM_TURNS_ANY;
    bool taken;
    if (session != NULL) {
        number = wm_sessions_connection(driver->sessions, session);
        driver->table->sessions = wm_sessions_count(driver->sessions);
        taken = wm_pool_take_this(driver->pool, number);
    } else {
        number = wm_pool_take(driver->pool);
        taken = number != WM_POOL_NONE;
    }
    if (!taken)
        wait_for_turn(driver, slot, number);
    else if (start(driver, number, slot))
        serve(driver, number);
    return 0;
}

/* ---- What the pool tells ---- */

static void on_ready(void *user, uint32_t number)
{
    struct wm_driver *driver = user;
    if (wm_pool_take_this(driver->pool, number))
        serve(driver, number);
}

/* A whole reply. */
static void answered(struct wm_driver *driver, uint32_t number,
                     const struct wm_protocol_reply *reply, bool reusable)
{
    uint32_t slot;
    struct wm_driver_result result = conclude_line(driver, &driver->lines[number], reply, &slot);
    if (reusable)
        serve(driver, number);
    else
        wm_pool_reopen(driver->pool, number);
    driver->sink->done(driver->sink, slot, &result);
}

static void on_bytes(void *user, uint32_t number, const char *bytes, size_t count)
{
    struct wm_driver *driver = user;
    struct line *line = &driver->lines[number];
    struct wm_protocol_reply reply = {.failed = false};
    size_t used = 0;
    if (line->request == WM_TURNS_NONE) {
        wm_pool_reopen(driver->pool, number); /* nobody asked */
        return;
    }
    int rc = driver->protocol->reply_feed(line->reader, bytes, count, &used, &reply);
    if (rc < 0)
        unanswered(driver, number, reply.reason);
    else if (rc > 0) /* what comes behind a reply, or before its request is out, is out of step */
        answered(driver, number, &reply,
                 !reply.closes && used == count && !wm_pool_writing(driver->pool, number));
}

static void on_written(void *user, uint32_t number)
{
    struct wm_driver *driver = user;
    const struct line *line = &driver->lines[number];
    const struct wm_protocol_reply none = {.failed = false};
    if (line->request != WM_TURNS_NONE && driver->requests[line->request].wanted.replies == 0)
        answered(driver, number, &none, true);
}

static void on_lost(void *user, uint32_t number, int rc)
{
    struct wm_driver *driver = user;
    struct line *line = &driver->lines[number];
    struct wm_protocol_reply reply = {.failed = false};
    if (line->request != WM_TURNS_NONE && rc == UV_EOF &&
        driver->protocol->reply_end(line->reader, &reply) > 0)
        answered(driver, number, &reply, false);
    else
        unanswered(driver, number, reason_of(rc));
}

/* As many as wait now: done() may make the next one wait. */
static void fail_waiting(struct wm_driver *driver, uint32_t connection, const char *reason)
{
    struct wm_protocol_reply reply = no_reply(reason);
    for (uint32_t left = wm_turns_waiting_for(driver->turns, connection); left > 0; left--) {
        uint32_t slot = wm_turns_next_of(driver->turns, connection);
        struct wm_driver_result result = conclude(driver, slot, 0, &reply);
        driver->sink->done(driver->sink, slot, &result);
    }
}

static void on_refused(void *user, uint32_t number, int rc, uint64_t closed_ms)
{
    struct wm_driver *driver = user;
    bool stopped = atomic_load_explicit(&driver->target->region->stop, memory_order_relaxed) != 0;
    if (closed_ms < PATIENCE_MS && !stopped)
        return;
    fail_waiting(driver, number, reason_of(rc));
    if (wm_pool_open_count(driver->pool) == 0)
        fail_waiting(driver, WM_TURNS_ANY, reason_of(rc));
}

static void on_tick(void *user)
{
    struct wm_driver *driver = user;
    uint64_t timeout_ms = (driver->target->timeout_ns + NS_PER_MS - 1) / NS_PER_MS;
    uint64_t now_ms = uv_now(driver->loop);
    for (uint32_t i = 0; i < driver->connections; i++) {
        const struct line *line = &driver->lines[i];
        if (line->request != WM_TURNS_NONE && now_ms - line->sent_ms >= timeout_ms)
            unanswered(driver, i, reason_of(UV_ETIMEDOUT));
    }
}

/* ---- Opening and closing ---- */

static void net_close(struct wm_driver *driver)
{
    if (driver == NULL)
        return;
    wm_pool_close(driver->pool);
    wm_post_sweep(&driver->target->region->board);
    for (uint32_t i = 0; driver->lines != NULL && i < driver->connections; i++)
        driver->protocol->reply_close(driver->lines[i].reader);
    for (uint32_t i = 0; driver->requests != NULL && i < driver->slots; i++)
        wm_text_done(&driver->requests[i].bytes);
    wm_turns_free(driver->turns);
    wm_sessions_free(driver->sessions);
    wm_labels_free(driver->labels);
    free(driver->requests);
    free(driver->lines);
    free(driver);
}

/* What is needed besides connections; -ENOMEM. */
static int make_places(struct wm_driver *driver)
{
    uint32_t connections = driver->connections;
    driver->lines = calloc(connections, sizeof(*driver->lines));
    driver->requests = calloc(driver->slots, sizeof(*driver->requests));
    driver->turns = wm_turns_new(driver->slots, connections);
    driver->sessions = wm_sessions_new(connections);
    if (driver->lines == NULL || driver->requests == NULL || driver->turns == NULL ||
        driver->sessions == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < driver->slots; i++)
        wm_text_init(&driver->requests[i].bytes);
    int rc = wm_labels_new(driver->target->region, driver->protocol, &driver->labels);
    for (uint32_t i = 0; i < connections && rc == 0; i++) {
        driver->lines[i].request = WM_TURNS_NONE;
        rc = driver->protocol->reply_open(&driver->lines[i].reader);
    }
    return rc;
}

/* Each worker has that many, and asks for all of them. */
static void allow_files(uint64_t count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count)
        return;
    limit.rlim_cur = limit.rlim_max < count ? limit.rlim_max : count;
    setrlimit(RLIMIT_NOFILE, &limit); /* if that fails, opening says so */
}

static int open_pool(struct wm_driver *driver, struct wm_error *err)
{
    const struct wm_net_target *target = driver->target;
    uint64_t tick_ms = target->timeout_ns / NS_PER_MS / TICKS;
    struct wm_pool_settings settings = {
        .loop = driver->loop,
        .address = &target->address,
        .host = target->host,
        .count = driver->connections,
        .tick_ms = target->timeout_ns > 0 && tick_ms == 0 ? 1 : tick_ms,
        .board = &target->region->board,
        .reconnects = &driver->table->reconnects,
        .events = {on_ready, on_bytes, on_written, on_lost, on_refused, on_tick, driver},
    };
    allow_files((uint64_t)target->connections * target->region->plan.threads + SPARE_FILES);
    return wm_pool_open(&settings, &driver->pool, err);
}

static int net_open(const struct wm_driver_settings *settings, struct wm_driver **ret_driver,
                    struct wm_error *err)
{
    struct wm_driver *driver = calloc(1, sizeof(*driver));
    if (driver == NULL)
        return wm_fail(err, -ENOMEM, "out of memory for a driver");
    driver->target = settings->target;
    driver->protocol = driver->target->protocol;
    driver->sink = settings->sink;
    driver->table = settings->table;
    driver->loop = settings->loop;
    driver->slots = settings->slots;
    driver->connections = driver->target->connections;
    if (driver->connections > driver->slots)
        driver->connections = driver->slots;
    int rc = make_places(driver);
    if (rc < 0)
        wm_fail(err, rc, "out of memory for %u connections", driver->connections);
    else
        rc = open_pool(driver, err);
    if (rc < 0) {
        net_close(driver);
        return rc;
    }
    *ret_driver = driver;
    return 0;
}

static const struct wm_error *net_fault(const struct wm_driver *driver)
{
    return &driver->fault;
}

const struct wm_driver_ops wm_driver_net = {
    .name = "net",
    .help = "speaks a protocol to a server over connections, one request in flight on each",
    .open = net_open,
    .send = net_send,
    .fault = net_fault,
    .close = net_close,
};
