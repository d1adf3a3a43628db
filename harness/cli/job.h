/* job.h - a run made ready: all that can be wrong with options and files is found here, before
 * anything starts. */
#ifndef WM_CLI_JOB_H
#define WM_CLI_JOB_H

#include "harness/cli/git.h"
#include "harness/cli/run_options.h"
#include "harness/core/address.h"
#include "harness/core/error.h"
#include "profiles/wire/region.h"
#include "workloads/captures/capture.h"
#include "workloads/stream.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct wm_mix;
struct wm_protocol;

/* What a run needs to know of a server; all 0 for an app. */
struct wm_server_job {
    const struct wm_protocol *protocol; /* NULL: null */
    char agent[PATH_MAX];               /* libwaymark.so; "" with --connect */
    char files[PATH_MAX];               /* the folder of the mix or trace; "" none */
    struct wm_address address;          /* of --connect */
    char *const *words; /* of `waymark agent`: the command as it was given; NULL: none */
};

struct wm_job {
    const struct wm_options *options;
    const struct wm_run_values *values;
    const char *source; /* the mix, trace or capture as the user named it; NULL: there is none */
    struct wm_plan plan;
    struct wm_stream *stream; /* NULL without a source; a second look at what the host replays: to
                                 draw requests again */
    struct wm_cursor *cursor;
    char host[PATH_MAX]; /* waymark-host; "" for a server */
    struct wm_server_job server;
    char temporary[PATH_MAX]; /* the trace that a capture was imported into; "" none */
    bool imported;
    struct wm_capture_report import; /* if imported */
    struct wm_trace_summary summary; /* of a trace */
    bool git_asked;
    struct wm_git_state git; /* then */
};

/* Fills `job` from the options. Undo with wm_job_done, also on failure. -EINVAL, -ENOENT, … with
 * what is wrong. */
WM_MUST_USE int wm_job_prepare(struct wm_job *job, const struct wm_options *options,
                               const struct wm_run_values *values, struct wm_error *err);
/* Makes it ready to be run once more, by the app `app` (NULL: a server). */
WM_MUST_USE int wm_job_aim(struct wm_job *job, const char *app, struct wm_error *err);
/* Frees, and removes the imported trace. */
void wm_job_done(struct wm_job *job);

/* Draws a request of the mix again: 1, or negative. A trace: reads on to `index` from where the
 * last call left it (wm_stream_rewind starts over); 0 when it is not there. The bytes live until
 * the next call. */
WM_MUST_USE int wm_job_redraw(struct wm_job *job, uint64_t index, struct wm_work *work,
                              struct wm_error *err);

#endif
