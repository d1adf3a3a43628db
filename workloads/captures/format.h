/* format.h - what a capture format is to the table in capture.c. */
#ifndef WM_CAPTURES_FORMAT_H
#define WM_CAPTURES_FORMAT_H

#include "workloads/captures/capture.h"
#include "workloads/captures/input.h"

struct wm_capture_reader {
    struct wm_capture_format format;
    bool text; /* what begins like a binary file is something else */
    /* True if this may be the beginning of such a capture. */
    bool (*matches)(const char *beginning, size_t length);
    /* Writes each request, fills all of `report` but its format. */
    int (*import)(struct wm_input *input, struct wm_trace_writer *writer,
                  struct wm_capture_report *report, struct wm_error *err);
};

bool wm_accesslog_matches(const char *beginning, size_t length);
int wm_accesslog_import(struct wm_input *input, struct wm_trace_writer *writer,
                        struct wm_capture_report *report, struct wm_error *err);

#endif
