/* capture.h - somebody else's traffic becomes a trace: the table of formats. */
#ifndef WM_CAPTURES_CAPTURE_H
#define WM_CAPTURES_CAPTURE_H

#include "harness/core/error.h"
#include "workloads/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WM_CAPTURE_SECOND_MIB = 4 }; /* held of one second, to spread its requests over it */

struct wm_capture_report {
    const char *format; /* the name in the table */
    uint64_t requests;
    uint64_t span_ns;       /* from the first request to the last */
    uint64_t skipped;       /* lines or records that are no request */
    uint64_t first_skipped; /* line of the first one, 0: none */
    char first_fault[240];  /* what is wrong with it: "byte 45: expected …, found: …" */
    uint64_t reordered;     /* requests whose time lay before their predecessor's */
    uint64_t spread;        /* requests that shared their second: spread evenly over it */
    uint64_t crowded;       /* requests past what a second can hold: due with its last one */
};

/* Reads the capture `name` ("-" is standard input), of the format `format` (NULL: found out from
 * its beginning), and writes each request to `writer`. Memory use is fixed. -EINVAL when there is
 * no request in it or its format is unknown; `ret_report` is filled as far as it was read. */
WM_MUST_USE int wm_capture_import(const char *name, const char *format,
                                  struct wm_trace_writer *writer,
                                  struct wm_capture_report *ret_report, struct wm_error *err);

/* The table, for help and tests. */
struct wm_capture_format {
    const char *name;
    const char *help;
};
size_t wm_capture_format_count(void);
const struct wm_capture_format *wm_capture_format(size_t i);

#endif
