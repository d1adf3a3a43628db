/* start.c - attaching to the region, starting, stopping, forking: in the right order. */
#include "profiles/probe/crash.h"
#include "profiles/probe/handler.h"
#include "profiles/probe/modules.h"
#include "profiles/probe/probe.h"
#include "profiles/probe/state.h"
#include "profiles/probe/threads.h"
#include "profiles/probe/unwind.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    CALIBRATE_NS = 30 * 1000 * 1000,
    CALIBRATE_HZ = 2000,
    CALIBRATE_MAX = 256,
    TICK_MIN_NS = 3000, /* a longer gap is an interrupt's */
};

struct wm_probe wm_probe = {.lock = PTHREAD_MUTEX_INITIALIZER};
__thread struct wm_tls wm_tls;

static uint64_t cpu_at_start_ns;

WM_EXPORT struct wm_region *wm_probe_region(void)
{
    return wm_probe.region;
}

WM_EXPORT void wm_probe_note(const char *format, ...)
{
    struct wm_region *region = wm_probe.region;
    if (region == NULL)
        return;
    pthread_mutex_lock(&wm_probe.lock);
    uint32_t at = atomic_load_explicit(&region->note_count, memory_order_relaxed);
    if (at < WM_NOTE_MAX) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(region->notes[at].text, sizeof(region->notes[at].text), format, arguments);
        va_end(arguments);
        /* pairs with the harness's reading */
        atomic_store_explicit(&region->note_count, at + 1, memory_order_release);
    }
    pthread_mutex_unlock(&wm_probe.lock);
}

/* ---- Attaching ---- */

static struct wm_region *map_region(const char *number)
{
    char *end;
    long fd = strtol(number, &end, 10);
    if (end == number || *end != '\0' || fd < 0)
        return NULL;
    struct wm_region *region = mmap(NULL, sizeof(struct wm_region), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_NORESERVE, (int)fd, 0);
    (void)close((int)fd);
    if (region == MAP_FAILED)
        return NULL;
    if (region->magic != WM_REGION_MAGIC || region->version != WM_REGION_VERSION ||
        region->bytes != sizeof(struct wm_region)) {
        (void)munmap(region, sizeof(struct wm_region));
        return NULL;
    }
    (void)madvise(region, sizeof(struct wm_region), MADV_DONTDUMP);
    return region;
}

/* A forked child is not profiled: the region is its parent's. */
static void in_child(void)
{
    wm_probe.region = NULL;
    wm_probe.follow_threads = false;
    wm_context_current = NULL;
    wm_tls.own = NULL;
    wm_tls.spare = NULL;
    atomic_store(&wm_probe.sampling, WM_SAMPLING_OFF);
    pthread_mutex_init(&wm_probe.lock, NULL);
}

static void before_fork(void)
{
    if (wm_probe.region != NULL)
        atomic_fetch_add(&wm_probe.region->forks, 1);
}

/* Whether the app's malloc is ours, tried out. */
static bool are_allocs_counted(void)
{
    uint64_t allocs = wm_tls.allocs;
    void *(*volatile allocate)(size_t) = malloc;
    free(allocate(1));
    return wm_tls.allocs != allocs;
}

/* The thread sanitizer does not survive what runs on a thread before it knows it (the hook of
 * pthread_create) or after it forgot it (libunwind, which cleans up at a thread's very end). */
static bool is_thread_sanitized(void)
{
    return dlsym(RTLD_DEFAULT, "__tsan_init") != NULL;
}

__attribute__((constructor)) static void attach(void)
{
    const char *number = getenv(WM_REGION_ENVIRONMENT);
    if (number == NULL)
        return;
    struct wm_region *region = map_region(number);
    (void)unsetenv(WM_REGION_ENVIRONMENT); /* the app's children have no harness */
    if (region == NULL)
        return;
    wm_probe.region = region;
    region->allocs_counted = are_allocs_counted();
    if (region->allocs_counted == 0)
        wm_probe_note("allocations were not counted: another malloc comes before waymark's, a "
                      "preloaded one or a sanitizer's");
    bool sanitized = is_thread_sanitized();
    if (sanitized)
        wm_probe_note("under the thread sanitizer stacks are one frame deep, and threads of the "
                      "app are sampled from the first request on that they are handed");
    else if (!wm_unwind_open())
        wm_probe_note("libunwind.so.8 could not be opened: stacks are one frame deep");
    wm_modules_start(); /* its thread is not one of the app's: not followed yet */
    wm_probe.follow_threads = !sanitized;
    wm_threads_start();
    wm_crash_watch();
    (void)pthread_atfork(before_fork, NULL, in_child);
}

/* ---- Sampling ---- */

static void replace_action(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = wm_handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    (void)sigaction(wm_probe.signal, &action, &wm_handler_previous);
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
        (void)sigaction(before, &wm_handler_previous, NULL);
    replace_action();
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

WM_EXPORT void wm_probe_start(uint32_t hz)
{
    struct wm_region *region = wm_probe.region;
    if (region == NULL)
        return;
    wm_probe.hz = hz;
    if (hz > 0)
        install_handler(hz);
    else
        region->sampler = WM_SAMPLER_NONE;
    wm_modules_renew();
    pthread_mutex_lock(&wm_probe.lock);
    cpu_at_start_ns = process_cpu_ns();
    atomic_store(&wm_probe.sampling, WM_SAMPLING_ON);
    for (uint32_t i = 0; i < wm_probe.thread_count; i++) {
        if (atomic_load(&region->threads[i].tid) != 0)
            wm_thread_arm(&wm_probe.threads[i]);
    }
    pthread_mutex_unlock(&wm_probe.lock);
    region->app_running = 1;
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
        if (atomic_load(&region->threads[i].tid) != 0)
            wm_thread_disarm(&wm_probe.threads[i]);
    }
    region->app_cpu_ns += process_cpu_ns() - cpu_at_start_ns;
    pthread_mutex_unlock(&wm_probe.lock);
    check_handler();
}
