/* pool.h - the connections to a server: opened, kept open, written and read; who is free.
 *
 *           ┌──────────── ready ───────────┐
 *   closed ─┴─> connecting ──> open (free <┴─> taken) ──> closing ─┐
 *     ^             │ refused: 10 ms, 20 ms .. 1 s                 │
 *     └─────────────┴──────────────────────────────────────────────┘
 *
 * Connections are numbers from 0. Knows bytes, not what they mean. [loop]. */
#ifndef WM_DRIVERS_POOL_H
#define WM_DRIVERS_POOL_H

#include "harness/core/error.h"
#include "profiles/wire/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct uv_loop_s;
struct wm_pool;

#define WM_POOL_NONE UINT32_MAX

/* What the pool tells its owner; never from within wm_pool_open, and not after wm_pool_close. */
struct wm_pool_events {
    /* Connected again, and free until the owner takes it. */
    void (*ready)(void *user, uint32_t number);
    void (*bytes)(void *user, uint32_t number, const char *bytes, size_t count);
    /* All of what wm_pool_write could not write at once is out now. */
    void (*written)(void *user, uint32_t number);
    /* Ended by the peer (UV_EOF) or the network; it is not free, and is opened again once this
     * returns. */
    void (*lost)(void *user, uint32_t number, int rc);
    /* One more attempt to open it failed; it has been closed for so long. */
    void (*refused)(void *user, uint32_t number, int rc, uint64_t closed_ms);
    /* Every wm_pool_settings.tick_ms. */
    void (*tick)(void *user);
    void *user;
};

struct wm_pool_settings {
    struct uv_loop_s *loop;
    const struct sockaddr_storage *address;
    const char *host;       /* for errors */
    uint32_t count;         /* of connections, at least 1 */
    uint64_t tick_ms;       /* 0: no ticks */
    struct wm_board *board; /* its ports are kept */
    uint64_t *reconnects;   /* counts connections that were opened again */
    struct wm_pool_events events;
};

/* Opens all connections: turns the loop until they are there. A refused one is an error. After a
 * failure the loop must turn before it is closed. */
WM_MUST_USE int wm_pool_open(const struct wm_pool_settings *settings, struct wm_pool **ret_pool,
                             struct wm_error *err);
/* Closes all; frees while the loop turns. NULL is allowed. */
void wm_pool_close(struct wm_pool *pool);

/* Takes the connection that has been free for longest; WM_POOL_NONE: there is none. */
uint32_t wm_pool_take(struct wm_pool *pool);
/* Takes this one; false: it is not free. */
bool wm_pool_take_this(struct wm_pool *pool, uint32_t number);
/* The owner has no use for a connection that it took. */
void wm_pool_release(struct wm_pool *pool, uint32_t number);
/* Closes a connection that it took, and opens it again. */
void wm_pool_reopen(struct wm_pool *pool, uint32_t number);

/* Of an open connection: its local port. */
uint16_t wm_pool_port(const struct wm_pool *pool, uint32_t number);
/* Writes; 0, or what the network said (then it is for the owner to reopen it). The bytes stay until
 * wm_pool_writing() is false or the connection is reopened. */
WM_MUST_USE int wm_pool_write(struct wm_pool *pool, uint32_t number, const char *bytes,
                              size_t count);
/* True while not all of what was written is out. */
bool wm_pool_writing(const struct wm_pool *pool, uint32_t number);
/* How many are open, free or taken. */
uint32_t wm_pool_open_count(const struct wm_pool *pool);

#endif
