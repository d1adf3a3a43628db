/* start.c - sampling: calibrated, started, stopped. */
#include "profiles/probe/handler.h"
#include "profiles/probe/modules.h"
#include "profiles/probe/probe.h"
#include "profiles/probe/state.h"
#include "profiles/probe/threads.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
    CALIBRATE_NS = 30 * 1000 * 1000,
    CALIBRATE_HZ = 2000,
    CALIBRATE_MAX = 256,
    TICK_MIN_NS = 3000, /* a longer gap is an interrupt's */
};

static uint64_t cpu_at_start_ns;

/* All that may wait: another handler must not interrupt ours, since it may never return to it. Also
 * what sigfillset leaves out, by which libc cancels threads. */
static void block_all(sigset_t *mask)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP};
    memset(mask, 0xff, sizeof(*mask));
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        (void)sigdelset(mask, faults[i]);
}

static void replace_action(struct wm_handled *handled, int signal)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = wm_handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    block_all(&action.sa_mask);
    handled->signal = signal;
    (void)sigaction(signal, &action, &handled->previous);
}

static void install_handler(uint32_t hz)
{
    static uint32_t chosen_hz;
    if (chosen_hz == hz)
        return;
    int before = wm_probe.signal;
    wm_event_choose(hz);
    chosen_hz = hz;
    if (before == wm_probe.signal)
        return;
    if (before != 0)
        (void)sigaction(before, &wm_probe.handled[0].previous, NULL);
    replace_action(&wm_probe.handled[0], wm_probe.signal);
    /* A server's threads may need a timer where they are refused what their process was allowed. */
    if (wm_probe.agent && wm_probe.timer_signal != wm_probe.signal)
        replace_action(&wm_probe.handled[1], wm_probe.timer_signal);
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Spins on the thread's CPU clock, which stands while others run. Where a sample fell between two
 * readings (or, without samples, the kernel's tick), their distance is what it took from the
 * thread, from the interrupt to the return. The median of these, in ns; 0 when there were none. */
static uint64_t measure_gap(bool with_samples)
{
    uint64_t gaps[CALIBRATE_MAX];
    uint32_t count = 0;
    uint32_t seen = wm_tls.calibrated;
    uint64_t reading_ns = UINT64_MAX; /* what a reading itself takes */
    uint64_t now = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID);
    for (uint64_t end = now + CALIBRATE_NS; now < end && count < CALIBRATE_MAX;) {
        uint64_t next = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID);
        uint32_t calibrated = *(volatile uint32_t *)&wm_tls.calibrated;
        if (with_samples ? calibrated != seen : next - now > TICK_MIN_NS) {
            /* It fell before or after the reading of `next`: one more covers both. */
            next = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID);
            gaps[count++] = next - now;
            seen = calibrated;
        } else if (next - now < reading_ns) {
            reading_ns = next - now;
        }
        now = next;
    }
    qsort(gaps, count, sizeof(gaps[0]), compare_u64);
    uint64_t median_ns = count > 0 ? gaps[count / 2] : 0;
    return median_ns > 2 * reading_ns ? median_ns - 2 * reading_ns : 0;
}

WM_EXPORT void wm_probe_calibrate(uint32_t hz)
{
    struct wm_own_thread *own = wm_tls.own;
    if (wm_probe.region == NULL || own == NULL || hz == 0)
        return;
    install_handler(hz);
    wm_modules_renew();
    /* A timer's signal comes with the kernel's tick, which is there without us. */
    uint64_t tick_ns = wm_probe.region->sampler == WM_SAMPLER_TIMER ? measure_gap(false) : 0;
    uint64_t sample_ns = 0;
    atomic_store(&wm_probe.sampling, WM_SAMPLING_CALIBRATING);
    if (wm_event_arm(own, CALIBRATE_HZ) == 0)
        sample_ns = measure_gap(true);
    wm_event_disarm(own);
    atomic_store(&wm_probe.sampling, WM_SAMPLING_OFF);
    wm_probe.region->sample_cost_ns = sample_ns > tick_ns ? (uint32_t)(sample_ns - tick_ns) : 0;
}

static uint64_t process_cpu_ns(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * UINT64_C(1000000000) +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * UINT64_C(1000);
}

void wm_sampling_start(uint32_t hz)
{
    wm_probe.hz = hz;
    if (hz > 0)
        install_handler(hz);
    else
        wm_probe.region->sampler = WM_SAMPLER_NONE;
    wm_modules_renew();
    pthread_mutex_lock(&wm_probe.lock);
    cpu_at_start_ns = process_cpu_ns();
    atomic_store(&wm_probe.sampling, WM_SAMPLING_ON);
    for (uint32_t i = 0; i < wm_probe.thread_count; i++) {
        if (wm_probe.threads[i].tid != 0)
            wm_thread_arm(&wm_probe.threads[i]);
    }
    pthread_mutex_unlock(&wm_probe.lock);
}

WM_EXPORT void wm_probe_start(uint32_t hz)
{
    if (wm_probe.region == NULL)
        return;
    wm_sampling_start(hz);
    wm_probe.region->app_running = 1;
}

static void check_handler(void)
{
    struct sigaction now;
    if (wm_probe.hz > 0 && sigaction(wm_probe.signal, NULL, &now) == 0 &&
        now.sa_sigaction != wm_handler)
        wm_probe_note("the app installed its own handler for %s during the run: sampling ended "
                      "there",
                      wm_probe.signal == SIGTRAP ? "SIGTRAP" : "SIGPROF");
}

WM_EXPORT void wm_probe_stop(void)
{
    struct wm_region *region = wm_probe.region;
    if (region == NULL || region->app_running == 0)
        return;
    region->app_running = 0;
    pthread_mutex_lock(&wm_probe.lock);
    atomic_store(&wm_probe.sampling, WM_SAMPLING_OFF);
    atomic_thread_fence(memory_order_seq_cst); /* pairs with wm_handler */
    for (uint32_t i = 0; i < wm_probe.thread_count; i++) {
        if (wm_probe.threads[i].tid != 0)
            wm_thread_disarm(&wm_probe.threads[i]);
    }
    region->app_cpu_ns += process_cpu_ns() - cpu_at_start_ns;
    pthread_mutex_unlock(&wm_probe.lock);
    check_handler();
}
