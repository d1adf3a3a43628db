/* report_runs.c - what run folders tell a report: ids of paths, requests, exact counts. */
#include "harness/cli/report_runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool wm_report_is_folder(const char *source)
{
    struct stat found;
    return stat(source, &found) == 0 && S_ISDIR(found.st_mode);
}

int wm_report_runs_read(struct wm_report_runs *runs, const char *source, enum wm_requests_side side,
                        bool required, struct wm_error *err)
{
    struct wm_run *run = NULL;
    struct wm_run **grown = reallocarray(runs->runs, runs->count + 1, sizeof(grown[0]));
    int rc = grown == NULL ? -ENOMEM : 0;
    if (rc == 0)
        runs->runs = grown;
    if (rc == 0 && runs->requests == NULL)
        rc = wm_requests_new(&runs->requests);
    if (rc < 0)
        return wm_fail(err, rc, "no memory for the runs");
    if (wm_report_is_folder(source)) {
        rc = wm_run_read(source, &run, required ? err : NULL);
        if (rc < 0 && (required || rc == -ENOMEM))
            return rc;
        rc = run != NULL ? wm_requests_add(runs->requests, run, side) : 0;
    }
    runs->runs[runs->count++] = run;
    return rc < 0 ? wm_fail(err, rc, "no memory for the runs") : 0;
}

/* Costs per request need the requests of all samples. */
static bool are_all_runs(const struct wm_report_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        if (runs->runs[i] == NULL)
            return false;
    return runs->count > 0;
}

static int rename_paths(const struct wm_report_runs *runs, struct wm_profile *const *profiles)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < runs->count; i++)
        if (runs->runs[i] != NULL)
            rc = wm_requests_rename(runs->requests, runs->runs[i], profiles[i]);
    return rc;
}

int wm_report_runs_apply(struct wm_report_runs *runs, struct wm_profile *const *profiles,
                         struct wm_report_options *options, struct wm_error *err)
{
    int rc = runs->count > 0 ? wm_requests_finish(runs->requests) : 0;
    if (rc == 0)
        rc = rename_paths(runs, profiles);
    if (rc < 0)
        return wm_fail(err, rc, "no memory for the runs");
    if (runs->count > 0)
        options->paths = wm_requests_paths(runs->requests);
    if (are_all_runs(runs))
        options->requests = runs->requests;
    /* Counts of calls are those of one run; of several they would stand beside other costs. */
    if (runs->count == 1 && runs->runs[0] != NULL)
        options->segments = runs->runs[0]->segments;
    return 0;
}

void wm_report_runs_done(struct wm_report_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        wm_run_free(runs->runs[i]);
    free(runs->runs);
    wm_requests_free(runs->requests);
    *runs = (struct wm_report_runs){.runs = NULL};
}
