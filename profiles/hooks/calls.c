/* calls.c - calls of one function, counted and timed where it is.
 *
 * A compiler that was told -finstrument-functions calls these two at the start and the end of every
 * function, exceptions included. All but the watched one pay for a compare.
 *
 * Of recursive calls the outermost is timed. One that longjmp() leaves never ends: it shows when
 * the function begins again where only the outermost can be, or when the round is over. */
#include "profiles/probe/probe.h"
#include "profiles/probe/state.h"

#include <stddef.h>
#include <string.h>

/* Relaxed, as it guards nothing: who reads it late counts a call less, or one more. The workers'
 * rounds begin behind a barrier after it was set. */
static void *_Atomic watched;

static __thread struct {
    struct wm_probe_calls calls;
    uint64_t began_ns; /* of the outermost call, and where it began: */
    uintptr_t frame, site;
    uint32_t depth;
} seen;

/* The stack grows down, so a call within the outermost begins below it; inlined into it, in its
 * frame, but at another site. (A call on another stack, of a fiber, may look outermost too.) */
static bool is_outermost(uintptr_t frame, uintptr_t site)
{
    return seen.depth == 0 || frame > seen.frame || (frame == seen.frame && site == seen.site);
}

WM_EXPORT void wm_probe_call_begins(void *function, void *caller)
{
    (void)caller;
    if (function != atomic_load_explicit(&watched, memory_order_relaxed))
        return;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    uintptr_t site = (uintptr_t)__builtin_return_address(0);
    if (!is_outermost(frame, site)) {
        seen.depth++;
        seen.calls.nested++;
        return;
    }
    seen.calls.left += seen.depth > 0;
    seen.depth = 1;
    seen.frame = frame;
    seen.site = site;
    seen.began_ns = wm_probe_clock(CLOCK_MONOTONIC);
}

WM_EXPORT void wm_probe_call_ends(void *function, void *caller)
{
    (void)caller;
    if (function != atomic_load_explicit(&watched, memory_order_relaxed) || seen.depth == 0)
        return;
    if (--seen.depth > 0)
        return;
    seen.calls.ns += wm_probe_clock(CLOCK_MONOTONIC) - seen.began_ns;
    seen.calls.timed++;
}

WM_EXPORT const void *wm_probe_watch_calls(const void *address)
{
    return atomic_exchange_explicit(&watched, (void *)(uintptr_t)address, memory_order_relaxed);
}

WM_EXPORT void wm_probe_take_calls(struct wm_probe_calls *ret_calls)
{
    seen.calls.left += seen.depth > 0;
    *ret_calls = seen.calls;
    memset(&seen, 0, sizeof(seen));
}
