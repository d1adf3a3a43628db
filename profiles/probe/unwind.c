/* unwind.c - the frames of an interrupted thread. [signal] */
#include "profiles/probe/unwind.h"

#include "profiles/probe/modules.h"
#include "profiles/probe/state.h"

#include <ucontext.h>

enum { HANDLER_FRAMES = 8 }; /* ours, and the kernel's trampoline, above the interrupted ones */

int (*wm_unwind_backtrace)(void **, int); /* set by modules.c at start */

void wm_unwind_prewarm(void)
{
    uint64_t frames[16];
    (void)wm_unwind_here(frames, 16);
}

uint32_t wm_unwind_here(uint64_t *frames, uint32_t limit)
{
    void *buffer[WM_FRAME_MAX];
    if (limit > WM_FRAME_MAX)
        limit = WM_FRAME_MAX;
    wm_tls.in_handler++;
    int count = wm_unwind_backtrace != NULL ? wm_unwind_backtrace(buffer, (int)limit) : 0;
    wm_tls.in_handler--;
    uint32_t taken = 0;
    for (int i = 0; i < count; i++)
        frames[taken++] = (uint64_t)(uintptr_t)buffer[i];
    return taken;
}

uint32_t wm_unwind(const void *ucontext, uint64_t *frames, uint32_t limit, bool *ret_truncated)
{
    const ucontext_t *context = ucontext;
    uint64_t pc = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
    frames[0] = pc;
    *ret_truncated = true;
    if (wm_unwind_backtrace == NULL)
        return 1;
    /* A library that the snapshot does not know yet may be on this stack: unwinding through it
     * would guess, and libunwind remembers its guesses. */
    if (wm_modules_stale())
        return 1;

    void *buffer[WM_FRAME_MAX + HANDLER_FRAMES];
    int count = wm_unwind_backtrace(buffer, (int)limit + HANDLER_FRAMES);
    int at = 0;
    while (at < count && (uint64_t)(uintptr_t)buffer[at] != pc)
        at++;
    if (at == count)
        return 1;
    uint32_t taken = 0;
    for (; at < count && taken < limit; at++) {
        if (buffer[at] != NULL) /* the outermost return address of a thread may be 0 */
            frames[taken++] = (uint64_t)(uintptr_t)buffer[at];
    }
    *ret_truncated = at < count;
    return taken;
}
