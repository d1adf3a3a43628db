/* unwind.c - the frames of an interrupted thread. [signal] */
#include "profiles/probe/unwind.h"

#include "profiles/probe/modules.h"
#include "profiles/probe/state.h"

#include <signal.h>
#include <ucontext.h>

enum { HANDLER_FRAMES = 9 }; /* ours, and the kernel's trampoline, above the interrupted ones */
enum { UNWIND_STACK_BYTES = 32 * 1024 }; /* 9 KiB and the signal's own frame were seen */

int (*wm_unwind_backtrace)(void **, int); /* set by modules.c at start, as are these: */
uintptr_t wm_unwind_start, wm_unwind_end; /* of libunwind in memory */

bool wm_unwind_holds(const void *address)
{
    return (uintptr_t)address - wm_unwind_start < wm_unwind_end - wm_unwind_start;
}

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

/* Whether the stack that the handler runs on has room for libunwind: an alternate one of the app's
 * may be as small as SIGSTKSZ used to be, a thread's as PTHREAD_STACK_MIN is. */
static bool has_room(const ucontext_t *context)
{
    const stack_t *stack = &context->uc_stack;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0), start = (uintptr_t)stack->ss_sp;
    if ((stack->ss_flags & SS_DISABLE) == 0 && here - start < stack->ss_size)
        return stack->ss_size >= UNWIND_STACK_BYTES;
    const struct wm_own_thread *own = wm_tls.own;
    return own == NULL || (!own->is_shallow && here - own->stack_low >= UNWIND_STACK_BYTES);
}

/* Apart, so that its buffer is only on stacks that have room. */
static __attribute__((noinline)) uint32_t walk(uint64_t pc, uint64_t *frames, uint32_t limit,
                                               bool *ret_truncated)
{
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

uint32_t wm_unwind(const void *ucontext, uint64_t *frames, uint32_t limit, bool *ret_truncated)
{
    const ucontext_t *context = ucontext;
    uint64_t pc = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
    frames[0] = pc;
    *ret_truncated = true;
    /* A library that the snapshot does not know yet may be on this stack: unwinding through it
     * would guess, and libunwind remembers its guesses. */
    if (wm_unwind_backtrace == NULL || wm_modules_stale() || !has_room(context))
        return 1;
    return walk(pc, frames, limit, ret_truncated);
}
