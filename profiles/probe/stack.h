/* stack.h - libunwind's own stack for each thread's samples, since nobody knows how much room the
 * interrupted one has.
 *
 * From its lower end: a page that nobody may touch; room for who goes too deep, which does no harm;
 * a mark, zero unless somebody did; what may be used, of which 9 KiB were seen to be. A thread
 * whose unwinding went too deep is not unwound any more (wm_region.threads_shallow). It is a
 * mapping of its own: garbage collectors read the data of libraries, where no page may be closed.
 */
#ifndef WM_PROBE_STACK_H
#define WM_PROBE_STACK_H

#include <stdbool.h>

enum {
    WM_STACK_GUARD_BYTES = 4096,
    WM_STACK_MARK = 31 * 1024,
    WM_STACK_MARK_BYTES = 1024,
    WM_STACK_BYTES = 64 * 1024,
};

struct wm_own_thread;

/* [any] The slot has such a stack, clean, if memory can be had; kept for the slot's next thread. */
void wm_stack_prepare(struct wm_own_thread *own);
/* [any] The stack that the caller is on is the thread's, with some 64 KiB left of it: not a small
 * thread's, nor a coroutine's. */
bool wm_stack_has_room(void);

#endif
