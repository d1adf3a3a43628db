/* crash.c - fills wm_region.crash. [signal] but for what installs and removes. */
#include "profiles/probe/crash.h"

#include "profiles/probe/state.h"
#include "profiles/probe/unwind.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIGNAL_STACK_BYTES = 128 * 1024, OWN_FRAMES = 2 /* wm_unwind_here and on_exit_called */ };

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
static _Atomic uint32_t told;

static struct wm_crash *begin(void)
{
    struct wm_region *region = wm_probe.region;
    if (region == NULL || atomic_exchange(&told, 1) != 0)
        return NULL;
    struct wm_crash *crash = &region->crash;
    crash->tid = (uint32_t)syscall(SYS_gettid);
    crash->context = 0;
    if (wm_context_current != NULL) {
        const struct wm_context_slot *slot = (const struct wm_context_slot *)wm_context_current;
        crash->context = 1 + (uint32_t)(slot - region->contexts);
    }
    return crash;
}

static void on_fatal(int signal, siginfo_t *info, void *ucontext)
{
    struct wm_crash *crash = begin();
    if (crash != NULL) {
        crash->signal = signal;
        crash->address = (uint64_t)(uintptr_t)info->si_addr;
        bool truncated;
        /* Told before the unwinding, which may die of the same broken stack. */
        atomic_store_explicit(&crash->ready, 1, memory_order_release);
        wm_tls.in_handler++;
        crash->frame_count = wm_unwind(ucontext, crash->frames, WM_FRAME_MAX, &truncated);
        wm_tls.in_handler--;
    }
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = SIG_DFL;
    (void)sigaction(signal, &action, NULL);
    /* A fault comes again when the instruction does; a sent signal, and a breakpoint that has been
     * passed, has to be sent again. */
    if (info->si_code <= 0 || signal == SIGTRAP)
        (void)raise(signal);
}

static void on_exit_called(int status, void *unused)
{
    (void)unused;
    struct wm_region *region = wm_probe.region;
    if (region == NULL || atomic_load(&region->stage) >= WM_STAGE_DONE)
        return;
    struct wm_crash *crash = begin();
    if (crash == NULL)
        return;
    crash->signal = 0;
    crash->exit_code = status;
    uint32_t count = wm_unwind_here(crash->frames, WM_FRAME_MAX);
    uint32_t own = count < OWN_FRAMES ? count : OWN_FRAMES;
    crash->frame_count = count - own;
    memmove(crash->frames, crash->frames + own, crash->frame_count * sizeof(crash->frames[0]));
    atomic_store_explicit(&crash->ready, 1, memory_order_release);
}

void wm_crash_watch(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_fatal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
        (void)sigaction(fatal[i], &action, NULL);
    (void)on_exit(on_exit_called, NULL);
}

void wm_crash_thread_stack(void)
{
    stack_t stack;
    if (sigaltstack(NULL, &stack) != 0 || (stack.ss_flags & SS_DISABLE) == 0)
        return; /* the app has one of its own */
    stack.ss_sp = mmap(NULL, SIGNAL_STACK_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack.ss_sp == MAP_FAILED)
        return;
    stack.ss_size = SIGNAL_STACK_BYTES;
    stack.ss_flags = 0;
    if (sigaltstack(&stack, NULL) != 0)
        (void)munmap(stack.ss_sp, SIGNAL_STACK_BYTES);
    else
        wm_tls.signal_stack = stack.ss_sp;
}

void wm_crash_thread_end(void)
{
    stack_t stack;
    /* Without ours in place, whoever replaced it may go back to it. */
    if (wm_tls.signal_stack == NULL || sigaltstack(NULL, &stack) != 0 ||
        stack.ss_sp != wm_tls.signal_stack)
        return;
    stack.ss_flags = SS_DISABLE;
    if (sigaltstack(&stack, NULL) == 0)
        (void)munmap(wm_tls.signal_stack, SIGNAL_STACK_BYTES);
    wm_tls.signal_stack = NULL;
}
