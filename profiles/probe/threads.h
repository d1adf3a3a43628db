/* threads.h - the threads of this process, each with a slot in the region. */
#ifndef WM_PROBE_THREADS_H
#define WM_PROBE_THREADS_H

#include "profiles/probe/state.h"

/* [setup] Makes the main thread known. */
void wm_threads_start(void);
/* [any, under wm_probe.lock] Starts and stops one thread's sampling and its account of CPU time. */
void wm_thread_arm(struct wm_own_thread *own);
void wm_thread_disarm(struct wm_own_thread *own);
/* [any, under wm_probe.lock] What the thread used since its last sample is nobody's. */
void wm_thread_account(struct wm_own_thread *own);
/* [any, under wm_probe.lock] The slot is free for another thread, of any process. */
void wm_thread_release(struct wm_own_thread *own);

#endif
