/* descriptors.c - what descriptors are, and when one number stands for another thing. */
#include "profiles/hooks/connection.h"
#include "profiles/hooks/libc.h"
#include "profiles/probe/state.h"

#include <errno.h>
#include <linux/close_range.h>

WM_EXPORT int accept(int listener, struct sockaddr *restrict from, socklen_t *restrict from_bytes)
{
    wm_connection_rest();
    int fd = wm_libc()->accept(listener, from, from_bytes);
    wm_connection_accepted(fd);
    return fd;
}

WM_EXPORT int accept4(int listener, struct sockaddr *restrict from, socklen_t *restrict from_bytes,
                      int flags)
{
    wm_connection_rest();
    int fd = wm_libc()->accept4(listener, from, from_bytes, flags);
    wm_connection_accepted(fd);
    return fd;
}

WM_EXPORT int connect(int fd, const struct sockaddr *to, socklen_t to_bytes)
{
    wm_connection_opened(fd);
    if (wm_probe.agent && to != NULL && (to->sa_family == AF_INET || to->sa_family == AF_INET6))
        atomic_fetch_add_explicit(&wm_probe.region->board.asked, 1, memory_order_relaxed);
    return wm_libc()->connect(fd, to, to_bytes);
}

/* What is forgotten too early is found again: so it is forgotten first, as the number may be given
 * out again to another thread at once. */
WM_EXPORT int close(int fd)
{
    wm_connection_forget(fd);
    return wm_libc()->close(fd);
}

WM_EXPORT int close_range(unsigned int first, unsigned int last, int flags)
{
    if (((unsigned int)flags & CLOSE_RANGE_CLOEXEC) == 0)
        wm_connection_forget_range(first, last);
    return wm_libc()->close_range(first, last, flags);
}

WM_EXPORT void closefrom(int first)
{
    wm_connection_forget_range(first > 0 ? (unsigned int)first : 0, ~0U);
    wm_libc()->closefrom(first);
}

WM_EXPORT int fclose(FILE *file)
{
    int saved_errno = errno;
    if (wm_probe.agent && file != NULL)
        wm_connection_forget(fileno(file)); /* it sets errno where there is no descriptor */
    errno = saved_errno;
    return wm_libc()->fclose(file);
}

/* Only where `to` will be another thing. */
static void forget_target(int from, int to)
{
    if (!wm_probe.agent || from == to)
        return;
    int saved_errno = errno;
    if (fcntl(from, F_GETFD) >= 0)
        wm_connection_forget(to);
    errno = saved_errno;
}

WM_EXPORT int dup2(int from, int to)
{
    forget_target(from, to);
    return wm_libc()->dup2(from, to);
}

WM_EXPORT int dup3(int from, int to, int flags)
{
    forget_target(from, to);
    return wm_libc()->dup3(from, to, flags);
}
