/* clock.h - the clocks: monotonic nanoseconds inside, wall time at the edges. */
#ifndef WM_CORE_CLOCK_H
#define WM_CORE_CLOCK_H

#include <stdint.h>

#define WM_NS_PER_SECOND UINT64_C(1000000000)

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t wm_clock_now_ns(void);
/* CPU time of the calling thread. */
uint64_t wm_clock_thread_cpu_ns(void);
/* Wall time in nanoseconds since 1970. */
uint64_t wm_clock_wall_ns(void);
enum { WM_CLOCK_TEXT_BYTES = 32 };
/* Wall time as "2026-11-22T14:03:09Z" into `text` of at least so many bytes. */
void wm_clock_format_utc(uint64_t wall_ns, char *text);
/* The same to the microsecond: "2026-11-22T14:03:09.041873Z". */
void wm_clock_format_utc_us(uint64_t wall_ns, char *text);

#endif
