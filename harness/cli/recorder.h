/* recorder.h - `waymark record` at work: a proxy on a loop of its own until it is told to end. */
#ifndef WM_CLI_RECORDER_H
#define WM_CLI_RECORDER_H

#include "workloads/captures/proxy.h"

struct wm_recorder_settings {
    const char *listen, *to; /* as the user named them */
    const struct wm_protocol *protocol;
    const char *output;
    uint64_t duration_ns; /* 0: until a signal */
};

/* Records until Ctrl-C, SIGTERM or the duration's end, tells progress and what is worth a note, and
 * completes the trace. *ret_recording says what came of it; on failure it is filled as well, once
 * the recording had begun. */
WM_MUST_USE int wm_recorder_run(const struct wm_recorder_settings *settings,
                                struct wm_recording *ret_recording, struct wm_error *err);

#endif
