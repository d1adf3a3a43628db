/* handler.h - what the sampling signal does: context and frames into the thread's ring. */
#ifndef WM_PROBE_HANDLER_H
#define WM_PROBE_HANDLER_H

#include <signal.h>

/* The app's handler for wm_probe.signal before us: signals that are not ours go there. */
extern struct sigaction wm_handler_previous;

/* [signal] sa_sigaction of wm_probe.signal. errno is as it was found. */
void wm_handler(int signal, siginfo_t *info, void *ucontext);

#endif
