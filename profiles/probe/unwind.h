/* unwind.h - the frames of an interrupted thread, by a libunwind of our own, on a stack of our own:
 * the interrupted one may be a small thread's, a coroutine's, or an alternate one of 8 KiB.
 *
 * libunwind is opened privately: in the global scope its _Unwind_* functions would replace
 * libgcc's and make C++ exceptions two orders of magnitude slower. */
#ifndef WM_PROBE_UNWIND_H
#define WM_PROBE_UNWIND_H

#include <stdbool.h>
#include <stdint.h>

struct wm_own_thread;

/* [setup] Opens libunwind; false when it is not there (stacks are then one frame deep). */
bool wm_unwind_open(void);
/* [setup] As if it were not there: in a child whose parent's thread was in it. */
void wm_unwind_give_up(void);
/* [signal] The address lies in libunwind. Where the server uses the library too, it is the same
 * one, with the same locks. */
bool wm_unwind_holds(const void *address);
/* [any] The first call on a thread costs milliseconds and memory, which the app's malloc may give:
 * call it before sampling. On the stack of the calling thread's slot, or (NULL) on the caller's. */
void wm_unwind_prewarm(struct wm_own_thread *apart);
/* [signal] Frames of the code that `ucontext` interrupted, leaf first, into `frames`; at least
 * one. *ret_truncated: the stack went on, or could not be followed. */
uint32_t wm_unwind(const void *ucontext, uint64_t *frames, uint32_t limit, bool *ret_truncated);
/* [signal] Frames of the caller. */
uint32_t wm_unwind_here(uint64_t *frames, uint32_t limit);

#endif
