/* pool.c - the connections to a server: opened, kept open, written and read; who is free. */
#include "drivers/pool.h"

#include "drivers/idle.h"
#include "drivers/post.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <uv.h>

enum {
    CONNECT_MS = 5000,     /* an attempt may take that long */
    BACKOFF_MIN_MS = 10,   /* from one attempt to the next; the first follows at once */
    BACKOFF_MAX_MS = 1000, /* doubled up to this */
    BUFFER_BYTES = 1 << 16,
};

enum state {
    CLOSED,     /* its alarm goes off when it is to be opened */
    CONNECTING, /* its alarm goes off when that took too long */
    FREE,
    TAKEN,
    CLOSING,
};

struct connection {
    uv_tcp_t tcp; /* first: the connection is found by it */
    uv_timer_t alarm;
    uv_connect_t connect;
    uv_write_t write;
    struct wm_pool *pool;
    enum state state;
    bool writing;
    bool refused; /* its last attempt failed */
    uint16_t port;
    uint64_t backoff_ms;
    uint64_t closed_since_ms;
};

struct wm_pool {
    struct wm_pool_settings settings;
    struct sockaddr_storage address;
    uv_timer_t tick;
    uint32_t handles; /* that libuv still knows */
    uint32_t open_count;
    struct wm_idle *idle; /* those that are free */
    bool opening;         /* within wm_pool_open */
    bool closing;
    int rc; /* why opening failed */
    char buffer[BUFFER_BYTES];
    struct connection connections[];
};

static void start_connecting(struct connection *connection);

static uint32_t number_of(const struct connection *connection)
{
    return (uint32_t)(connection - connection->pool->connections);
}

/* ---- Who is free ---- */

static void set_free(struct connection *connection)
{
    connection->state = FREE;
    wm_idle_add(connection->pool->idle, number_of(connection));
}

static void unset_free(struct connection *connection)
{
    wm_idle_remove(connection->pool->idle, number_of(connection));
    connection->state = TAKEN;
}

uint32_t wm_pool_take(struct wm_pool *pool)
{
    uint32_t number = wm_idle_longest(pool->idle);
    if (number != WM_POOL_NONE)
        unset_free(&pool->connections[number]);
    return number;
}

bool wm_pool_take_this(struct wm_pool *pool, uint32_t number)
{
    if (pool->connections[number].state != FREE)
        return false;
    unset_free(&pool->connections[number]);
    return true;
}

void wm_pool_release(struct wm_pool *pool, uint32_t number)
{
    struct connection *connection = &pool->connections[number];
    assert(connection->state == TAKEN);
    set_free(connection);
}

uint16_t wm_pool_port(const struct wm_pool *pool, uint32_t number)
{
    return pool->connections[number].port;
}

bool wm_pool_writing(const struct wm_pool *pool, uint32_t number)
{
    return pool->connections[number].writing;
}

uint32_t wm_pool_open_count(const struct wm_pool *pool)
{
    return pool->open_count;
}

/* ---- Closing ---- */

static void free_if_done(struct wm_pool *pool)
{
    if (!pool->closing || pool->handles > 0)
        return;
    wm_idle_free(pool->idle);
    free(pool);
}

static void on_tick_closed(uv_handle_t *tick)
{
    struct wm_pool *pool = tick->data;
    pool->handles--;
    free_if_done(pool);
}

static void on_alarm_closed(uv_handle_t *alarm)
{
    struct wm_pool *pool = ((struct connection *)alarm->data)->pool;
    pool->handles--;
    free_if_done(pool);
}

/* The socket is gone: at once for the next one, or after a pause when the last attempt failed. */
static void on_closed(uv_handle_t *handle)
{
    struct connection *connection = (struct connection *)handle;
    struct wm_pool *pool = connection->pool;
    pool->handles--;
    connection->state = CLOSED;
    if (pool->closing)
        free_if_done(pool);
    else if (!pool->opening)
        start_connecting(connection);
}

