/* signals.c - a server's own signals, beside ours.
 *
 * The sampling signals belong to the agent: their action in the kernel stays ours, whatever the
 * server sets, and they stay deliverable, whatever it blocks. The server finds the actions and the
 * masks that it set; its handler is called for signals that are not ours. Not filtered are the masks
 * of its handlers (sa_mask) and of pselect, ppoll and epoll_pwait; SA_RESETHAND has no effect. */
#include "profiles/hooks/libc.h"
#include "profiles/probe/processes.h"
#include "profiles/probe/state.h"
#include "profiles/probe/unwind.h"

#include <errno.h>
#include <string.h>

/* The entry of wm_probe.handled for a signal of ours; -1: it is the server's alone. */
static int ours(int signal)
{
    if (!wm_probe.agent || wm_tls.inside || signal == 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        if (wm_probe.handled[i].signal == signal)
            return i;
    }
    return -1;
}

/* ---- Actions ---- */

static void exchange(int i, const struct sigaction *action, struct sigaction *ret_old)
{
    struct sigaction old = wm_probe.handled[i].previous;
    if (action != NULL)
        wm_probe.handled[i].previous = *action;
    if (ret_old != NULL)
        *ret_old = old;
}

WM_EXPORT int sigaction(int signal, const struct sigaction *restrict action,
                        struct sigaction *restrict ret_old)
{
    int i = ours(signal);
    if (i < 0)
        return wm_libc()->sigaction(signal, action, ret_old);
    exchange(i, action, ret_old);
    return 0;
}

static sighandler_t exchange_handler(int i, sighandler_t handler, int flags)
{
    struct sigaction action, old;
    memset(&action, 0, sizeof(action));
    action.sa_handler = handler;
    action.sa_flags = flags;
    exchange(i, &action, &old);
    return old.sa_handler;
}

WM_EXPORT sighandler_t signal(int number, sighandler_t handler)
{
    int i = ours(number);
    return i < 0 ? wm_libc()->signal(number, handler) : exchange_handler(i, handler, SA_RESTART);
}

WM_EXPORT sighandler_t bsd_signal(int number, sighandler_t handler)
{
    int i = ours(number);
    return i < 0 ? wm_libc()->bsd_signal(number, handler)
                 : exchange_handler(i, handler, SA_RESTART);
}

WM_EXPORT sighandler_t ssignal(int number, sighandler_t handler)
{
    int i = ours(number);
    return i < 0 ? wm_libc()->ssignal(number, handler) : exchange_handler(i, handler, SA_RESTART);
}

enum { SYSV_FLAGS = (int)(SA_RESETHAND | SA_NODEFER) };

WM_EXPORT sighandler_t sysv_signal(int number, sighandler_t handler)
{
    int i = ours(number);
    return i < 0 ? wm_libc()->sysv_signal(number, handler)
                 : exchange_handler(i, handler, SYSV_FLAGS);
}

WM_EXPORT sighandler_t __sysv_signal(int number, sighandler_t handler)
{
    int i = ours(number);
    return i < 0 ? wm_libc()->__sysv_signal(number, handler)
                 : exchange_handler(i, handler, SYSV_FLAGS);
}

/* ---- Masks ---- */

/* The masks of libunwind, which protects its locks from the handler with them, are what they say.
 */
static inline bool is_off(const void *caller)
{
    return !wm_probe.agent || wm_tls.inside || wm_tls.in_handler > 0 || wm_unwind_holds(caller);
}

/* The set without our signals. */
static const sigset_t *without_ours(const sigset_t *set, sigset_t *copy)
{
    if (!wm_probe.agent || set == NULL)
        return set;
    *copy = *set;
    for (int i = 0; i < 2; i++) {
        if (wm_probe.handled[i].signal != 0)
            (void)sigdelset(copy, wm_probe.handled[i].signal);
    }
    return copy;
}

/* What the server finds blocked, and what it believes to block from now on. */
static void follow_mask(int how, const sigset_t *set, sigset_t *ret_old)
{
    for (int i = 0; i < 2; i++) {
        int signal = wm_probe.handled[i].signal;
        if (signal == 0)
            continue;
        if (ret_old != NULL && wm_tls.blocked[i])
            (void)sigaddset(ret_old, signal);
        if (set == NULL)
            continue;
        bool in = sigismember(set, signal) == 1;
        bool blocked = how == SIG_SETMASK ? in : in ? how == SIG_BLOCK : wm_tls.blocked[i];
        /* In a child of vfork() it is the parent's. */
        if (blocked != wm_tls.blocked[i] && wm_process_is_own())
            wm_tls.blocked[i] = blocked;
    }
}

WM_EXPORT int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict ret_old)
{
    sigset_t wanted, copy;
    if (is_off(__builtin_return_address(0)))
        return wm_libc()->sigprocmask(how, set, ret_old);
    if (set != NULL)
        wanted = *set; /* it may lie where the old one is written to */
    int rc = wm_libc()->sigprocmask(how, without_ours(set, &copy), ret_old);
    if (rc == 0)
        follow_mask(how, set != NULL ? &wanted : NULL, ret_old);
    return rc;
}

WM_EXPORT int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict ret_old)
{
    sigset_t wanted, copy;
    if (is_off(__builtin_return_address(0)))
        return wm_libc()->pthread_sigmask(how, set, ret_old);
    if (set != NULL)
        wanted = *set;
    int rc = wm_libc()->pthread_sigmask(how, without_ours(set, &copy), ret_old);
    if (rc == 0)
        follow_mask(how, set != NULL ? &wanted : NULL, ret_old);
    return rc;
}

/* ---- Waiting for signals: ours are not among them ---- */

WM_EXPORT int sigwait(const sigset_t *restrict set, int *restrict ret_signal)
{
    sigset_t copy;
    return wm_libc()->sigwait(without_ours(set, &copy), ret_signal);
}

WM_EXPORT int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
    sigset_t copy;
    return wm_libc()->sigwaitinfo(without_ours(set, &copy), info);
}

WM_EXPORT int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info,
                           const struct timespec *restrict timeout)
{
    sigset_t copy;
    return wm_libc()->sigtimedwait(without_ours(set, &copy), info, timeout);
}

WM_EXPORT int signalfd(int fd, const sigset_t *set, int flags)
{
    sigset_t copy;
    return wm_libc()->signalfd(fd, without_ours(set, &copy), flags);
}
