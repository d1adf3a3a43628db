/* server.h - binaries and debug files from the servers of $DEBUGINFOD_URLS.
 *
 * libdebuginfod does the asking and keeps what came in its cache; it is opened when the first
 * question is asked, so that whoever has none pays nothing and need not have it installed. A server
 * that sends nothing for WM_DEBUG_SERVER_PATIENCE_S seconds, or cannot be reached, is not asked
 * again by this object. $DEBUGINFOD_MAXTIME limits each download, as everywhere. */
#ifndef WM_SYMBOLS_SERVER_H
#define WM_SYMBOLS_SERVER_H

#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

enum { WM_DEBUG_SERVER_PATIENCE_S = 10 };

enum wm_debug_server_file {
    WM_DEBUG_SERVER_BINARY,
    WM_DEBUG_SERVER_DEBUG,
};

struct wm_debug_server;

/* Called again and again while a file is on its way. */
typedef void wm_debug_server_progress(void *user, uint64_t received_bytes);

/* *ret_server is NULL when $DEBUGINFOD_URLS names nobody. `progress` may be NULL. -ENOMEM. */
WM_MUST_USE int wm_debug_server_new(wm_debug_server_progress *progress, void *user,
                                    struct wm_debug_server **ret_server);
void wm_debug_server_free(struct wm_debug_server *server);

/* A descriptor of the file that belongs to this build id, and its name in *ret_name, which is
 * free()d by the caller. `server` may be NULL. -ENOENT: no server has it, or none is asked. */
WM_MUST_USE int wm_debug_server_find(struct wm_debug_server *server, enum wm_debug_server_file file,
                                     const uint8_t *build_id, size_t build_id_bytes,
                                     char **ret_name);

/* A sentence on what went wrong; NULL: nothing did. */
const char *wm_debug_server_problem(const struct wm_debug_server *server);

#endif
