/* run_options.h - what `waymark run` was told: its option table and the values. */
#ifndef WM_CLI_RUN_OPTIONS_H
#define WM_CLI_RUN_OPTIONS_H

#include "harness/cli/options.h"
#include "harness/core/error.h"
#include "profiles/runs/run.h"
#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_run_values {
    const char *app, *workload, *trace, *entry, *output, *tag, *save_trace, *interleave;
    const char *server, *connect, *protocol; /* of a server; see server_options.h */
    const char *segments;
    const char *label_by; /* of `waymark agent` */
    uint64_t connections, port, timeout_ns, ready_ns;
    uint64_t concurrency, requests, duration_ns, warmup_ns, threads, seed, hz;
    uint64_t repeat; /* 0: a single run, not a set of one */
    double rate_per_second;
    uint32_t arrivals; /* enum wm_law */
    double speed;      /* INFINITY: max */
    double coverage;   /* 0..1 */
    bool force, fail_on_mismatch;
};

enum { WM_RUN_OPTION_COUNT = 35, WM_REPEAT_MAX = 1000 };
extern const struct wm_option wm_run_options[WM_RUN_OPTION_COUNT];

/* The values before any option is read. */
void wm_run_values_init(struct wm_run_values *values);
/* Refuses what does not go together, with the reason, and fills the defaults that depend on other
 * options. -EINVAL. */
WM_MUST_USE int wm_run_values_check(const struct wm_options *options, struct wm_run_values *values,
                                    struct wm_error *err);
/* The law of arrival that the values ask for. */
uint32_t wm_run_values_law(const struct wm_options *options, const struct wm_run_values *values);
/* Fills run->settings: the options as given, or what `find_default` says was in force (NULL:
 * nothing; `text` has WM_UNIT_BYTES to write to). */
WM_MUST_USE int wm_run_describe_options(const struct wm_options *options,
                                        const char *(*find_default)(const void *user,
                                                                    const char *option, char *text),
                                        const void *user, struct wm_run *run);
/* The same by the defaults of these values. */
WM_MUST_USE int wm_run_values_describe(const struct wm_options *options,
                                       const struct wm_run_values *values, struct wm_run *run);

#endif
