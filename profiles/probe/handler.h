/* handler.h - what the sampling signal does: context and frames into the thread's ring. */
#ifndef WM_PROBE_HANDLER_H
#define WM_PROBE_HANDLER_H

#include <signal.h>

/* [signal] sa_sigaction of the signals in wm_probe.handled; those that are not ours go to the app's
 * own action. errno is as it was found. */
void wm_handler(int signal, siginfo_t *info, void *ucontext);

#endif
