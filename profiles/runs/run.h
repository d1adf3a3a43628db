/* run.h - a run: one replay and all that it measured; a folder. The door of this room.
 *
 *   run.json        settings, machine, totals, notes        paths.csv      a row per path
 *   profile.pb.gz   samples, pprof's format                 segments.csv   a row per tree node
 *   mismatches.csv  expectations that were not met (only if there are any)
 *   crash.json      after a crash of the app
 *   bench.txt       the results of a benchmark, as benchfile.h has them (only of `waymark bench`)
 */
#ifndef WM_RUNS_RUN_H
#define WM_RUNS_RUN_H

#include "harness/core/error.h"
#include "profiles/pprof/profile.h"
#include "profiles/runs/paths.h"
#include "profiles/runs/segments.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_run_setting { /* of run.json's "settings", "machine" and "identity", in this order */
    const char *key;
    const char *value;
};

/* Keys of "identity": what was run. A key is left out where its value is not known. */
#define WM_RUN_BUILD_ID "build_id" /* of the app, in hex */
#define WM_RUN_WORK_HASH                                                                           \
    "work_hash"                /* of the bytes of the mix, trace or capture: 16 hex digits         \
                                */
#define WM_RUN_COMMIT "commit" /* git's, of the folder that waymark was called in */
#define WM_RUN_DIRTY "dirty"   /* "true": files that git tracks were changed since */

#define WM_RUN_BENCH "bench.txt"

struct wm_mismatch {
    const char *expected; /* as the mix says it */
    uint32_t line;        /* of the mix row */
    const char *taken;    /* display name of the path it took */
    uint64_t path_id;
    uint64_t requests;
    uint64_t example_index; /* one request of them */
    const char *example;    /* that request as "op=order sku=17 …" */
};

/* Who answered the requests. Words of run.json. */
#define WM_RUN_HOST "host"       /* an app in waymark-host */
#define WM_RUN_SERVER "server"   /* a server, with the agent in it */
#define WM_RUN_CONNECT "connect" /* a server somewhere: nothing is known of its inside */
#define WM_RUN_WATCH "watch"     /* a server with the agent, under somebody else's load */

struct wm_run_failure {
    const char *reason;
    uint64_t requests;
};

struct wm_run {
    struct wm_arena *arena; /* owns every string and array here */
    const char *started;    /* UTC, ISO 8601 */
    const char *entry;      /* entry points used, ", " between */
    const char *load;       /* "closed loop, 1 thread", "open loop, 5,000/s poisson, 4 threads" */
    double seconds;
    uint64_t requests, errors, mismatches, unfinished, unsent, reply_bytes;
    uint64_t cpu_ns; /* the profile's total */
    uint64_t app_cpu_ns;
    uint64_t samples, samples_dropped, samples_truncated;
    double hz;           /* asked for; 0: not sampled */
    const char *sampler; /* "perf_event", "timer", "none" */
    uint64_t sample_cost_ns, handler_p50_ns;
    double sampling_share; /* estimated part of the app's CPU that sampling cost */
    bool open_loop;
    uint64_t late_p99_ns;
    /* Of a server. */
    const char *target;            /* WM_RUN_… */
    const char *protocol;          /* "" of a host */
    uint64_t processes;            /* that the agent was in, over the whole run */
    uint64_t queue_max, queue_p99; /* requests that waited for a connection at one time */
    uint64_t queue_wait_max_ns;
    uint64_t reconnects;
    uint64_t background_cpu_ns;
    double harness_busy; /* part of the time that the busiest of our threads had no rest; 0..1 */
    struct wm_run_failure *failures;
    size_t failure_count;
    uint64_t sites, sites_reached;
    double coverage; /* sites_reached / sites; 1 of 0: says nothing then */
    bool crashed;
    struct wm_run_setting *settings;
    size_t setting_count;
    struct wm_run_setting *machine;
    size_t machine_count;
    struct wm_run_setting *identity;
    size_t identity_count;
    const char **notes;
    size_t note_count;
    struct wm_mismatch *mismatch_rows;
    size_t mismatch_row_count;
    const char *bench; /* what is in bench.txt; NULL: it is no benchmark. Not read back */
    struct wm_paths *paths;
    struct wm_segments *segments;
    struct wm_profile *profile; /* NULL after wm_run_read: read it when it is needed */
};

WM_MUST_USE int wm_run_new(struct wm_run **ret_run);
void wm_run_free(struct wm_run *run);
/* Adds a note (printf); running out of memory loses it silently, nothing else. */
void wm_run_note(struct wm_run *run, const char *format, ...) WM_PRINTF(2, 3);

/* Adds to one of the three lists, which nothing else may fill; copies both strings. -ENOMEM. */
WM_MUST_USE int wm_run_add_setting(struct wm_run *run, struct wm_run_setting **list, size_t *count,
                                   const char *key, const char *value);

/* Refuses a folder that is not empty: -EEXIST, unless `force` and it holds a run.json. Makes it
 * if it is not there. Called before the run starts, so that nobody waits for a refusal. */
WM_MUST_USE int wm_run_prepare(const char *folder, bool force, struct wm_error *err);
/* Writes all files; with an old run in the folder, replaces its files and removes those that this
 * run does not have, but not before all of the new ones are on the disk: where there is no room
 * for them, nothing has changed. run.json comes last: a folder with one is whole. */
WM_MUST_USE int wm_run_write(const struct wm_run *run, const char *folder, struct wm_error *err);
/* Removes the files of a run, and the folder if nothing else is in it; what else there is stays. */
WM_MUST_USE int wm_run_remove(const char *folder, struct wm_error *err);
/* Copies those of its files that are there into a folder, which is made if it is not there. */
WM_MUST_USE int wm_run_copy(const char *from, const char *to, struct wm_error *err);
/* Whether this is the name of a run's file, whole or as it is while it is written. */
bool wm_run_owns(const char *name);
/* Whether the folder holds a run that is whole. */
bool wm_run_is(const char *folder);
/* Of a folder that holds no run: fails with a sentence that says what one is, and names one that
 * lies in it, such as the first of a set. -ENOENT. */
int wm_run_fail_missing(const char *folder, struct wm_error *err);
/* Reads a run folder but for its profile. -EINVAL, -ENOENT with what is missing. */
WM_MUST_USE int wm_run_read(const char *folder, struct wm_run **ret_run, struct wm_error *err);
/* Whether a server answered, and not an app in our host. */
bool wm_run_of_server(const struct wm_run *run);
/* Writes the members that run.json has of a server, into an object that is open. */
struct wm_json_writer;
void wm_run_served_write(struct wm_json_writer *json, const struct wm_run *run);
/* Adds a reason for which requests failed; copies it. -ENOMEM. */
WM_MUST_USE int wm_run_add_failure(struct wm_run *run, const char *reason, uint64_t requests);
/* The value of a setting in one of the lists; "" where there is none. */
const char *wm_run_setting(const struct wm_run_setting *settings, size_t count, const char *key);

#endif