static void close_connection(struct connection *connection)
{
    if (connection->state == CLOSED || connection->state == CLOSING)
        return;
    struct wm_pool *pool = connection->pool;
    if (connection->state == FREE)
        unset_free(connection);
    if (connection->state == TAKEN) {
        /* Before the socket is closed: the port may be somebody else's right after. */
        wm_post_close(pool->settings.board, connection->port);
        pool->open_count--;
        connection->closed_since_ms = uv_now(pool->settings.loop);
    }
    connection->state = CLOSING;
    connection->writing = false;
    uv_timer_stop(&connection->alarm);
    uv_close((uv_handle_t *)&connection->tcp, on_closed);
}

void wm_pool_reopen(struct wm_pool *pool, uint32_t number)
{
    close_connection(&pool->connections[number]);
}

void wm_pool_close(struct wm_pool *pool)
{
    if (pool == NULL)
        return;
    pool->closing = true;
    for (uint32_t i = 0; i < pool->settings.count; i++) {
        close_connection(&pool->connections[i]);
        uv_close((uv_handle_t *)&pool->connections[i].alarm, on_alarm_closed);
    }
    uv_close((uv_handle_t *)&pool->tick, on_tick_closed);
}

/* ---- Connecting ---- */

static void on_alarm(uv_timer_t *alarm);
static void on_connected(uv_connect_t *request, int status);
static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer);
static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer);

static void attempt_failed(struct connection *connection, int rc)
{
    struct wm_pool *pool = connection->pool;
    connection->refused = true;
    close_connection(connection);
    if (pool->opening) {
        if (pool->rc == 0)
            pool->rc = rc;
        return;
    }
    pool->settings.events.refused(pool->settings.events.user, number_of(connection), rc,
                                  uv_now(pool->settings.loop) - connection->closed_since_ms);
}

static void connect_now(struct connection *connection)
{
    struct wm_pool *pool = connection->pool;
    connection->refused = false;
    int rc = uv_tcp_init(pool->settings.loop, &connection->tcp);
    assert(rc == 0); /* makes no socket yet */
    pool->handles++;
    connection->state = CONNECTING;
    uv_timer_start(&connection->alarm, on_alarm, CONNECT_MS, 0);
    rc = uv_tcp_connect(&connection->connect, &connection->tcp,
                        (const struct sockaddr *)&pool->address, on_connected);
    if (rc < 0)
        attempt_failed(connection, rc);
}

static void start_connecting(struct connection *connection)
{
    if (!connection->refused) {
        connect_now(connection);
        return;
    }
    uv_timer_start(&connection->alarm, on_alarm, connection->backoff_ms, 0);
    connection->backoff_ms *= 2;
    if (connection->backoff_ms > BACKOFF_MAX_MS)
        connection->backoff_ms = BACKOFF_MAX_MS;
}

static void on_alarm(uv_timer_t *alarm)
{
    struct connection *connection = alarm->data;
    if (connection->state == CONNECTING)
        attempt_failed(connection, UV_ETIMEDOUT);
    else if (connection->state == CLOSED)
        connect_now(connection);
}

static int local_port(const uv_tcp_t *tcp, uint16_t *ret_port)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name;
    int bytes = sizeof(name);
    int rc = uv_tcp_getsockname(tcp, &name.any, &bytes);
    if (rc == 0)
        *ret_port = ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
    return rc;
}

static void on_connected(uv_connect_t *request, int status)
{
    struct connection *connection = (struct connection *)request->handle;
    struct wm_pool *pool = connection->pool;
    if (connection->state != CONNECTING)
        return; /* closed meanwhile */
    if (status == 0)
        status = local_port(&connection->tcp, &connection->port);
    if (status == 0)
        status = uv_tcp_nodelay(&connection->tcp, 1);
    if (status == 0)
        status = uv_read_start((uv_stream_t *)&connection->tcp, on_buffer, on_read);
    if (status < 0) {
        attempt_failed(connection, status);
        return;
    }
    uv_timer_stop(&connection->alarm);
    wm_post_open(pool->settings.board, connection->port);
    connection->backoff_ms = BACKOFF_MIN_MS;
    pool->open_count++;
    set_free(connection);
    if (pool->opening)
        return;
    ++*pool->settings.reconnects;
    pool->settings.events.ready(pool->settings.events.user, number_of(connection));
}

