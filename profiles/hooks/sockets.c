/* sockets.c - reading from and writing to connections: whose request that is.
 *
 * The label is set before the call, so that the kernel's part of it counts as well, and looked at
 * again after a read, since a blocking one begins before the request that it brings is made. */
#include "profiles/hooks/connection.h"
#include "profiles/hooks/libc.h"
#include "profiles/hooks/unwinder.h"
#include "profiles/probe/state.h"

/* ---- Reading ---- */

static ssize_t was_read(int fd, void *to, ssize_t got)
{
    struct iovec at = {to, got > 0 ? (size_t)got : 0};
    wm_connection_read(fd, &at, 1, got);
    return got;
}

/* With some flags the bytes are to be read once more, or are none of the stream's. */
static size_t pieces_of(size_t pieces, int flags)
{
    return (flags & (MSG_PEEK | MSG_TRUNC | MSG_ERRQUEUE | MSG_OOB)) != 0 ? 0 : pieces;
}

static ssize_t was_received(int fd, void *to, ssize_t got, int flags)
{
    struct iovec at = {to, got > 0 ? (size_t)got : 0};
    wm_connection_read(fd, &at, pieces_of(1, flags), got);
    return got;
}

WM_EXPORT ssize_t read(int fd, void *to, size_t bytes)
{
    if (wm_unwinder_uses(fd, __builtin_return_address(0)))
        return wm_unwinder_reads();
    wm_connection_serve(fd);
    return was_read(fd, to, wm_libc()->read(fd, to, bytes));
}

WM_EXPORT ssize_t __read_chk(int fd, void *to, size_t bytes, size_t room)
{
    wm_connection_serve(fd);
    return was_read(fd, to, wm_libc()->__read_chk(fd, to, bytes, room));
}

WM_EXPORT ssize_t readv(int fd, const struct iovec *pieces, int count)
{
    wm_connection_serve(fd);
    ssize_t got = wm_libc()->readv(fd, pieces, count);
    wm_connection_read(fd, pieces, count > 0 ? (size_t)count : 0, got);
    return got;
}

WM_EXPORT ssize_t recv(int fd, void *to, size_t bytes, int flags)
{
    wm_connection_serve(fd);
    return was_received(fd, to, wm_libc()->recv(fd, to, bytes, flags), flags);
}

WM_EXPORT ssize_t __recv_chk(int fd, void *to, size_t bytes, size_t room, int flags)
{
    wm_connection_serve(fd);
    return was_received(fd, to, wm_libc()->__recv_chk(fd, to, bytes, room, flags), flags);
}

WM_EXPORT ssize_t recvfrom(int fd, void *restrict to, size_t bytes, int flags,
                           struct sockaddr *restrict from, socklen_t *restrict from_bytes)
{
    wm_connection_serve(fd);
    ssize_t got = wm_libc()->recvfrom(fd, to, bytes, flags, from, from_bytes);
    return was_received(fd, to, got, flags);
}

WM_EXPORT ssize_t __recvfrom_chk(int fd, void *restrict to, size_t bytes, size_t room, int flags,
                                 struct sockaddr *restrict from, socklen_t *restrict from_bytes)
{
    wm_connection_serve(fd);
    ssize_t got = wm_libc()->__recvfrom_chk(fd, to, bytes, room, flags, from, from_bytes);
    return was_received(fd, to, got, flags);
}

WM_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    wm_connection_serve(fd);
    ssize_t got = wm_libc()->recvmsg(fd, message, flags);
    if (got > 0)
        wm_connection_read(fd, message->msg_iov, pieces_of(message->msg_iovlen, flags), got);
    return got;
}

/* ---- Writing ---- */

WM_EXPORT ssize_t write(int fd, const void *from, size_t bytes)
{
    wm_connection_serve(fd);
    return wm_libc()->write(fd, from, bytes);
}

WM_EXPORT ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    wm_connection_serve(fd);
    return wm_libc()->writev(fd, pieces, count);
}

WM_EXPORT ssize_t send(int fd, const void *from, size_t bytes, int flags)
{
    wm_connection_serve(fd);
    return wm_libc()->send(fd, from, bytes, flags);
}

WM_EXPORT ssize_t sendto(int fd, const void *from, size_t bytes, int flags,
                         const struct sockaddr *to, socklen_t to_bytes)
{
    wm_connection_serve(fd);
    return wm_libc()->sendto(fd, from, bytes, flags, to, to_bytes);
}

WM_EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    wm_connection_serve(fd);
    return wm_libc()->sendmsg(fd, message, flags);
}

WM_EXPORT ssize_t sendfile(int to, int from, off_t *offset, size_t bytes)
{
    wm_connection_serve(to);
    return wm_libc()->sendfile(to, from, offset, bytes);
}

WM_EXPORT ssize_t sendfile64(int to, int from, off64_t *offset, size_t bytes)
{
    wm_connection_serve(to);
    return wm_libc()->sendfile64(to, from, offset, bytes);
}

/* From a connection into a pipe, and on to another: that of the one end that is a connection. */
WM_EXPORT ssize_t splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t bytes,
                         unsigned int flags)
{
    wm_connection_serve(from);
    wm_connection_serve(to);
    return wm_libc()->splice(from, from_offset, to, to_offset, bytes, flags);
}
