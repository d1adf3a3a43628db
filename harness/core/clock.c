/* clock.c - the clocks. */
#include "harness/core/clock.h"

#include <stdio.h>
#include <time.h>

static uint64_t read_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * WM_NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

uint64_t wm_clock_now_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

uint64_t wm_clock_thread_cpu_ns(void)
{
    return read_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t wm_clock_wall_ns(void)
{
    return read_ns(CLOCK_REALTIME);
}

void wm_clock_format_utc(uint64_t wall_ns, char *text)
{
    enum { TEXT_BYTES = 32 };
    time_t seconds = (time_t)(wall_ns / WM_NS_PER_SECOND);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    if (strftime(text, TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        text[0] = '\0';
}
