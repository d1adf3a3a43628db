/* calls.c - calls of one function, counted and timed where it is.
 *
 * A compiler that was told -finstrument-functions calls these two at the start and the end of every
 * function, exceptions included. All but the watched one pay for a compare. */
#include "profiles/probe/probe.h"
#include "profiles/probe/state.h"

#include <stddef.h>

static void *_Atomic watched;

static __thread struct {
    uint64_t calls, ns, began_ns;
    uint32_t depth;
} seen;

WM_EXPORT void wm_probe_call_begins(void *function, void *site)
{
    (void)site;
    if (function != atomic_load_explicit(&watched, memory_order_relaxed))
        return;
    seen.calls++;
    if (seen.depth++ == 0)
        seen.began_ns = wm_probe_clock(CLOCK_MONOTONIC);
}

WM_EXPORT void wm_probe_call_ends(void *function, void *site)
{
    (void)site;
    if (function != atomic_load_explicit(&watched, memory_order_relaxed) || seen.depth == 0)
        return;
    if (--seen.depth == 0)
        seen.ns += wm_probe_clock(CLOCK_MONOTONIC) - seen.began_ns;
}

WM_EXPORT const void *wm_probe_watch_calls(const void *address)
{
    return atomic_exchange(&watched, (void *)(uintptr_t)address);
}

WM_EXPORT void wm_probe_take_calls(uint64_t *ret_calls, uint64_t *ret_ns)
{
    *ret_calls = seen.calls;
    *ret_ns = seen.ns;
    seen.calls = 0;
    seen.ns = 0;
}
