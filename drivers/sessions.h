/* sessions.h - which connection a session's requests go to: always the same one.
 *
 * The first sessions get a connection each, later ones share them in turn. A session past
 * WM_SESSION_MAX is not remembered: its name's hash says which, which is the same one too. Two
 * names of one 64-bit hash are one session. Pure. */
#ifndef WM_DRIVERS_SESSIONS_H
#define WM_DRIVERS_SESSIONS_H

#include "harness/core/error.h"
#include "workloads/work.h"

#include <stdint.h>

enum { WM_SESSION_MAX = 1 << 20 };

struct wm_sessions;

/* NULL when memory is out. `connections` > 0. */
struct wm_sessions *wm_sessions_new(uint32_t connections);
void wm_sessions_free(struct wm_sessions *sessions);

/* The name of the work's session: its field `session`, else `client`; NULL: it belongs to none. */
const char *wm_session_of(const struct wm_work *work);
/* The connection of that session, from 0. */
uint32_t wm_sessions_connection(struct wm_sessions *sessions, const char *name);
/* How many are told apart. */
uint32_t wm_sessions_count(const struct wm_sessions *sessions);

#endif
