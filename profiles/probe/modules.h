/* modules.h - the binaries of this process, readable in a signal handler.
 *
 * libunwind finds unwind tables through dl_iterate_phdr, which takes the loader's lock; a handler
 * that interrupted the loader would wait for ever. So the handler is answered from a snapshot with
 * copied headers and names. A library enters it only after it was pinned (one more reference, never
 * given back): whatever a handler may read stays mapped. A keeper thread renews the snapshot when
 * the handler notices that the loader's list has grown. */
#ifndef WM_PROBE_MODULES_H
#define WM_PROBE_MODULES_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>

typedef int wm_phdr_fn(struct dl_phdr_info *info, size_t size, void *data);

/* [setup] Takes the first snapshot and starts the keeper. */
void wm_modules_start(void);
/* [any] Renews the snapshot now, if nobody else is at it. */
void wm_modules_renew(void);
/* [any] The same in a server, which has no keeper: the hooks call it where a handler found the
 * snapshot stale (wm_snapshot.woken), between two pieces of the server's work. */
void wm_modules_refresh(void);
/* [any] Around a fork: nobody renews meanwhile. False: somebody is at it and takes too long. */
bool wm_modules_hold(void);
void wm_modules_release(void);
/* [signal] dl_iterate_phdr over the snapshot. */
int wm_modules_iterate(wm_phdr_fn *callback, void *data);
/* [signal] The loader knows libraries that the snapshot does not; wakes the keeper. */
bool wm_modules_stale(void);

#endif
