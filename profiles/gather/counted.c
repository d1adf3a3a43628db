/* counted.c - where a server's counted part begins and ends, thread by thread. */
#include "profiles/gather/counted.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A CPU time above this (52 days) is not one. */
#define CPU_MAX_NS (UINT64_C(1) << 52)

/* The CPU time of a thread of any process; 0 where it cannot be told. Its POSIX clock is for its
 * own process only, but the scheduler's figure is there for all to read. */
static uint64_t thread_clock_ns(int32_t pid, uint32_t tid)
{
    char name[64], line[128];
    (void)snprintf(name, sizeof(name), "/proc/%" PRId32 "/task/%" PRIu32 "/schedstat", pid, tid);
    FILE *file = fopen(name, "re");
    if (file == NULL)
        return 0;
    uint64_t cpu_ns = fgets(line, sizeof(line), file) != NULL ? strtoull(line, NULL, 10) : 0;
    (void)fclose(file);
    return cpu_ns <= CPU_MAX_NS ? cpu_ns : 0;
}

void wm_counted_read_clocks(struct wm_counted *counted)
{
    for (uint32_t i = 0; i < WM_THREAD_MAX; i++) {
        const struct wm_thread *thread = &counted->region->threads[i];
        struct wm_counted_thread *counts = &counted->threads[i];
        int32_t pid = thread->process < WM_PROCESS_MAX
                          ? atomic_load(&counted->region->processes[thread->process].pid)
                          : 0;
        counts->tid = atomic_load(&thread->tid);
        counts->clock_ns = counts->tid != 0 && pid > 0 ? thread_clock_ns(pid, counts->tid) : 0;
    }
}

/* What the thread used after its last sample, as the clocks were read. One that has ended since
 * then has put that into its lost_cpu_ns. */
static uint64_t since_last_ns(const struct wm_counted *counted, uint32_t at)
{
    const struct wm_thread *thread = &counted->region->threads[at];
    const struct wm_counted_thread *counts = &counted->threads[at];
    uint64_t last_ns = atomic_load(&thread->last_cpu_ns);
    bool is_there = counts->tid != 0 && atomic_load(&thread->tid) == counts->tid;
    return is_there && counts->clock_ns > last_ns ? counts->clock_ns - last_ns : 0;
}

void wm_counted_begin(struct wm_counted *counted)
{
    for (uint32_t i = 0; i < WM_THREAD_MAX; i++) {
        const struct wm_thread *thread = &counted->region->threads[i];
        struct wm_counted_thread *counts = &counted->threads[i];
        counts->early_ns = since_last_ns(counted, i);
        counts->lost_cpu_ns = thread->lost_cpu_ns;
        counts->dropped = thread->dropped;
        counts->truncated = thread->truncated;
        counts->ends_dropped = thread->ends_dropped;
    }
}

void wm_counted_end(struct wm_counted *counted)
{
    for (uint32_t i = 0; i < WM_THREAD_MAX; i++)
        counted->threads[i].tail_ns = since_last_ns(counted, i);
    wm_counted_sum(counted, &counted->sums);
    counted->ended = true;
}

uint64_t wm_counted_cpu_ns(struct wm_counted *counted, uint32_t thread, uint64_t cpu_ns)
{
    struct wm_counted_thread *counts = &counted->threads[thread];
    uint64_t early_ns = counts->early_ns < cpu_ns ? counts->early_ns : cpu_ns;
    counts->early_ns = 0;
    return cpu_ns - early_ns;
}

static uint64_t since(uint64_t now, uint64_t before)
{
    return now > before ? now - before : 0;
}

/* A cost that the app's side says it could give to no sample. */
static uint64_t checked(struct wm_counted_sums *sums, uint64_t cpu_ns)
{
    if (cpu_ns <= CPU_MAX_NS)
        return cpu_ns;
    sums->damaged++;
    return 0;
}

void wm_counted_sum(const struct wm_counted *counted, struct wm_counted_sums *ret_sums)
{
    *ret_sums = counted->sums;
    for (uint32_t i = 0; i < WM_THREAD_MAX && !counted->ended; i++) {
        const struct wm_thread *thread = &counted->region->threads[i];
        const struct wm_counted_thread *counts = &counted->threads[i];
        uint64_t lost_ns = checked(ret_sums, since(thread->lost_cpu_ns, counts->lost_cpu_ns));
        ret_sums->lost_cpu_ns += since(lost_ns + counts->tail_ns, counts->early_ns);
        ret_sums->lost_harness_cpu_ns += checked(ret_sums, thread->lost_harness_cpu_ns);
        ret_sums->dropped += since(thread->dropped, counts->dropped);
        ret_sums->truncated += since(thread->truncated, counts->truncated);
        ret_sums->ends_dropped += since(thread->ends_dropped, counts->ends_dropped);
    }
}
