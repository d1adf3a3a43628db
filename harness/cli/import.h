/* import.h - a capture into a trace, and the sentence that says what came of it. */
#ifndef WM_CLI_IMPORT_H
#define WM_CLI_IMPORT_H

#include "harness/core/error.h"
#include "harness/core/text.h"
#include "workloads/captures/capture.h"

/* Imports the capture `name` ("-": standard input; `format` NULL: found out) into the trace
 * `target`, whole or not at all. */
WM_MUST_USE int wm_import(const char *name, const char *format, const char *target,
                          struct wm_capture_report *ret_report, struct wm_error *err);
/* "4,812 requests in 6 h, 7 lines not readable as requests (first: line 31: "-")". */
void wm_import_describe(const struct wm_capture_report *report, struct wm_text *text);

#endif
