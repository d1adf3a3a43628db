/* relay.h - a range of work whose results are wanted in its order, made by several threads. */
#ifndef WM_CORE_RELAY_H
#define WM_CORE_RELAY_H

#include "harness/core/parallel.h"

struct wm_relay {
    /* Makes something of these items; `number` is that of the thread (below `threads`), for what is
     * its own. */
    int (*make)(void *user, const struct wm_slice *items);
    /* Takes what the same thread made of the same items: one call at a time, in their order. */
    int (*take)(void *user, const struct wm_slice *items);
    void *user;
};

/* `each` items at a time, by at most WM_PARALLEL_MAX threads, this one among them. Returns 0, or
 * what the first call that failed returned; nothing is taken after that. */
WM_MUST_USE int wm_relay(const struct wm_relay *relay, size_t count, size_t each, size_t threads);

#endif
