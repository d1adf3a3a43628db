/* crash.h - the last words of an app that dies: which request, where. */
#ifndef WM_PROBE_CRASH_H
#define WM_PROBE_CRASH_H

/* [setup] Installs handlers for the fatal signals and for an exit() nobody asked for. The app may
 * replace them: then the harness still sees the death and the requests in flight, without a
 * stack. */
void wm_crash_watch(void);
/* [any] A signal stack for the calling thread, so that a stack overflow can be told. */
void wm_crash_thread_stack(void);
/* [any] Gives it back: the calling thread ends. */
void wm_crash_thread_end(void);

#endif
