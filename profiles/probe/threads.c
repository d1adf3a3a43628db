/* threads.c - the threads of this process, each with a slot in the region. */
#include "profiles/probe/threads.h"
#include "profiles/probe/context.h"
#include "profiles/probe/crash.h"
#include "profiles/probe/label.h"
#include "profiles/probe/life.h"
#include "profiles/probe/probe.h"
#include "profiles/probe/stack.h"
#include "profiles/probe/state.h"
#include "profiles/probe/unwind.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's clock id of a thread's CPU time (CPUCLOCK_PERTHREAD | CPUCLOCK_SCHED of
 * linux/posix-timers.h): unlike CLOCK_THREAD_CPUTIME_ID, readable from every thread. */
static clockid_t thread_clock(uint32_t tid)
{
    return (clockid_t)((~tid << 3) | 6);
}

static pthread_key_t end_key;

/* The slot's thread was killed with its process, and could not say so. */
static bool is_abandoned(const struct wm_thread *shared, uint32_t tid)
{
    return tid != 0 && wm_life_thread_is_over(shared->pid_space, tid);
}

/* Records of another program may still be in the slot's ring: addresses that mean other things. */
static bool holds_others(const struct wm_thread *shared)
{
    const struct wm_ring *ring = &shared->sample_ring;
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    return head != atomic_load_explicit(&ring->tail, memory_order_relaxed) &&
           shared->image != wm_probe.image;
}

/* Which slots a claim looks at: the later passes, when the earlier ones found none. */
enum claim_pass { CLAIM_CLEAN, CLAIM_FREE, CLAIM_ABANDONED, CLAIM_PASSES };

/* Several processes may be at it, so a slot is first taken, then filled, then shown. */
static bool claim(struct wm_thread *shared, enum claim_pass pass)
{
    uint32_t was = atomic_load_explicit(&shared->tid, memory_order_relaxed);
    if (pass == CLAIM_ABANDONED ? !is_abandoned(shared, was) : was != 0)
        return false;
    if (pass == CLAIM_CLEAN && holds_others(shared))
        return false;
    /* pairs with wm_thread_release: the rings and the counters go on */
    return atomic_compare_exchange_strong_explicit(&shared->tid, &was, UINT32_MAX,
                                                   memory_order_acquire, memory_order_relaxed);
}

static struct wm_own_thread *claim_slot(uint32_t tid)
{
    for (uint32_t i = 0; i < WM_THREAD_MAX * CLAIM_PASSES; i++) {
        uint32_t at = i % WM_THREAD_MAX;
        struct wm_thread *shared = &wm_probe.region->threads[at];
        if (!claim(shared, (enum claim_pass)(i / WM_THREAD_MAX)))
            continue;
        if (at >= wm_probe.thread_count)
            wm_probe.thread_count = at + 1;
        struct wm_own_thread *own = &wm_probe.threads[at];
        own->shared = shared;
        own->clock = thread_clock(tid);
        own->tid = tid;
        own->event = -1;
        own->event_page = NULL;
        own->has_timer = false;
        own->unwinding = false;
        shared->harness = 0;
        shared->process = wm_probe.process_index;
        shared->image = wm_probe.image;
        shared->pid_space = wm_probe.pid_space;
        atomic_store_explicit(&shared->last_cpu_ns, 0, memory_order_relaxed);
        atomic_store_explicit(&shared->tid, tid, memory_order_release);
        return own;
    }
    return NULL;
}

/* `from_ns` of its CPU clock on its time is accounted for. */
static void arm(struct wm_own_thread *own, uint64_t from_ns)
{
    atomic_store_explicit(&own->last_cpu_ns, from_ns, memory_order_relaxed);
    atomic_store_explicit(&own->shared->last_cpu_ns, from_ns, memory_order_relaxed);
    if (wm_probe.hz > 0 && wm_event_arm(own, wm_probe.hz) < 0)
        atomic_fetch_add(&wm_probe.region->threads_eventless, 1);
}

void wm_thread_arm(struct wm_own_thread *own)
{
    arm(own, wm_probe_clock(own->clock));
}

/* What the thread used since its last sample is nobody's. */
void wm_thread_disarm(struct wm_own_thread *own)
{
    wm_event_disarm(own);
    while (own->tid != (uint32_t)syscall(SYS_gettid) &&
           atomic_load_explicit(&own->busy, memory_order_acquire) != 0) /* pairs with wm_handler */
        (void)syscall(SYS_sched_yield);
    wm_thread_account(own);
}

