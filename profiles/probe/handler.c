/* handler.c - one sample. [signal] */
#include "profiles/probe/handler.h"

#include "profiles/probe/state.h"
#include "profiles/probe/unwind.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static void take(struct wm_own_thread *own, const void *ucontext, uint64_t began_ns);
static void account_lost(struct wm_thread *thread, const struct wm_context_slot *slot,
                         uint64_t cpu_ns);

/* Linux's siginfo of a perf event's own signal, which glibc's does not know yet: TRAP_PERF, and
 * si_perf_data behind si_addr (include/uapi/asm-generic/siginfo.h). */
enum { CODE_TRAP_PERF = 6, PERF_DATA_OFFSET = 24 };

static uint64_t perf_data(const siginfo_t *info)
{
    uint64_t data;
    memcpy(&data, (const char *)info + PERF_DATA_OFFSET, sizeof(data));
    return data;
}

static bool is_own_thread(uintptr_t address)
{
    return address - (uintptr_t)wm_probe.threads < sizeof(wm_probe.threads);
}

/* From an event or a timer of ours, be it one that is gone by now. */
static bool was_ours(int signal, const siginfo_t *info)
{
    if (info->si_code == SI_TIMER)
        return is_own_thread((uintptr_t)info->si_value.sival_ptr);
    return signal == SIGTRAP && info->si_code == CODE_TRAP_PERF && is_own_thread(perf_data(info));
}

static bool is_ours(int signal, const struct wm_own_thread *own, const siginfo_t *info)
{
    if (own == NULL)
        return false;
    if (info->si_code == SI_TIMER)
        return info->si_value.sival_ptr == own;
    if (own->event < 0)
        return false;
    if (signal == SIGTRAP)
        return info->si_code == CODE_TRAP_PERF && perf_data(info) == (uintptr_t)own;
    return info->si_code > 0 && info->si_fd == own->event;
}

/* What the kernel would have done without us: a system call past libc, since the way through it
 * leads to ourselves. The signal comes again when the handler returns. */
static void die_of(int signal)
{
    struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)(void);
        unsigned long mask;
    } by_default = {SIG_DFL, 0, NULL, 0};
    (void)syscall(SYS_rt_sigaction, signal, &by_default, NULL, sizeof(by_default.mask));
    (void)syscall(SYS_tgkill, syscall(SYS_getpid), syscall(SYS_gettid), signal);
}

/* The other handler runs under the mask that it would have without us. The kernel's set of signals
 * is the start of libc's longer one. */
static void ask_for_its_mask(int signal, const struct sigaction *action, const ucontext_t *context)
{
    uint64_t mask, more;
    memcpy(&mask, &context->uc_sigmask, sizeof(mask));
    memcpy(&more, &action->sa_mask, sizeof(more));
    mask |= more;
    if ((action->sa_flags & SA_NODEFER) == 0)
        mask |= UINT64_C(1) << (signal - 1);
    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
}

static void pass_on(int signal, siginfo_t *info, void *ucontext)
{
    const struct wm_handled *handled = &wm_probe.handled[signal != wm_probe.handled[0].signal];
    ask_for_its_mask(signal, &handled->previous, ucontext);
    if ((handled->previous.sa_flags & SA_SIGINFO) != 0)
        handled->previous.sa_sigaction(signal, info, ucontext);
    else if (handled->previous.sa_handler == SIG_DFL && wm_probe.agent)
        die_of(signal);
    else if (handled->previous.sa_handler != SIG_IGN && handled->previous.sa_handler != SIG_DFL)
        handled->previous.sa_handler(signal);
}

void wm_handler(int signal, siginfo_t *info, void *ucontext)
{
    int saved_errno = errno;
    struct wm_own_thread *own = wm_tls.own;
    if (!is_ours(signal, own, info)) {
        if (!was_ours(signal, info))
            pass_on(signal, info, ucontext);
        errno = saved_errno;
        return;
    }
    atomic_store_explicit(&own->busy, 1, memory_order_relaxed);
    /* Either the stopping thread sees `busy`, or we see that sampling is off. */
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&wm_probe.sampling, memory_order_acquire) != WM_SAMPLING_OFF &&
        atomic_load_explicit(&wm_probe.held, memory_order_relaxed) == 0) {
        wm_tls.in_handler++;
        take(own, ucontext, wm_probe_clock(CLOCK_MONOTONIC));
        wm_tls.in_handler--;
    }
    atomic_store_explicit(&own->busy, 0, memory_order_release); /* pairs with wm_thread_disarm, and
                                                                   with processes.c */
    errno = saved_errno;
}

static void take(struct wm_own_thread *own, const void *ucontext, uint64_t began_ns)
{
    struct wm_thread *thread = own->shared;
    /* A context is the start of its slot in the region (asserted in context.c). */
    struct wm_context_slot *slot = (struct wm_context_slot *)wm_context_current;

    uint64_t cpu_ns = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID);
    uint64_t last_ns = atomic_load_explicit(&own->last_cpu_ns, memory_order_relaxed);
    atomic_store_explicit(&own->last_cpu_ns, cpu_ns, memory_order_relaxed);
    atomic_store_explicit(&thread->last_cpu_ns, cpu_ns, memory_order_relaxed);
    uint64_t weight_ns = cpu_ns > last_ns ? cpu_ns - last_ns : 0;

    bool truncated;
    uint32_t count = wm_unwind(ucontext, own->frames, WM_FRAME_MAX, &truncated);

    uint32_t bytes = (uint32_t)(sizeof(struct wm_sample) + count * sizeof(uint64_t));
    uint64_t head;
    struct wm_sample *sample =
        wm_ring_reserve(&thread->sample_ring, thread->samples_data, WM_SAMPLE_RING, bytes, &head);
    if (sample == NULL) {
        thread->dropped++;
        account_lost(thread, slot, weight_ns);
        return;
    }
    sample->bytes = bytes;
    sample->flags = (uint16_t)((truncated ? WM_SAMPLE_TRUNCATED : 0) |
                               (thread->harness != 0 ? WM_SAMPLE_HARNESS : 0));
    sample->frame_count = (uint16_t)count;
    sample->request = slot != NULL
                          ? slot->serial
                          : atomic_load_explicit(&wm_tls.label, memory_order_relaxed); /* 0: host */
    sample->cpu_ns = weight_ns;
    sample->node = slot != NULL ? __atomic_load_n(&slot->node, __ATOMIC_RELAXED) : WM_NODE_ROOT;
    memcpy(sample->frames, own->frames, count * sizeof(uint64_t));
    sample->cost_ns = (uint32_t)(wm_probe_clock(CLOCK_MONOTONIC) - began_ns);
    if (atomic_load_explicit(&wm_probe.sampling, memory_order_relaxed) == WM_SAMPLING_CALIBRATING) {
        wm_tls.calibrated++;
        return; /* all the work of a sample, but nothing kept */
    }
    if (slot != NULL)
        atomic_fetch_add_explicit(&slot->samples, 1, memory_order_relaxed);
    atomic_store_explicit(&wm_probe.region->image_sampled[wm_probe.image], 1, memory_order_relaxed);
    thread->samples++;
    thread->truncated += truncated;
    wm_ring_commit(&thread->sample_ring, head);
}

static void account_lost(struct wm_thread *thread, const struct wm_context_slot *slot,
                         uint64_t cpu_ns)
{
    if (thread->harness != 0 && slot == NULL)
        thread->lost_harness_cpu_ns += cpu_ns;
    else
        thread->lost_cpu_ns += cpu_ns;
}
