/* watch.h - `waymark agent`: labels from what a server reads, since nobody tells them.
 *
 * Of each connection a few hundred bytes are kept: where its requests begin, and what the last of
 * them was. What is not understood is "(unreadable)". */
#ifndef WM_HOOKS_WATCH_H
#define WM_HOOKS_WATCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* [setup] In each process. */
void wm_watch_start(void);
/* [any] The label of the connection's last request that was seen to begin; 0: none was yet. */
uint64_t wm_watch_label(int fd);
/* [any] `got` bytes came from the connection, in these pieces; `port` is the server's. Each request
 * that begins in them is counted; of several at once the last is the label. By port every read that
 * brings bytes counts as one. */
void wm_watch_read(int fd, uint32_t port, const struct iovec *at, size_t pieces, size_t got);
/* [any] The descriptor is another connection's from now on. Where a thread reads it just now, what
 * that brings is forgotten as well. */
void wm_watch_forget(int fd);
/* [setup] In a forked child: threads that read are not here, and what they read is unknown. */
void wm_watch_forked(void);

#endif
