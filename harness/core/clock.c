/* clock.c - the clocks. */
#include "harness/core/clock.h"

#include <stdio.h>
#include <string.h>
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

void wm_clock_format_utc_us(uint64_t wall_ns, char *text)
{
    wm_clock_format_utc(wall_ns, text);
    size_t seconds = strcspn(text, "Z");
    unsigned microseconds = (unsigned)(wall_ns % WM_NS_PER_SECOND / 1000);
    if (seconds > 0)
        (void)snprintf(text + seconds, WM_CLOCK_TEXT_BYTES - seconds, ".%06uZ", microseconds);
}

void wm_clock_format_utc(uint64_t wall_ns, char *text)
{
    time_t seconds = (time_t)(wall_ns / WM_NS_PER_SECOND);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    if (strftime(text, WM_CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        text[0] = '\0';
}
