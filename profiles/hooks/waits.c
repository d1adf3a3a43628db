/* waits.c - a thread that waits for events serves nobody.
 *
 * Its label goes before the wait: the loop's own work, there and after it, is nobody's. */
#include "profiles/hooks/connection.h"
#include "profiles/hooks/libc.h"
#include "profiles/probe/state.h"

#include <errno.h>

WM_EXPORT int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout_ms)
{
    wm_connection_rest();
    return wm_libc()->epoll_wait(epoll, events, room, timeout_ms);
}

WM_EXPORT int epoll_pwait(int epoll, struct epoll_event *events, int room, int timeout_ms,
                          const sigset_t *mask)
{
    wm_connection_rest();
    return wm_libc()->epoll_pwait(epoll, events, room, timeout_ms, mask);
}

WM_EXPORT int epoll_pwait2(int epoll, struct epoll_event *events, int room,
                           const struct timespec *timeout, const sigset_t *mask)
{
    wm_connection_rest();
    return wm_libc()->epoll_pwait2(epoll, events, room, timeout, mask);
}

WM_EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    wm_connection_wait(fds, count);
    return wm_libc()->poll(fds, count, timeout_ms);
}

WM_EXPORT int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t room)
{
    wm_connection_wait(fds, count);
    return wm_libc()->__poll_chk(fds, count, timeout_ms, room);
}

WM_EXPORT int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                    const sigset_t *mask)
{
    wm_connection_wait(fds, count);
    return wm_libc()->ppoll(fds, count, timeout, mask);
}

WM_EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                          const sigset_t *mask, size_t room)
{
    wm_connection_wait(fds, count);
    return wm_libc()->__ppoll_chk(fds, count, timeout, mask, room);
}

WM_EXPORT int select(int count, fd_set *restrict readable, fd_set *restrict writable,
                     fd_set *restrict urgent, struct timeval *restrict timeout)
{
    wm_connection_rest();
    return wm_libc()->select(count, readable, writable, urgent, timeout);
}

WM_EXPORT int pselect(int count, fd_set *restrict readable, fd_set *restrict writable,
                      fd_set *restrict urgent, const struct timespec *restrict timeout,
                      const sigset_t *restrict mask)
{
    wm_connection_rest();
    return wm_libc()->pselect(count, readable, writable, urgent, timeout, mask);
}
