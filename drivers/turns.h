/* turns.h - requests that wait for a connection: for any, or for the one of their session.
 *
 * First come, first served, also between those two. Requests and connections are numbers below
 * what wm_turns_new was told; a request waits once. Pure. */
#ifndef WM_DRIVERS_TURNS_H
#define WM_DRIVERS_TURNS_H

#include <stdint.h>

struct wm_turns;

#define WM_TURNS_NONE UINT32_MAX
#define WM_TURNS_ANY UINT32_MAX /* a connection: whichever comes free first */

/* NULL when memory is out. */
struct wm_turns *wm_turns_new(uint32_t requests, uint32_t connections);
void wm_turns_free(struct wm_turns *turns);

void wm_turns_wait(struct wm_turns *turns, uint32_t request, uint32_t connection);
/* Takes the request whose turn it is on this connection, which is free. WM_TURNS_NONE: nobody
 * waits for it. */
uint32_t wm_turns_next(struct wm_turns *turns, uint32_t connection);
/* Takes the next of those that wait for this connection and no other; of WM_TURNS_ANY, the next of
 * those who take any. */
uint32_t wm_turns_next_of(struct wm_turns *turns, uint32_t connection);
/* How many wait for this one and no other (WM_TURNS_ANY: for any), and in all. */
uint32_t wm_turns_waiting_for(const struct wm_turns *turns, uint32_t connection);
uint32_t wm_turns_waiting(const struct wm_turns *turns);

#endif
