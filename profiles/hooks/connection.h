/* connection.h - descriptor to connection to label, within one process.
 *
 * The hooks tell what a thread does with which descriptor; this says whose request that is. In a
 * host nothing is done: one test of a flag. All [any]; errno is left as it was. */
#ifndef WM_HOOKS_CONNECTION_H
#define WM_HOOKS_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The thread reads from, or writes to `fd`: its label is now that connection's request, if it is
 * one of the harness's. Files, pipes and others' connections change nothing. */
void wm_connection_serve(int fd);
/* After a read that brought `got` bytes (at `bytes`, or in pieces): the request may be a new one.
 */
void wm_connection_read(int fd, const void *bytes, ssize_t got);
/* The thread waits, or is about to: it serves nobody. */
void wm_connection_rest(void);
/* `fd` is another one now (accepted, duplicated onto, closed). */
void wm_connection_forget(int fd);

#endif
