/* net_ends.c - how requests to servers end: with a reply, without one, or never sent. */
#include "drivers/net_driver.h"

#include "drivers/post.h"
#include "harness/core/clock.h"
#include "profiles/wire/shared.h"

#include <errno.h>
#include <string.h>
#include <uv.h>

enum {
    /* A server that takes no connection for so long fails what waits for one. */
    PATIENCE_MS = 5000,
    KEPT_BYTES = 1 << 16, /* a slot keeps memory for a request of that size at most */
};

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

struct wm_driver_result wm_net_conclude(struct wm_driver *driver, uint32_t number,
                                        const struct wm_protocol_reply *reply, uint32_t *ret_slot)
{
    struct line *line = &driver->lines[number];
    *ret_slot = line->request;
    line->request = WM_TURNS_NONE;
    return conclude(driver, *ret_slot, line->label, reply);
}

static void unanswered(struct wm_driver *driver, uint32_t number, const char *reason)
{
    wm_pool_reopen(driver->pool, number);
    if (driver->lines[number].request == WM_TURNS_NONE)
        return;
    struct wm_protocol_reply reply = no_reply(reason);
    uint32_t slot;
    struct wm_driver_result result = wm_net_conclude(driver, number, &reply, &slot);
    driver->sink->done(driver->sink, slot, &result);
}

/* If the server is dying it had this in its hands: but not what is sent after it, on a connection
 * that the kernel still made in its name. */
static void note_loss(struct wm_driver *driver, uint32_t number)
{
    struct line *line = &driver->lines[number];
    if (line->lost != 0)
        return;
    line->lost = line->label;
    wm_post_lost(&driver->target->region->board, line->lost, true);
}

/* The server has answered since: it has outlived what was lost. */
static void forget_loss(struct wm_driver *driver, uint32_t number)
{
    struct line *line = &driver->lines[number];
    if (line->lost == 0)
        return;
    wm_post_lost(&driver->target->region->board, line->lost, false);
    line->lost = 0;
}

void wm_net_unanswered(struct wm_driver *driver, uint32_t number, int rc)
{
    if (driver->lines[number].request != WM_TURNS_NONE && rc != UV_ETIMEDOUT)
        note_loss(driver, number);
    unanswered(driver, number, reason_of(rc));
}

/* ---- What the pool tells ---- */

static void on_ready(void *user, uint32_t number)
{
    struct wm_driver *driver = user;
    if (wm_pool_take_this(driver->pool, number))
        wm_net_serve(driver, number);
}

/* A whole reply. */
static void answered(struct wm_driver *driver, uint32_t number,
                     const struct wm_protocol_reply *reply, bool reusable)
{
    uint32_t slot;
    struct wm_driver_result result = wm_net_conclude(driver, number, reply, &slot);
    if (reusable)
        wm_net_serve(driver, number);
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
    forget_loss(driver, number);
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
        wm_net_unanswered(driver, number, rc);
}

/* As many as wait now: done() may make the next one wait. `reason` NULL: the run has ended. */
static void fail_waiting(struct wm_driver *driver, uint32_t connection, const char *reason)
{
    struct wm_protocol_reply reply = no_reply(reason != NULL ? reason : "");
    for (uint32_t left = wm_turns_waiting_for(driver->turns, connection); left > 0; left--) {
        uint32_t slot = wm_turns_next_of(driver->turns, connection);
        struct wm_driver_result result = {.unsent = true};
        if (reason != NULL)
            result = conclude(driver, slot, 0, &reply);
        driver->sink->done(driver->sink, slot, &result);
    }
}

static void on_refused(void *user, uint32_t number, int rc, uint64_t closed_ms)
{
    struct wm_driver *driver = user;
    bool stopped = atomic_load_explicit(&driver->target->region->stop, memory_order_relaxed) != 0;
    if (closed_ms < PATIENCE_MS && !stopped)
        return;
    /* In an open loop they were due, and nobody was there; else nobody had asked for them yet. */
    bool closed_loop = driver->target->region->plan.law == WM_LAW_CLOSED;
    const char *reason = stopped && closed_loop ? NULL : reason_of(rc);
    fail_waiting(driver, number, reason);
    if (wm_pool_open_count(driver->pool) == 0)
        fail_waiting(driver, WM_TURNS_ANY, reason);
}

static void on_tick(void *user)
{
    struct wm_driver *driver = user;
    uint64_t timeout_ms = (driver->target->timeout_ns + WM_NET_NS_PER_MS - 1) / WM_NET_NS_PER_MS;
    uint64_t now_ms = uv_now(driver->loop);
    for (uint32_t i = 0; i < driver->connections; i++) {
        const struct line *line = &driver->lines[i];
        if (line->request != WM_TURNS_NONE && now_ms - line->sent_ms >= timeout_ms)
            wm_net_unanswered(driver, i, UV_ETIMEDOUT);
    }
}

struct wm_pool_events wm_net_events(struct wm_driver *driver)
{
    return (struct wm_pool_events){
        .ready = on_ready,
        .bytes = on_bytes,
        .written = on_written,
        .lost = on_lost,
        .refused = on_refused,
        .tick = on_tick,
        .user = driver,
    };
}
