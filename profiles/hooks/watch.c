/* watch.c - `waymark agent`: labels from what a server reads. */
#include "profiles/hooks/watch.h"

#include "profiles/hooks/connection.h"
#include "profiles/hooks/heap.h"
#include "profiles/hooks/watched.h"
#include "profiles/probe/state.h"
#include "profiles/wire/shared.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK = 64 };

/* Two threads that read one connection: the second is not listened to. */
enum reading {
    READING_NOT,
    READING,
    READING_FORGOTTEN, /* the descriptor is another's: what is known is of no use when it is read */
};

struct connection {
    _Atomic uint32_t reading; /* enum reading; who set it owns `begun` and `watched` */
    uint32_t begun;           /* requests of the read that is under way */
    _Atomic uint64_t label;
    struct wm_watched watched;
};

/* Made where a descriptor is used, never given back: at most 30 MB for 65536 of them. */
static _Atomic(struct connection *) chunks[WM_CONNECTION_FD_MAX / CHUNK];

static struct connection *find(int fd)
{
    struct connection *chunk =
        atomic_load_explicit(&chunks[fd / CHUNK], memory_order_acquire); /* pairs with make */
    return chunk != NULL ? &chunk[fd % CHUNK] : NULL;
}

static struct connection *make(int fd)
{
    struct connection *found = find(fd), *none = NULL;
    if (found != NULL)
        return found;
    struct connection *chunk = wm_heap_alloc(CHUNK * sizeof(*chunk));
    if (chunk == NULL)
        return NULL;
    memset(chunk, 0, CHUNK * sizeof(*chunk));
    if (!atomic_compare_exchange_strong(&chunks[fd / CHUNK], &none, chunk))
        wm_heap_free(chunk); /* another thread's came first */
    return find(fd);
}

uint64_t wm_watch_label(int fd)
{
    const struct connection *connection = find(fd);
    return connection != NULL ? atomic_load_explicit(&connection->label, memory_order_relaxed) : 0;
}

static bool begin_reading(struct connection *connection)
{
    uint32_t was = READING_NOT;
    return atomic_compare_exchange_strong(&connection->reading, &was, READING);
}

static void forget(struct connection *connection)
{
    memset(&connection->watched, 0, sizeof(connection->watched));
    atomic_store_explicit(&connection->label, 0, memory_order_relaxed);
}

static void end_reading(struct connection *connection)
{
    uint32_t was = READING;
    if (atomic_compare_exchange_strong(&connection->reading, &was, READING_NOT))
        return;
    forget(connection);
    atomic_store(&connection->reading, READING_NOT);
}

void wm_watch_forget(int fd)
{
    struct connection *connection = find(fd);
    if (connection == NULL)
        return;
    while (!begin_reading(connection)) {
        uint32_t was = READING;
        if (atomic_compare_exchange_strong(&connection->reading, &was, READING_FORGOTTEN) ||
            was == READING_FORGOTTEN)
            return; /* whoever reads it forgets it when it is done */
    }
    forget(connection);
    atomic_store(&connection->reading, READING_NOT);
}

void wm_watch_forked(void)
{
    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        struct connection *chunk = atomic_load_explicit(&chunks[i], memory_order_acquire);
        for (size_t at = 0; chunk != NULL && at < CHUNK; at++) {
            if (atomic_load_explicit(&chunk[at].reading, memory_order_relaxed) == READING_NOT)
                continue;
            forget(&chunk[at]);
            atomic_store(&chunk[at].reading, READING_NOT);
        }
    }
}

/* ---- Requests ---- */

static const char other[] = "(other)", unreadable[] = "(unreadable)";

void wm_watch_start(void)
{
    /* As long as there is room for them. */
    (void)wm_shared_entry(wm_probe.region, other);
    (void)wm_shared_entry(wm_probe.region, unreadable);
}

static void begin_request(struct connection *connection, const char *name)
{
    struct wm_region *region = wm_probe.region;
    uint32_t entry = wm_shared_entry(region, name);
    if (entry == WM_ENTRY_NONE)
        entry = wm_shared_find_entry(region, other);
    uint32_t path = wm_shared_path(region, entry, 0, 0, NULL, 0);
    atomic_fetch_add_explicit(&region->board.seen[path], 1, memory_order_relaxed);
    atomic_store_explicit(&connection->label, WM_LABEL_PATH | path, memory_order_relaxed);
    connection->begun++;
}

static wm_watched_fn *const protocols[] = {
    [WM_LABEL_BY_HTTP] = wm_watched_http,
    [WM_LABEL_BY_RESP] = wm_watched_resp,
    [WM_LABEL_BY_MEMCACHE] = wm_watched_memcache,
};

/* A stream that is not understood counts once, until it is understood again. */
static void take_bytes(struct connection *connection, wm_watched_fn *read_line, const char *at,
                       size_t bytes)
{
    char name[WM_WATCHED_NAME_BYTES];
    for (size_t used; bytes > 0; at += used, bytes -= used) {
        switch (wm_watched_take(&connection->watched, read_line, at, bytes, &used, name)) {
        case WM_WATCHED_NOTHING:
            break;
        case WM_WATCHED_REQUEST:
            begin_request(connection, name);
            break;
        case WM_WATCHED_UNREADABLE:
            begin_request(connection, unreadable);
            break;
        }
    }
}

static void take_pieces(struct connection *connection, uint32_t port, const struct iovec *at,
                        size_t pieces, size_t got)
{
    uint32_t by = wm_probe.region->plan.label_by;
    if (by >= sizeof(protocols) / sizeof(protocols[0])) {
        char name[WM_WATCHED_NAME_BYTES];
        snprintf(name, sizeof(name), "port %u", port);
        begin_request(connection, name);
        return;
    }
    for (size_t i = 0; i < pieces && got > 0; i++) {
        size_t bytes = at[i].iov_len < got ? at[i].iov_len : got;
        take_bytes(connection, protocols[by], at[i].iov_base, bytes);
        got -= bytes;
    }
}

void wm_watch_read(int fd, uint32_t port, const struct iovec *at, size_t pieces, size_t got)
{
    struct connection *connection = make(fd);
    if (connection == NULL || pieces == 0 || !begin_reading(connection))
        return;
    connection->begun = 0;
    take_pieces(connection, port, at, pieces, got);
    if (connection->begun > 1)
        atomic_fetch_add_explicit(&wm_probe.region->board.together, connection->begun - 1,
                                  memory_order_relaxed);
    end_reading(connection);
}
