/* libc.h - the functions that the agent's hooks stand in front of, all found at once.
 *
 * A hook may be called in a signal handler or between vfork() and exec, where dlsym has no
 * business: so they are found when the library is loaded. */
#ifndef WM_HOOKS_LIBC_H
#define WM_HOOKS_LIBC_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* What programs call that were compiled with _FORTIFY_SOURCE. */
ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room);
ssize_t __recv_chk(int fd, void *to, size_t bytes, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *restrict to, size_t bytes, size_t room, int flags,
                       struct sockaddr *restrict from, socklen_t *restrict from_bytes);
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t room);
/* Other names of signal(). */
sighandler_t bsd_signal(int signal, sighandler_t handler);
sighandler_t __sysv_signal(int signal, sighandler_t handler);

/* clang-format off */
#define WM_LIBC_FUNCTIONS(X)                                                                       \
    X(read) X(readv) X(recv) X(recvfrom) X(recvmsg) X(__read_chk) X(__recv_chk)                    \
    X(__recvfrom_chk)                                                                              \
    X(write) X(writev) X(send) X(sendto) X(sendmsg) X(sendfile) X(sendfile64) X(splice)            \
    X(accept) X(accept4) X(connect) X(close) X(close_range) X(closefrom) X(fclose) X(dup2)         \
    X(dup3) X(pipe2) X(syscall)                                                                    \
    X(epoll_wait) X(epoll_pwait) X(epoll_pwait2) X(poll) X(ppoll) X(__poll_chk) X(__ppoll_chk)     \
    X(select) X(pselect)                                                                           \
    X(sigaction) X(signal) X(bsd_signal) X(ssignal) X(sysv_signal) X(__sysv_signal)                \
    X(sigprocmask) X(pthread_sigmask) X(sigwait) X(sigwaitinfo) X(sigtimedwait) X(signalfd)        \
    X(execve) X(execvpe) X(fexecve) X(execveat) X(_exit)
/* clang-format on */

struct wm_libc {
    bool found;
#define WM_LIBC_FIELD(name) __typeof__(&name) name;
    WM_LIBC_FUNCTIONS(WM_LIBC_FIELD)
#undef WM_LIBC_FIELD
};
extern struct wm_libc wm_libc_functions;

/* [setup] Finds them. */
void wm_libc_find(void);

/* [any] The functions themselves. One that this libc does not have is NULL. */
static inline const struct wm_libc *wm_libc(void)
{
    if (__builtin_expect(!wm_libc_functions.found, 0))
        wm_libc_find();
    return &wm_libc_functions;
}

#endif
