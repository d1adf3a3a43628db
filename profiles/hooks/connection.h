/* connection.h - descriptor to connection to label, within one process.
 *
 * The hooks tell what a thread does with which descriptor; this says whose request that is. In a
 * host nothing is done: one test of a flag. What is known of a descriptor was found when it was
 * used first and holds until it is closed, or given out again: by accept, dup2, connect. All [any];
 * errno is left as it was. */
#ifndef WM_HOOKS_CONNECTION_H
#define WM_HOOKS_CONNECTION_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { WM_CONNECTION_FD_MAX = 1 << 16 }; /* descriptors beyond are counted, and serve nobody */

/* The thread reads from, or writes to `fd`: its label is now that connection's request, if it is
 * one of the harness's; nobody's, if it is a connection that was accepted from somebody else.
 * Files, pipes and connections that the server opened itself change nothing. */
void wm_connection_serve(int fd);
/* After a read that brought `got` bytes, in the pieces of `at`: the request may be a new one. */
void wm_connection_read(int fd, const struct iovec *at, size_t pieces, ssize_t got);
/* The thread waits, or is about to: it serves nobody. */
void wm_connection_rest(void);

/* The same, when it waits for these. It goes on serving whom it served if it opened all of them
 * itself: then the request waits, for a database, say. */
void wm_connection_wait(const struct pollfd *fds, nfds_t count);

/* `fd` was accepted: a connection, and not one of the server's own making. */
void wm_connection_accepted(int fd);
/* `fd` is connected to somebody by the server itself. */
void wm_connection_opened(int fd);
/* `fd` is another one now (duplicated onto, closed); the second: all from `first` to `last`. */
void wm_connection_forget(int fd);
void wm_connection_forget_range(unsigned int first, unsigned int last);

#endif
