/* bench.c - the app's benchmarks: their list, and the clock around their loops. */
#include "profiles/probe/probe.h"
#include "profiles/probe/state.h"

#include <string.h>

enum { CHUNK_MAX = 0xffff }; /* what fits above a pointer: waymark.h */

static struct wm_bench_entry *benches;

WM_EXPORT void wm_bench_register(struct wm_bench_entry *entry)
{
    if (wm_probe.region == NULL)
        return;
    entry->next = benches;
    benches = entry;
    wm_entry_name_register(entry->name);
}

WM_EXPORT const struct wm_bench_entry *wm_probe_benches(void)
{
    return benches;
}

WM_EXPORT void wm_probe_allocs(uint64_t *ret_allocs, uint64_t *ret_bytes)
{
    *ret_allocs = wm_tls.allocs;
    *ret_bytes = wm_tls.alloc_bytes;
}

/* The benchmark itself, without the count above it. */
static struct wm_bench *bench_of(const struct wm_bench *tagged)
{
    return (struct wm_bench *)((uintptr_t)tagged & (WM_PRIVATE_ONE - 1));
}

/* The clock is read last, and first when it stops. */
static void start_clock(struct wm_bench *bench)
{
    if (bench->context != NULL)
        (void)wm_context_attach(bench->context);
    bench->phase = WM_BENCH_TIMED;
    bench->began_allocs = wm_tls.allocs;
    bench->began_bytes = wm_tls.alloc_bytes;
    bench->began_ns = wm_probe_clock(CLOCK_MONOTONIC);
}

static void stop_clock(struct wm_bench *bench, enum wm_bench_phase phase)
{
    bench->timed_ns += wm_probe_clock(CLOCK_MONOTONIC) - bench->began_ns;
    bench->allocs += wm_tls.allocs - bench->began_allocs;
    bench->alloc_bytes += wm_tls.alloc_bytes - bench->began_bytes;
    bench->phase = phase;
    if (bench->context != NULL)
        (void)wm_context_detach();
}

/* Asked again, a loop that is over stays as it ended. */
static void end_loop(struct wm_bench *bench)
{
    bool timed = bench->phase == WM_BENCH_TIMED;
    if (timed)
        stop_clock(bench, WM_BENCH_OVER);
    else if (bench->phase == WM_BENCH_PAUSED)
        bench->phase = WM_BENCH_OVER_PAUSED;
    else if (bench->phase == WM_BENCH_BEFORE)
        bench->phase = WM_BENCH_OVER;
    if (timed)
        bench->cpu_ns = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID) - bench->cpu_ns;
}

WM_EXPORT struct wm_bench *wm_bench_more(struct wm_bench *tagged)
{
    struct wm_bench *bench = bench_of(tagged);
    const bool begins = bench->phase == WM_BENCH_BEFORE;
    if (begins)
        bench->left = bench->iterations;
    if (bench->left == 0) {
        end_loop(bench);
        return bench;
    }
    uint64_t chunk = bench->left < CHUNK_MAX ? bench->left : CHUNK_MAX;
    bench->left -= chunk;
    if (begins) {
        bench->cpu_ns = wm_probe_clock(CLOCK_THREAD_CPUTIME_ID);
        start_clock(bench);
    }
    return (struct wm_bench *)((uintptr_t)bench | (uintptr_t)chunk * WM_PRIVATE_ONE);
}

WM_EXPORT uint64_t wm_bench_iterations(const struct wm_bench *bench)
{
    return bench_of(bench)->iterations;
}

/* Before and after the loop nothing is timed anyway. */
WM_EXPORT void wm_bench_pause(struct wm_bench *tagged)
{
    struct wm_bench *bench = bench_of(tagged);
    if (bench->phase == WM_BENCH_TIMED)
        stop_clock(bench, WM_BENCH_PAUSED);
}

WM_EXPORT void wm_bench_resume(struct wm_bench *tagged)
{
    struct wm_bench *bench = bench_of(tagged);
    if (bench->phase != WM_BENCH_PAUSED)
        return;
    bench->pauses++;
    start_clock(bench);
}

static bool is_unit(const char *known, const char *unit, size_t length)
{
    return strlen(known) == length && memcmp(known, unit, length) == 0;
}

WM_EXPORT void wm_bench_metric(struct wm_bench *tagged, double value, const char *unit)
{
    struct wm_bench *bench = bench_of(tagged);
    size_t length = strcspn(unit, " \t\r\n\v\f");
    uint32_t at = 0;
    while (at < bench->metric_count && !is_unit(bench->metrics[at].unit, unit, length))
        at++;
    if (length == 0 || length >= WM_BENCH_UNIT_BYTES || at == WM_BENCH_METRIC_MAX) {
        bench->metrics_lost++;
        return;
    }
    if (at == bench->metric_count)
        bench->metric_count++;
    bench->metrics[at].value = value;
    memcpy(bench->metrics[at].unit, unit, length);
    bench->metrics[at].unit[length] = '\0';
}
