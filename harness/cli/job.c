/* job.c - makes a run ready: files looked at, captures imported. */
#include "harness/cli/job.h"

#include "harness/cli/expect.h"
#include "harness/cli/import.h"
#include "harness/cli/programs.h"
#include "harness/cli/server_job.h"
#include "harness/cli/server_options.h"
#include "harness/core/file.h"
#include "workloads/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int join(char *path, const char *folder, const char *name)
{
    char *joined = wm_file_join_dup(folder, name);
    bool fits = joined != NULL && strlen(joined) < PATH_MAX;
    if (fits)
        memcpy(path, joined, strlen(joined) + 1);
    free(joined);
    return fits ? 0 : -ENAMETOOLONG;
}

/* ---- The work ---- */

static int import_capture(struct wm_job *job, struct wm_error *err)
{
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    int rc = join(job->temporary, parent, "waymark-XXXXXX.wmt");
    int fd = rc < 0 ? -1 : mkstemps(job->temporary, (int)strlen(".wmt"));
    if (fd < 0) {
        rc = rc < 0 ? rc : -errno;
        job->temporary[0] = '\0';
        return wm_fail_errno(err, rc, parent, "make a temporary file in this folder");
    }
    close(fd);
    job->imported = true;
    return wm_import(job->source, NULL, job->temporary, &job->import, err);
}

static int prepare_trace(struct wm_job *job, struct wm_error *err)
{
    char path[PATH_MAX];
    bool standard = strcmp(job->source, "-") == 0;
    int rc = standard ? 0 : wm_programs_resolve(job->source, path, sizeof(path), err);
    if (rc < 0)
        return rc;
    if (standard || !wm_trace_is(path))
        rc = import_capture(job, err);
    if (rc == 0)
        rc = wm_programs_resolve(job->imported ? job->temporary : path, job->plan.work,
                                 sizeof(job->plan.work), err);
    if (rc == 0)
        rc = wm_trace_summarize(job->plan.work, &job->summary, err);
    if (rc == 0 && job->summary.requests == 0)
        rc = wm_fail_at(err, -EINVAL, job->source, "there is no request in this trace");
    if (rc == 0 && job->summary.unnamed == 0 && job->values->entry != NULL)
        rc = wm_fail_at(err, -EINVAL, "--entry",
                        "means nothing here: each request of %.200s names its entry point",
                        job->source);
    job->plan.unnamed = job->summary.unnamed > 0;
    return rc;
}

static int prepare_work(struct wm_job *job, struct wm_error *err)
{
    bool trace = job->values->trace != NULL;
    if (job->source == NULL) {
        job->plan.work_kind = WM_WORK_NONE;
        return 0;
    }
    job->plan.work_kind = trace ? WM_WORK_TRACE : WM_WORK_MIX;
    int rc = trace ? prepare_trace(job, err)
                   : wm_programs_resolve(job->source, job->plan.work, sizeof(job->plan.work), err);
    if (rc < 0)
        return rc;
    /* a mix is named as the user named it, so that what is wrong in it reads that way */
    enum wm_stream_kind kind = trace                              ? WM_STREAM_TRACE
                               : wm_run_values_serve(job->values) ? WM_STREAM_SERVER_MIX
                                                                  : WM_STREAM_MIX;
    rc = wm_stream_open(trace ? job->plan.work : job->source, kind, job->values->seed, &job->stream,
                        err);
    if (rc < 0)
        return rc;
    if (job->values->fail_on_mismatch && !wm_expect_any(wm_stream_mix(job->stream)))
        return wm_fail_at(
            err, -EINVAL, "--fail-on-mismatch",
            "no row of %.200s expects a path: add a column expect, with cells such as "
            "Authenticate+ProcessOrder:approved",
            job->source);
    rc = wm_cursor_new(job->stream, &job->cursor);
    return rc < 0 ? wm_fail(err, rc, "no memory") : 0;
}

