/* unwind.c - the frames of an interrupted thread. [signal] */
#include "profiles/probe/unwind.h"

#include "profiles/probe/modules.h"
#include "profiles/probe/stack.h"
#include "profiles/probe/state.h"

#include <signal.h>
#include <ucontext.h>

enum { HANDLER_FRAMES = 10 }; /* ours, and the kernel's trampoline, above the interrupted ones */

int (*wm_unwind_backtrace)(void **, int); /* set by modules.c at start, as are these: */
uintptr_t wm_unwind_start, wm_unwind_end; /* of libunwind in memory */

bool wm_unwind_holds(const void *address)
{
    return (uintptr_t)address - wm_unwind_start < wm_unwind_end - wm_unwind_start;
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

/* Calls a function on another stack, of which `end` is the upper end, on 16 bytes. libunwind finds
 * the way back, since this frame is known by its base pointer and not by the stack's. */
static __attribute__((noinline)) void call_on(const unsigned char *end, void (*function)(void *),
                                              void *data)
{
    __asm__ volatile("movq %%rsp, %%rbx\n\t"
                     "movq %[end], %%rsp\n\t"
                     "call *%[function]\n\t"
                     "movq %%rbx, %%rsp"
                     : "+D"(data)
                     : [end] "r"(end), [function] "r"(function)
                     : "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "xmm0", "xmm1",
                       "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                       "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "memory", "cc");
}

/* Some 0.1 us after each sample. */
static bool went_too_deep(const struct wm_own_thread *own)
{
    const uint64_t *mark = (const uint64_t *)(const void *)(own->unwind_stack + WM_STACK_MARK);
    uint64_t seen = 0;
    for (size_t i = 0; i < WM_STACK_MARK_BYTES / sizeof(*mark); i++)
        seen |= mark[i];
    return seen != 0;
}

static void call_apart(struct wm_own_thread *own, void (*function)(void *), void *data)
{
    if (own->unwinding || own->is_shallow)
        return; /* what came in its midst is not unwound */
    own->unwinding = true;
    atomic_signal_fence(memory_order_seq_cst);
    call_on(own->unwind_stack + WM_STACK_BYTES, function, data);
    atomic_signal_fence(memory_order_seq_cst);
    own->unwinding = false;
    if (went_too_deep(own)) {
        own->is_shallow = true;
        atomic_fetch_add_explicit(&wm_probe.region->threads_shallow, 1, memory_order_relaxed);
    }
}

static void prewarm(void *unused)
{
    uint64_t frames[16];
    (void)unused;
    (void)wm_unwind_here(frames, 16);
}

void wm_unwind_prewarm(struct wm_own_thread *apart)
{
    if (apart == NULL)
        prewarm(NULL);
    else
        call_apart(apart, prewarm, NULL);
}

struct walk {
    uint64_t pc; /* where the thread was interrupted */
    uint64_t *frames;
    uint32_t limit;
    uint32_t taken;
    bool truncated;
};

static void walk(void *data)
{
    struct walk *walk = data;
    void *buffer[WM_FRAME_MAX + HANDLER_FRAMES];
    int count = wm_unwind_backtrace(buffer, (int)walk->limit + HANDLER_FRAMES);
    int at = 0;
    while (at < count && (uint64_t)(uintptr_t)buffer[at] != walk->pc)
        at++;
    if (at == count)
        return;
    walk->taken = 0;
    for (; at < count && walk->taken < walk->limit; at++) {
        if (buffer[at] != NULL) /* the outermost return address of a thread may be 0 */
            walk->frames[walk->taken++] = (uint64_t)(uintptr_t)buffer[at];
    }
    walk->truncated = at < count;
}

uint32_t wm_unwind(const void *ucontext, uint64_t *frames, uint32_t limit, bool *ret_truncated)
{
    const ucontext_t *context = ucontext;
    struct wm_own_thread *own = wm_tls.own;
    struct walk way = {.pc = (uint64_t)context->uc_mcontext.gregs[REG_RIP],
                       .frames = frames,
                       .limit = limit,
                       .taken = 1,
                       .truncated = true};
    frames[0] = way.pc;
    /* A library that the snapshot does not know yet may be on this stack: unwinding through it
     * would guess, and libunwind remembers its guesses. */
    bool possible = wm_unwind_backtrace != NULL && !wm_modules_stale();
    if (possible && own == NULL)
        walk(&way);
    else if (possible)
        call_apart(own, walk, &way);
    *ret_truncated = way.truncated;
    return way.taken;
}
