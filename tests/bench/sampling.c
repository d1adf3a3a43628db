/* sampling.c - what sampling costs the shop: the same requests, in turns with and without it.
 *
 *   bench_sampling libshop.so mix.csv [rounds]
 *
 * Modes take turns of about 100 ms each, in an order that rotates; each mode's cost is the median
 * over rounds of its CPU time beside the unsampled time of the same round. The event alone is what
 * the kernel takes for its timer whoever asks; what is more is the price of being sampled. */
#include "harness/core/clock.h"
#include "tests/probe/attached.h"
#include "workloads/mix.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { REQUESTS = 10000, ROUNDS_MAX = 1000 };

enum kind { PLAIN, EVENT_ONLY, SAMPLED };
static const struct mode {
    const char *name;
    enum kind kind;
    uint32_t hz;
} modes[] = {
    {"not sampled",              PLAIN,      0  },
    {"perf event alone, 997 Hz", EVENT_ONLY, 997},
    {"sampled, 997 Hz",          SAMPLED,    997},
    {"sampled, 250 Hz",          SAMPLED,    250},
    {"not sampled, again",       PLAIN,      0  },
};
enum { UNSAMPLED, EVENT_997, SAMPLED_997, MODES = sizeof(modes) / sizeof(modes[0]) };

static struct wm_region *region;
static struct wm_mix *mix;
static struct wm_mix_scratch *scratch;
static const struct wm_entry *entry;
static struct wm_histogram handler; /* time in it, of every sample */

static int open_event(uint32_t hz)
{
    struct perf_event_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.size = sizeof(attr);
    attr.type = PERF_TYPE_SOFTWARE;
    attr.config = PERF_COUNT_SW_TASK_CLOCK;
    attr.sample_period = WM_NS_PER_SECOND / hz;
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void make_requests(void)
{
    for (uint64_t i = 0; i < REQUESTS; i++) {
        struct wm_work work;
        if (wm_mix_draw(mix, 1, i, scratch, &work) < 0)
            abort();
        struct wm_request request = {.entry = work.entry,
                                     .fields = (const void *)work.fields,
                                     .field_count = work.field_count,
                                     .index = i};
        struct wm_reply reply = {0};
        struct wm_probe_end end;
        request.context = wm_probe_begin(0, work.row, i, 1);
        (void)entry->function(&request, &reply);
        wm_probe_end(request.context, &end);
    }
}

static void empty_rings(void)
{
    struct wm_thread *thread = &region->threads[0]; /* this one: there are no others */
    const struct wm_sample *sample;
    while ((sample = wm_ring_peek(&thread->sample_ring, thread->samples_data, WM_SAMPLE_RING))) {
        wm_histogram_add(&handler, sample->cost_ns);
        wm_ring_pop(&thread->sample_ring, sample);
    }
    atomic_store(&thread->end_ring.tail, atomic_load(&thread->end_ring.head));
}

/* CPU time of this thread, interrupts and all: what other processes do does not count. */
static uint64_t thread_cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * WM_NS_PER_SECOND + (uint64_t)t.tv_nsec;
}

static double seconds_of(const struct mode *mode)
{
    int event = -1;
    if (mode->kind == EVENT_ONLY)
        event = open_event(mode->hz);
    if (mode->kind == SAMPLED)
        wm_probe_start(mode->hz);
    uint64_t start_ns = thread_cpu_ns();
    make_requests();
    uint64_t end_ns = thread_cpu_ns();
    if (mode->kind == SAMPLED)
        wm_probe_stop();
    if (event >= 0)
        close(event);
    empty_rings();
    return (double)(end_ns - start_ns) / 1e9;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void print_spread(const char *name, const char *unit, double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), compare);
    printf("%-38s %+6.2f %s  (quartiles %+.2f %+.2f)\n", name, 100 * values[count / 2], unit,
           100 * values[count / 4], 100 * values[3 * count / 4]);
}

int main(int argc, char **argv)
{
    static double more[ROUNDS_MAX];
    static double cost[MODES][ROUNDS_MAX];
    region = wm_test_attached(argv);
    struct wm_error err = {{0}, {0}};
    long rounds = argc > 3 ? strtol(argv[3], NULL, 10) : 60;
    if (argc < 3 || rounds < 1 || rounds > ROUNDS_MAX || dlopen(argv[1], RTLD_NOW) == NULL ||
        wm_probe_entries() == NULL || wm_mix_read(argv[2], &mix, &err) < 0 ||
        wm_mix_scratch_new(mix, &scratch) < 0) {
        fprintf(stderr, "usage: bench_sampling libshop.so mix.csv [rounds, 1..%d] %s\n",
                (int)ROUNDS_MAX, err.text);
        return 2;
    }
    entry = wm_probe_entries();
    make_requests();
    for (int round = 0; round < rounds; round++) {
        double seconds[MODES];
        for (int i = 0; i < MODES; i++) {
            int mode = (i + round) % MODES;
            seconds[mode] = seconds_of(&modes[mode]);
        }
        for (int i = 0; i < MODES; i++)
            cost[i][round] = seconds[i] / seconds[UNSAMPLED] - 1;
        more[round] = cost[SAMPLED_997][round] - cost[EVENT_997][round];
    }
    for (int i = 0; i < MODES; i++)
        print_spread(modes[i].name, "%", cost[i], (size_t)rounds);
    print_spread("sampled over the event alone, 997 Hz", "points", more, (size_t)rounds);
    printf("time in the handler: median %.2f µs, p99 %.2f µs, of %" PRIu64 " samples\n",
           (double)wm_histogram_quantile(&handler, 0.5) / 1e3,
           (double)wm_histogram_quantile(&handler, 0.99) / 1e3, handler.count);
    for (uint32_t i = 0; i < region->note_count; i++)
        printf("%s\n", region->notes[i].text);
    return 0;
}
