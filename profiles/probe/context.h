/* context.h - contexts, as the probe's own files see them beside waymark.h and probe.h. */
#ifndef WM_PROBE_CONTEXT_H
#define WM_PROBE_CONTEXT_H

#include "profiles/wire/region.h"

#include <stdbool.h>

/* [any] A thread that ends gives back the context slot that it kept. */
void wm_context_thread_end(void);
/* [any] Adds the opens of each node to the thread's, if the request counts, and forgets them. */
void wm_context_count_visits(struct wm_context_slot *slot);

/* ---- In a server: slots are shared between its processes ---- */

/* [any] Takes a free slot: 1 + its index. 0: WM_CONTEXT_MAX are in use, which is counted. May
 * change errno. */
uint32_t wm_context_take_shared(void);
/* [any] Nobody can attach it from now on, until it is taken again. Its visits are counted and it is
 * free, at once or (false) when the thread that has it attached detaches it. */
bool wm_context_give_shared(struct wm_context_slot *slot);
/* [any] When that said false: it is not to go after all. False: it has come off meanwhile. */
bool wm_context_keep_shared(struct wm_context_slot *slot);
/* [setup] In a forked child: none of the contexts is its own. */
void wm_context_forget_all(void);

#endif
