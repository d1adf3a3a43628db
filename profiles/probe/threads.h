/* threads.h - the threads of this process, each with a slot in the region. */
#ifndef WM_PROBE_THREADS_H
#define WM_PROBE_THREADS_H

#include "profiles/probe/state.h"

/* [setup] Makes the main thread known. */
void wm_threads_start(void);
/* [any, under wm_probe.lock] Starts and stops one thread's sampling and its account of CPU time. */
void wm_thread_arm(struct wm_own_thread *own);
void wm_thread_disarm(struct wm_own_thread *own);
/* context.c: [any] A thread that ends gives back the context slot that it kept. */
void wm_context_thread_end(void);

#endif
