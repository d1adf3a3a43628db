/* net.c - the driver that speaks a protocol to a server: how requests get onto their connections.
 *
 * A request is spelled when the worker sends it, into the buffer of its slot, since the work's
 * bytes are not its own. Then it goes to a free connection or waits for its turn. */
#include "drivers/net_driver.h"

#include "drivers/post.h"
#include "harness/core/clock.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <uv.h>

enum {
    TICKS = 10,           /* in one timeout: how often it is looked for */
    FILES_OTHERWISE = 64, /* what the process has open besides connections, */
    FILES_OF_THREAD = 8,  /* and for the loop of each worker */
};

/* ---- Sending ---- */

/* Onto a connection that was taken for it. True when that can take the next one at once. */
static bool start(struct wm_driver *driver, uint32_t number, uint32_t slot)
{
    struct line *line = &driver->lines[number];
    struct request *request = &driver->requests[slot];
    line->request = slot;
    line->sent_ms = uv_now(driver->loop);
    struct wm_board *board = &driver->target->region->board;
    line->label = wm_post_begin(board, wm_pool_port(driver->pool, number));
    wm_post_describe(board, line->label, request->index, request->entry);
    driver->protocol->reply_begin(line->reader, &request->wanted);
    int rc = wm_pool_write(driver->pool, number, request->bytes.data, request->bytes.length);
    if (rc < 0) {
        wm_net_unanswered(driver, number, rc);
        return false;
    }
    if (request->wanted.replies > 0 || wm_pool_writing(driver->pool, number))
        return false;
    const struct wm_protocol_reply none = {.failed = false};
    struct wm_driver_result result = wm_net_conclude(driver, number, &none, &slot);
    driver->sink->done(driver->sink, slot, &result);
    return true;
}

void wm_net_serve(struct wm_driver *driver, uint32_t number)
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

/* A free connection for this work. *ret_taken false: *ret_number is the one to wait for. */
static int take_connection(struct wm_driver *driver, const struct wm_work *work,
                           uint32_t *ret_number, bool *ret_taken)
{
    const char *session = wm_session_of(work);
    if (session == NULL) {
        uint32_t number = wm_pool_take(driver->pool);
        *ret_taken = number != WM_POOL_NONE;
        *ret_number = *ret_taken ? number : WM_TURNS_ANY;
        return 0;
    }
    /* Workers take requests as they come: a session's would be on several connections at once. */
    if (driver->target->region->plan.threads > 1)
        return wm_fail_at(&driver->fault, -EINVAL, "session",
                          "requests of sessions keep their order on one thread only: --threads 1");
    *ret_number = wm_sessions_connection(driver->sessions, session);
    *ret_taken = wm_pool_take_this(driver->pool, *ret_number);
    driver->table->sessions = wm_sessions_count(driver->sessions);
    return 0;
}

static int net_send(struct wm_driver *driver, uint32_t slot, const struct wm_work *work,
                    bool counted)
{
    struct request *request = &driver->requests[slot];
    int rc = spell(driver, request, work);
    if (rc < 0)
        return rc;
    request->counted = counted;
    request->index = work->index;
    uint32_t number = WM_TURNS_ANY;
    bool taken = false;
    rc = take_connection(driver, work, &number, &taken);
    if (rc < 0)
        return rc;
    if (!taken)
        wait_for_turn(driver, slot, number);
    else if (start(driver, number, slot))
        wm_net_serve(driver, number);
    return 0;
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
    assert(connections > 0);
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

static uint64_t files_of(uint64_t connections, uint64_t threads)
{
    return connections + threads * FILES_OF_THREAD + FILES_OTHERWISE;
}

int wm_net_check_files(uint32_t connections, uint32_t threads, struct wm_error *err)
{
    uint64_t count = files_of(connections, threads);
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max >= count)
        return 0;
    return wm_fail_at(err, -EMFILE, "ulimit -n",
                      "%" PRIu32 " connections need %" PRIu64 " open files, and %" PRIu64
                      " are allowed: allow more (`ulimit -Hn %" PRIu64
                      "` as root, or nofile in /etc/security/limits.conf), or ask for fewer "
                      "connections",
                      connections, count, (uint64_t)limit.rlim_max, count);
}

/* Each worker asks for those of all. */
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
    uint64_t tick_ms = target->timeout_ns / WM_NET_NS_PER_MS / TICKS;
    struct wm_pool_settings settings = {
        .loop = driver->loop,
        .address = &target->address,
        .host = target->host,
        .count = driver->connections,
        .tick_ms = target->timeout_ns > 0 && tick_ms == 0 ? 1 : tick_ms,
        .board = &target->region->board,
        .reconnects = &driver->table->reconnects,
        .events = wm_net_events(driver),
    };
    allow_files(files_of(target->connections, target->region->plan.threads));
    return wm_pool_open(&settings, &driver->pool, err);
}

/* Of the connections, those of one worker. */
static uint32_t share_of(const struct wm_net_target *target, uint32_t worker)
{
    uint32_t threads = target->region->plan.threads;
    uint32_t share = target->connections / threads + (worker < target->connections % threads);
    return share > 0 ? share : 1;
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
    driver->connections = share_of(driver->target, settings->worker);
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