void wm_thread_account(struct wm_own_thread *own)
{
    uint64_t cpu_ns = wm_probe_clock(own->clock);
    uint64_t last_ns = atomic_load_explicit(&own->last_cpu_ns, memory_order_relaxed);
    if (cpu_ns <= last_ns)
        return;
    atomic_store_explicit(&own->last_cpu_ns, cpu_ns, memory_order_relaxed);
    atomic_store_explicit(&own->shared->last_cpu_ns, cpu_ns, memory_order_relaxed);
    own->shared->lost_cpu_ns += cpu_ns - last_ns;
}

void wm_thread_release(struct wm_own_thread *own)
{
    own->tid = 0;
    /* pairs with claim: the next owner goes on with the rings and the counters */
    atomic_store_explicit(&own->shared->tid, 0, memory_order_release);
}

/* Where the thread has room, what libunwind and the app's malloc need is taken from there. */
static void prepare_unwinding(struct wm_own_thread *own)
{
    wm_stack_prepare(own); /* for the last words of a crash too */
    if (wm_tls.warmed || wm_probe.region->plan.hz == 0)
        return;
    wm_unwind_prewarm(wm_stack_has_room() ? NULL : own);
    wm_tls.warmed = true;
}

void wm_thread_enter(bool is_new)
{
    if (wm_probe.region == NULL || wm_tls.own != NULL || wm_tls.refused)
        return;
    bool inside = wm_tls.inside;
    int saved_errno = errno;
    wm_tls.inside = true;
    pthread_mutex_lock(&wm_probe.lock);
    struct wm_own_thread *own = claim_slot((uint32_t)syscall(SYS_gettid));
    if (own == NULL) {
        wm_tls.refused = true;
        atomic_fetch_add(&wm_probe.region->threads_unsampled, 1);
    } else {
        prepare_unwinding(own); /* under the lock: no fork meanwhile */
        wm_tls.own = own;
        if (atomic_load(&wm_probe.sampling) == WM_SAMPLING_ON)
            arm(own, is_new ? 0 : wm_probe_clock(own->clock));
    }
    pthread_mutex_unlock(&wm_probe.lock);
    wm_tls.inside = inside;
    if (own != NULL && !wm_probe.agent)
        wm_crash_thread_stack();
    if (own != NULL)
        (void)pthread_setspecific(end_key, own);
    errno = saved_errno;
}

static void thread_end(void *data)
{
    struct wm_own_thread *own = data;
    /* Nothing is to be done in a child that was forked without our notice, or is not profiled. */
    if (wm_probe.region == NULL || own->tid != (uint32_t)syscall(SYS_gettid))
        return;
    int saved_errno = errno;
    wm_tls.inside = true;
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGPROF);
    sigaddset(&mask, SIGTRAP);
    if (wm_probe.timer_signal != 0)
        sigaddset(&mask, wm_probe.timer_signal);
    (void)pthread_sigmask(SIG_BLOCK, &mask, NULL);
    wm_crash_thread_end();
    if (wm_probe.agent)
        wm_label_set(0);
    pthread_mutex_lock(&wm_probe.lock);
    if (atomic_load(&wm_probe.sampling) == WM_SAMPLING_ON)
        wm_thread_disarm(own);
    wm_context_thread_end();
    wm_tls.own = NULL;
    wm_tls.warmed = false;
    wm_thread_release(own);
    pthread_mutex_unlock(&wm_probe.lock);
    wm_tls.inside = false;
    errno = saved_errno;
}

void wm_threads_start(void)
{
    (void)pthread_key_create(&end_key, thread_end);
    wm_thread_enter(false);
}

WM_EXPORT void wm_probe_thread_is_harness(void)
{
    wm_thread_enter(false);
    if (wm_tls.own != NULL)
        wm_tls.own->shared->harness = 1;
}

/* Between requests a worker goes to sleep and is woken, which costs as much CPU as a small request.
 * The kernel stops the event for part of that, so that a sample comes late and falls into the next
 * request more often than not: it must not carry that time there. */
WM_EXPORT void wm_probe_harness_turn(bool begins)
{
    struct wm_own_thread *own = wm_tls.own;
    if (own == NULL ||
        atomic_load_explicit(&wm_probe.sampling, memory_order_relaxed) == WM_SAMPLING_OFF)
        return;
    uint64_t cpu_ns = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID);
    if (begins) {
        uint64_t last_ns = atomic_exchange(&own->last_cpu_ns, cpu_ns);
        own->unsampled_ns = cpu_ns > last_ns ? cpu_ns - last_ns : 0;
        return;
    }
    uint64_t last_ns = atomic_exchange(&own->last_cpu_ns, cpu_ns - own->unsampled_ns);
    own->shared->lost_harness_cpu_ns += cpu_ns > last_ns ? cpu_ns - last_ns : 0;
    own->unsampled_ns = 0;
}
