/* patience.h - waiting for other threads of a server, but not for ever: it may fork or end in a
 * handler that interrupted whom it would wait for, or while that one waits for it. */
#ifndef WM_PROBE_PATIENCE_H
#define WM_PROBE_PATIENCE_H

#include <pthread.h>
#include <stdbool.h>

/* [any] Takes the lock. False: its holder takes too long, some 0.2 s. */
bool wm_patience_lock(pthread_mutex_t *lock);
/* [any, under wm_probe.lock] Waits until the sampling handlers that had begun on other threads are
 * through: those see that sampling is off or held. False: one takes too long. */
bool wm_patience_handlers(void);

#endif
