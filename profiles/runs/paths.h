/* paths.h - the table of execution paths: paths.csv. */
#ifndef WM_RUNS_PATHS_H
#define WM_RUNS_PATHS_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rows that close the sum. CPU is told by path as far as it was seen to be of a request. */
#define WM_PATH_BACKGROUND "(background)"     /* of a server: its own work, of no one request */
#define WM_PATH_UNATTRIBUTED "(unattributed)" /* whose it was is not known */
#define WM_PATH_HARNESS "(harness)"           /* of a host: ours, and in no share */

struct wm_path_row {
    uint64_t id;         /* 0 for the closing rows */
    const char *entry;   /* all strings belong to the table */
    const char *name;    /* display name, wm_paths_name */
    const char *outcome; /* "" none */
    uint64_t requests, errors, samples, cpu_ns;
    double weight_square; /* sum of the squared sample weights (ns²), for the interval */
    double cpu_share, cpu_share_low, cpu_share_high; /* wm_paths_finish */
    bool has_latency;
    uint64_t p50_ns, p90_ns, p99_ns, p999_ns, max_ns;
    bool has_allocs;
    uint64_t allocs, alloc_bytes;
    const char *const *nodes; /* active paths "A/B/C", in order of first visit */
    size_t node_count;
};

struct wm_paths {
    struct wm_path_row *rows;
    size_t count;
    struct wm_arena *arena; /* owns the strings */
};

WM_MUST_USE int wm_paths_new(struct wm_paths **ret_paths);
void wm_paths_free(struct wm_paths *paths);
/* Appends a zeroed row and returns it, valid until the next append; NULL: no memory. */
struct wm_path_row *wm_paths_add(struct wm_paths *paths);

/* Names every row (rules in naming.c), computes shares and intervals, and sorts: by CPU
 * descending, then name, the closing rows last. */
WM_MUST_USE int wm_paths_finish(struct wm_paths *paths);

/* The order of the rows. Part of wm_paths_finish. */
void wm_paths_sort(struct wm_paths *paths);

/* Wilson's 95 % interval of a share with effective sample size n = (Σw)²/Σw². */
void wm_interval_wilson(double share, double n, double *ret_low, double *ret_high);

/* Half of the 95 % interval of the mean of `n` measurements whose standard deviation is `deviation`
 * (with n - 1), by Student's t; infinite for n < 2. */
double wm_interval_mean(size_t n, double deviation);
/* Half of the 95 % interval of a cost that rests on `n` samples, as a part of the cost; infinite
 * without samples. */
double wm_interval_samples(double n);

/* Whether this is one of the rows that close the sum, and no execution path. */
bool wm_path_is_closing(const struct wm_path_row *row);
/* Whether its CPU is part of the sum that shares are of: all rows' but (harness)'s. */
bool wm_path_in_shares(const struct wm_path_row *row);

/* Takes the (background) row out and shares it out over the paths, each by its part of all
 * requests: CPU time to the nanosecond, samples, shares; intervals grow by their part of its own.
 * What the row was: *ret_background, zeros where there was none. Without requests it stays. */
void wm_paths_fold_background(struct wm_paths *paths, struct wm_path_row *ret_background);

/* Names every row but the closing ones from the sets of active paths and outcomes; the names do
 * not depend on the order of the rows. Part of wm_paths_finish. */
WM_MUST_USE int wm_paths_name(struct wm_paths *paths);

/* Adds the table as paths.csv has it. */
void wm_paths_add_csv(const struct wm_paths *paths, struct wm_text *text);
WM_MUST_USE int wm_paths_write(const struct wm_paths *paths, const char *file,
                               struct wm_error *err);
WM_MUST_USE int wm_paths_read(const char *file, struct wm_paths **ret_paths, struct wm_error *err);

#endif
