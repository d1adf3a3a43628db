/* noise.c - what else went on while a benchmark ran: /proc/stat, getrusage, the governor. */
#include "harness/cli/noise.h"

#include "harness/core/clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The first line of /proc/stat, "cpu user nice system idle iowait irq softirq steal …", in ticks.
 */
static void read_stat(struct wm_noise *noise)
{
    enum { IDLE = 3, WAIT = 4, STEAL = 7, VALUES };
    char line[512];
    double tick_s = 1.0 / (double)sysconf(_SC_CLK_TCK);
    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL)
        return;
    char *at = fgets(line, sizeof(line), file);
    fclose(file);
    if (at == NULL || strncmp(line, "cpu ", 4) != 0)
        return;
    at += 4;
    for (int i = 0; i < VALUES; i++) {
        double value_s = (double)strtoull(at, &at, 10) * tick_s;
        if (i == STEAL)
            noise->steal_s = value_s;
        else if (i != IDLE && i != WAIT)
            noise->busy_s += value_s;
    }
}

static double used_s(int who)
{
    struct rusage usage;
    if (getrusage(who, &usage) != 0)
        return 0;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

void wm_noise_read(struct wm_noise *noise)
{
    *noise = (struct wm_noise){.at_ns = wm_clock_now_ns()};
    read_stat(noise);
    noise->own_s = used_s(RUSAGE_SELF) + used_s(RUSAGE_CHILDREN);
}

static bool read_governor(char *text, size_t bytes)
{
    FILE *file = fopen("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "re");
    if (file == NULL)
        return false;
    bool found = fgets(text, (int)bytes, file) != NULL;
    fclose(file);
    if (found)
        text[strcspn(text, "\n")] = '\0';
    return found;
}

void wm_noise_describe(const struct wm_noise *before, const struct wm_bench_board *board,
                       struct wm_text *text)
{
    struct wm_noise now;
    char governor[64];
    wm_noise_read(&now);
    double seconds = (double)(now.at_ns - before->at_ns) * 1e-9;
    double other = fmax(0, now.busy_s - before->busy_s - (now.own_s - before->own_s));
    double steal = now.steal_s - before->steal_s;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (seconds > 0)
        wm_text_addf(text, "other work used %.2f of %ld CPUs", other / seconds, cpus);
    if (seconds > 0 && steal / seconds >= 0.005)
        wm_text_addf(text, ", the hypervisor took %.2f more", steal / seconds);
    wm_text_addf(text,
                 "; preempted %" PRIu64 " time%s, on another CPU after %" PRIu64 " measurement%s",
                 board->preempted, board->preempted == 1 ? "" : "s", board->migrated,
                 board->migrated == 1 ? "" : "s");
    if (!read_governor(governor, sizeof(governor)))
        wm_text_add(text, "; the CPU's frequency cannot be seen from here");
    else
        wm_text_addf(text, "; frequency governor %s%s", governor,
                     strcmp(governor, "performance") == 0
                         ? ""
                         : ": the clock may change while it is measured");
}
