/* parallel.h - one range of work, split over the machine's CPUs. */
#ifndef WM_CORE_PARALLEL_H
#define WM_CORE_PARALLEL_H

#include "harness/core/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* What threads write all the time lies on lines of their own: alignas(WM_PARALLEL_LINE). */
enum { WM_PARALLEL_LINE = 128 };

enum { WM_PARALLEL_MAX = 8 }; /* slices: memory that each of them needs has a limit too */

struct wm_slice {
    size_t number;     /* from 0 */
    size_t first, end; /* without `end` */
};

/* How many slices are worth it for `count` items: none has fewer than `least`, and no two share a
 * CPU that this process may use. At least 1. */
size_t wm_parallel_slices(size_t count, size_t least);

/* Calls `work` once per slice, each in a thread of its own, and waits for all. Slices are equal
 * parts of `count`, in order. Returns 0 or what the first slice that failed returned. */
WM_MUST_USE int wm_parallel(size_t count, size_t slices,
                            int (*work)(void *user, const struct wm_slice *slice), void *user);

/* Pieces of a range in turn, for threads that need not be equally fast, nor begin at once: then
 * wm_parallel(threads, threads, ...) runs them, and `work` takes until there is no more. What they
 * come to together must not depend on who took what. */
struct wm_turns {
    size_t count, each;
    atomic_size_t next; /* 0 at first */
};

/* The next piece, behind all that were taken, into slice->first and ->end; false: there is none. */
bool wm_turns_take(struct wm_turns *turns, struct wm_slice *slice);

#endif