int wm_job_redraw(struct wm_job *job, uint64_t index, struct wm_work *work, struct wm_error *err)
{
    int rc = wm_stream_draw(job->cursor, index, work, err);
    if (wm_stream_mix(job->stream) != NULL)
        return rc;
    while (rc > 0 && work->index < index)
        rc = wm_stream_draw(job->cursor, index, work, err);
    return rc > 0 && work->index != index ? 0 : rc;
}

/* ---- The results ---- */

/* Only a look, so that nobody waits for a run to learn that its trace has no place. */
static int check_save_trace(const struct wm_job *job, struct wm_error *err)
{
    const char *name = job->values->save_trace;
    struct stat target, source;
    if (name == NULL)
        return 0;
    bool exists = stat(name, &target) == 0;
    if (exists && S_ISDIR(target.st_mode))
        return wm_fail_errno(err, -EISDIR, name, "write");
    if (exists && stat(job->source, &source) == 0 && S_ISREG(source.st_mode) &&
        source.st_dev == target.st_dev && source.st_ino == target.st_ino)
        return wm_fail_at(err, -EINVAL, name, "is what is replayed; choose another name");
    if (exists && !S_ISREG(target.st_mode))
        return 0;
    char *folder = strdup(name);
    if (folder == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder] = '\0';
    int rc = access(slash != NULL ? folder : ".", W_OK) < 0 ? -errno : 0;
    free(folder);
    return rc < 0 ? wm_fail_errno(err, rc, name, "write") : 0;
}

static int fill_plan(struct wm_job *job, struct wm_error *err)
{
    const struct wm_run_values *values = job->values;
    struct wm_plan *plan = &job->plan;
    if (values->entry != NULL && strlen(values->entry) >= sizeof(plan->entry))
        return wm_fail_at(err, -EINVAL, "--entry", "the name is longer than any entry point's");
    if (values->entry != NULL)
        memcpy(plan->entry, values->entry, strlen(values->entry) + 1);
    plan->law = wm_run_values_law(job->options, values);
    plan->rate_per_second = values->rate_per_second;
    plan->speed = isinf(values->speed) ? 1 : values->speed;
    plan->requests = values->requests;
    plan->duration_ns = values->duration_ns;
    plan->warmup_ns = values->warmup_ns;
    plan->seed = values->seed;
    plan->threads = (uint32_t)values->threads;
    plan->concurrency = (uint32_t)values->concurrency;
    plan->hz = (uint32_t)values->hz;
    return 0;
}

static int prepare_app(struct wm_job *job, struct wm_error *err)
{
    int rc = wm_programs_find_host(job->host, err);
    if (rc == 0)
        rc = wm_programs_resolve(job->values->app, job->plan.app, sizeof(job->plan.app), err);
    return rc;
}

int wm_job_prepare(struct wm_job *job, const struct wm_options *options,
                   const struct wm_run_values *values, struct wm_error *err)
{
    memset(job, 0, sizeof(*job));
    job->options = options;
    job->values = values;
    job->source = values->trace != NULL ? values->trace : values->workload;
    int rc = fill_plan(job, err);
    if (rc == 0)
        rc = wm_run_values_serve(values) ? wm_server_job_prepare(job, err) : prepare_app(job, err);
    if (rc == 0)
        rc = check_save_trace(job, err);
    if (rc == 0)
        rc = prepare_work(job, err);
    return rc;
}

int wm_job_aim(struct wm_job *job, const char *app, struct wm_error *err)
{
    int rc = app != NULL ? wm_programs_resolve(app, job->plan.app, sizeof(job->plan.app), err) : 0;
    if (rc == 0 && wm_stream_mix(job->stream) == NULL)
        rc = wm_stream_rewind(job->stream, err);
    return rc;
}

void wm_job_done(struct wm_job *job)
{
    wm_cursor_free(job->cursor);
    wm_stream_close(job->stream);
    if (job->temporary[0] != '\0')
        unlink(job->temporary);
}