/* ---- Bytes ---- */

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct wm_pool *pool = ((struct connection *)handle)->pool;
    *buffer = uv_buf_init(pool->buffer, BUFFER_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct connection *connection = (struct connection *)stream;
    struct wm_pool *pool = connection->pool;
    const struct wm_pool_events *events = &pool->settings.events;
    if (count > 0 && !pool->opening) {
        events->bytes(events->user, number_of(connection), buffer->base, (size_t)count);
    } else if (count < 0) {
        if (connection->state == FREE)
            unset_free(connection);
        if (pool->opening)
            pool->rc = count == UV_EOF ? -ECONNRESET : (int)count;
        else
            events->lost(events->user, number_of(connection), (int)count);
        close_connection(connection);
    }
}

static void on_written(uv_write_t *request, int status)
{
    struct connection *connection = (struct connection *)request->handle;
    const struct wm_pool_events *events = &connection->pool->settings.events;
    if (status < 0 || connection->state != TAKEN)
        return; /* a broken connection shows when it is read from */
    connection->writing = false;
    events->written(events->user, number_of(connection));
}

/* Nearly always all goes at once, and no request of libuv's is needed. */
int wm_pool_write(struct wm_pool *pool, uint32_t number, const char *bytes, size_t count)
{
    struct connection *connection = &pool->connections[number];
    uv_stream_t *stream = (uv_stream_t *)&connection->tcp;
    union {
        const char *from;
        char *to; /* as libuv wants it, which only reads there */
    } start = {bytes};
    uv_buf_t buffer = {.base = start.to, .len = count};
    int written = uv_try_write(stream, &buffer, 1);
    if (written == (int)count)
        return 0;
    if (written < 0 && written != UV_EAGAIN)
        return written;
    if (written > 0) {
        buffer.base += written;
        buffer.len -= (size_t)written;
    }
    int rc = uv_write(&connection->write, stream, &buffer, 1, on_written);
    connection->writing = rc == 0;
    return rc;
}

/* ---- Opening ---- */

static void on_tick(uv_timer_t *tick)
{
    const struct wm_pool *pool = tick->data;
    pool->settings.events.tick(pool->settings.events.user);
}

static void init_handles(struct wm_pool *pool)
{
    uv_loop_t *loop = pool->settings.loop;
    uv_timer_init(loop, &pool->tick);
    pool->tick.data = pool;
    for (uint32_t i = 0; i < pool->settings.count; i++) {
        struct connection *connection = &pool->connections[i];
        connection->pool = pool;
        connection->backoff_ms = BACKOFF_MIN_MS;
        uv_timer_init(loop, &connection->alarm);
        connection->alarm.data = connection;
    }
    pool->handles = pool->settings.count + 1;
}

int wm_pool_open(const struct wm_pool_settings *settings, struct wm_pool **ret_pool,
                 struct wm_error *err)
{
    struct wm_pool *pool =
        calloc(1, sizeof(*pool) + settings->count * sizeof(pool->connections[0]));
    struct wm_idle *idle = wm_idle_new(settings->count);
    if (pool == NULL || idle == NULL) {
        wm_idle_free(idle);
        free(pool);
        return wm_fail(err, -ENOMEM, "out of memory for %u connections", settings->count);
    }
    pool->settings = *settings;
    pool->address = *settings->address;
    pool->idle = idle;
    pool->opening = true;
    init_handles(pool);
    for (uint32_t i = 0; i < settings->count && pool->rc == 0; i++)
        connect_now(&pool->connections[i]);
    while (pool->rc == 0 && pool->open_count < settings->count)
        uv_run(settings->loop, UV_RUN_ONCE);
    pool->opening = false;
    int rc = pool->rc;
    if (rc < 0) {
        wm_pool_close(pool);
        return wm_fail_at(err, rc, settings->host, "cannot connect: %s", uv_strerror(rc));
    }
    if (settings->tick_ms > 0)
        uv_timer_start(&pool->tick, on_tick, settings->tick_ms, settings->tick_ms);
    *ret_pool = pool;
    return 0;
}
