/* crash.h - what is known of an app that died: for people and for crash.json. */
#ifndef WM_CLI_CRASH_H
#define WM_CLI_CRASH_H

#include "harness/cli/job.h"
#include "harness/core/error.h"
#include "profiles/gather/gather.h"
#include "profiles/runs/run.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_crash_request {
    uint64_t index;
    bool warmup;
    bool running; /* the one that the dying thread was in */
    const char *entry;
    const char *active_path; /* "" none open */
    const struct wm_work_field *fields;
    size_t field_count;
};

/* Everything in it lives in the run's arena. */
struct wm_crash_report {
    bool server; /* it was one, not an app */
    int signal;  /* 0: it exited */
    int exit_code;
    uint64_t address;
    uint32_t tid;       /* 0: not known */
    const char **stack; /* innermost first */
    size_t stack_count;
    struct wm_crash_request *requests; /* in flight, the running one first, then by index */
    size_t request_count;
};

/* Adds to `report`, of which the signal and the exit code are known, all that the region tells. */
WM_MUST_USE int wm_crash_collect(struct wm_job *job, const struct wm_region *region,
                                 struct wm_gather *gather, struct wm_run *run,
                                 struct wm_crash_report *report, struct wm_error *err);
/* The same for a server: the requests that had no answer when it died, from the label board. */
WM_MUST_USE int wm_crash_collect_board(const struct wm_region *region, struct wm_run *run,
                                       struct wm_crash_report *report);
/* Writes folder/crash.json. */
WM_MUST_USE int wm_crash_save(const struct wm_crash_report *report, const char *folder,
                              struct wm_error *err);
/* The block for standard error. */
void wm_crash_describe(const struct wm_crash_report *report, const char *folder,
                       struct wm_text *text);
/* "the app died by SIGSEGV", "the app ended with exit code 3". */
void wm_crash_headline(const struct wm_crash_report *report, struct wm_text *text);

/* An entry point's name, and an active path as "A/B", fit to be shown, out of a region that the app
 * may have written over; nothing for what makes no sense. */
void wm_crash_add_entry(const struct wm_region *region, uint32_t entry, struct wm_text *text);
void wm_crash_add_active_path(const struct wm_region *region, uint32_t node, struct wm_text *text);

#endif
