/* one_run.c - one run in the order in which it happens: host, drain, paths, identity, files. */
#include "harness/cli/one_run.h"

#include "harness/cli/cmd_paths.h"
#include "harness/cli/ending.h"
#include "harness/cli/expect.h"
#include "harness/cli/hosted.h"
#include "harness/cli/identity.h"
#include "harness/cli/machine.h"
#include "harness/cli/print.h"
#include "harness/cli/run_checks.h"
#include "harness/cli/run_words.h"
#include "harness/cli/save_trace.h"
#include "harness/cli/served.h"
#include "harness/cli/server_notes.h"
#include "harness/cli/server_options.h"
#include "harness/cli/watched.h"
#include "profiles/runs/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct one_run {
    struct wm_job *job;
    struct wm_places *places;
    struct wm_place *place;
    struct wm_region *region;
    int region_fd;
    struct wm_gather *gather;
    struct wm_run *run;
    struct wm_hosted hosted; /* one of these is run */
    struct wm_served served;
    struct wm_watched watched;
    struct wm_ending ending;
    uint64_t judged; /* requests that were expected to take a path, and known to take one */
    struct wm_run_outcome outcome;
};

/* ---- After the load ---- */

static int save_trace(struct one_run *one, struct wm_error *err)
{
    const char *name = one->job->values->save_trace;
    if (name == NULL)
        return 0;
    int rc = wm_save_trace(one->job, one->region, name, one->run, err);
    if (rc < 0 && one->ending.exit_code == WM_EXIT_DONE)
        one->ending.exit_code = rc == -EBADMSG ? WM_EXIT_APP_FAILED : WM_EXIT_USAGE;
    if (rc < 0)
        wm_print_error(err);
    return 0; /* the run itself is worth writing */
}

/* Git looks for changed files while names of functions are looked up; of a series it is asked once.
 */
static int finish_gathering(struct one_run *one, struct wm_error *err)
{
    struct wm_job *job = one->job;
    struct wm_git git;
    bool ask = !job->git_asked;
    if (ask)
        wm_git_start(&git);
    int rc = wm_gather_finish(one->gather, one->run, err);
    if (ask)
        wm_git_finish(&git, &job->git);
    job->git_asked = true;
    if (rc == 0 && wm_identity_of_git(one->run, &job->git) < 0)
        rc = wm_fail(err, -ENOMEM, "no memory for the run");
    return rc;
}

static int complete_run(struct one_run *one, struct wm_error *err)
{
    struct wm_job *job = one->job;
    struct wm_run *run = one->run;
    int rc = finish_gathering(one, err);
    if (rc < 0)
        return rc;
    if (job->summary.cut_offset > 0)
        wm_run_note(run, "the trace was cut off at byte %" PRIu64, job->summary.cut_offset);
    wm_run_note_import(job, run);
    wm_server_notes(one->region, run);
    if (job->stream != NULL)
        rc = wm_expect_check(job, one->region, run, &one->judged, err);
    if (rc == 0)
        rc = wm_ending_judge(&one->ending, job, one->region, one->gather, run, err);
    if (rc == 0)
        rc = save_trace(one, err);
    return rc;
}

/* ---- Files ---- */

static int write_to(struct one_run *one, const char *folder, struct wm_error *err)
{
    int rc = wm_run_write(one->run, folder, err);
    return rc == 0 && one->run->crashed ? wm_crash_save(&one->ending.report, folder, err) : rc;
}

/* What the tag holds changes as one: nobody sums it up in between. */
static int file_run(struct one_run *one, struct wm_error *err)
{
    const char *tag = one->places->tag;
    int lock = wm_record_lock(tag, err);
    if (lock < 0)
        return lock;
    int rc = write_to(one, one->place->claim.folder, err);
    if (rc == 0)
        rc = wm_place_take_over(one->places, one->place, err);
    if (rc == 0)
        rc = wm_record_file(tag, err);
    wm_record_unlock(lock);
    return rc;
}

static int write_run(struct one_run *one, struct wm_error *err)
{
    int rc = 0;
    if (one->places->tag == NULL || one->place->filed_too)
        rc = write_to(one, one->place->folder, err);
    if (rc == 0)
        rc = one->places->tag != NULL ? file_run(one, err)
                                      : wm_place_take_over(one->places, one->place, err);
    one->outcome.written = rc == 0;
    return rc;
}

static int print_run(struct one_run *one, struct wm_error *err)
{
    const char *folder = one->place->folder;
    int rc = 0;
    if (!one->places->series && one->outcome.written)
        rc = wm_cmd_paths_print(folder, WM_VIEW_TEXT, err);
    /* Where nothing could be written this is all that is known of the crash. */
    if (one->ending.crash.length > 0)
        wm_print_note("\n%s", one->ending.crash.data);
    if (rc == 0 && !one->places->series && one->outcome.written)
        wm_run_tell_next(one->run, folder);
    return rc;
}

static int write_and_print(struct one_run *one, struct wm_error *err)
{
    struct wm_error later = {0};
    int rc = write_run(one, err);
    int printed = print_run(one, rc < 0 ? &later : err);
    if (rc == 0)
        rc = printed;
    if (rc < 0)
        return rc;
    if (!wm_run_check(one->job->values, one->run, one->region, one->judged) &&
        one->ending.exit_code == WM_EXIT_DONE)
        one->ending.exit_code = WM_EXIT_CHECK_FAILED;
    return 0;
}

static void take_outcome(struct one_run *one)
{
    const struct wm_run *run = one->run;
    struct wm_series_row *totals = &one->outcome.totals;
    one->outcome.stopped = one->ending.session.stopped;
    totals->requests = run->requests;
    totals->errors = run->errors;
    totals->mismatches = run->mismatches;
    totals->samples = run->samples;
    totals->seconds = run->seconds;
    for (size_t i = 0; i < run->paths->count; i++)
        if (!wm_path_is_closing(&run->paths->rows[i]))
            totals->cpu_ns += (double)run->paths->rows[i].cpu_ns;
}

/* ---- The whole ---- */

/* The command that `waymark agent` was given, as a shell would take it. */
static int describe_words(struct wm_run *run, char *const *words)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; words[i] != NULL; i++) {
        wm_text_add(&text, i > 0 ? " " : "");
        wm_text_add_shell(&text, words[i]);
    }
    int rc = text.failed ? -ENOMEM
                         : wm_run_add_setting(run, &run->settings, &run->setting_count, "server",
                                              text.data);
    wm_text_done(&text);
    return rc;
}

/* What is known before anything runs, and whether the tag takes it. */
static int describe(struct one_run *one, struct wm_error *err)
{
    struct wm_job *job = one->job;
    struct wm_run *run = one->run;
    bool again = job->source != NULL && strcmp(job->source, "-") != 0;
    const char *work = again ? job->source : NULL;
    if (wm_run_values_describe(job->options, job->values, run) < 0 ||
        wm_machine_describe(run) < 0 || wm_identity_of_files(run, job->plan.app, work) < 0)
        return wm_fail(err, -ENOMEM, "no memory for the run");
    if (job->server.words != NULL && describe_words(run, job->server.words) < 0)
        return wm_fail(err, -ENOMEM, "no memory for the run");
    snprintf(one->outcome.build_id, sizeof(one->outcome.build_id), "%s",
             wm_run_setting(run->identity, run->identity_count, WM_RUN_BUILD_ID));
    bool joins = one->places->tag != NULL && !one->places->force;
    return joins ? wm_record_admit(one->places->tag, run, err) : 0;
}

static int open_run(struct one_run *one, struct wm_error *err)
{
    int rc = wm_region_new(&one->region, &one->region_fd, err);
    if (rc < 0)
        return rc;
    one->region->plan = one->job->plan;
    if (wm_run_new(&one->run) < 0 || wm_gather_new(one->region, &one->gather) < 0)
        return wm_fail(err, -ENOMEM, "no memory for the run");
    if (one->job->values->protocol != NULL)
        one->run->protocol = one->job->values->protocol;
    const char *segments = one->job->values->segments;
    rc = segments != NULL ? wm_gather_segments(one->gather, segments, err) : 0;
    return rc < 0 ? rc : describe(one, err);
}

static int finish_run(struct one_run *one, struct wm_error *err)
{
    struct rlimit before = wm_ending_allow_files();
    int rc = complete_run(one, err);
    if (rc == 0)
        take_outcome(one);
    if (rc == 0 && !(one->places->series && one->ending.session.stopped))
        rc = write_and_print(one, err);
    if (before.rlim_max != 0)
        (void)setrlimit(RLIMIT_NOFILE, &before);
    return rc;
}

static int run_session(struct one_run *one, struct wm_error *err)
{
    struct wm_party party;
    one->hosted = (struct wm_hosted){.host = one->job->host, .region_fd = one->region_fd};
    wm_served_init(&one->served, one->job, one->region, one->region_fd, one->gather);
    wm_watched_init(&one->watched, one->job, one->region, one->region_fd, one->gather);
    switch ((enum wm_target_kind)one->job->plan.target) {
    case WM_TARGET_HOST:
        party = wm_hosted_party(&one->hosted);
        break;
    case WM_TARGET_SERVER:
    case WM_TARGET_CONNECT:
        party = wm_served_party(&one->served);
        break;
    case WM_TARGET_WATCH:
        party = wm_watched_party(&one->watched);
        break;
    }
    one->ending.called = party.called;
    return wm_session_run(&party, one->region, one->gather, NULL, &one->ending.session, err);
}

static int run_job(struct one_run *one, struct wm_error *err)
{
    int rc = open_run(one, err);
    if (rc == 0 && !one->places->series)
        rc = wm_run_tell_plan(one->job, err);
    if (rc == 0)
        rc = run_session(one, err);
    if (rc < 0)
        return rc;
    if (atomic_load(&one->region->stage) == WM_STAGE_FAILED) {
        one->ending.exit_code = wm_ending_fault(one->region);
        wm_ending_tell_words(&one->served.last_words);
        return 0;
    }
    if (one->served.unmeasured) {
        one->outcome.stopped = true;
        one->ending.exit_code = WM_EXIT_INTERRUPTED;
        return 0;
    }
    one->ending.last_words = &one->served.last_words;
    return finish_run(one, err);
}

int wm_one_run(struct wm_job *job, struct wm_places *places, struct wm_place *place,
               struct wm_run_outcome *ret_outcome, struct wm_error *err)
{
    struct one_run one = {.job = job, .places = places, .place = place, .region_fd = -1};
    one.ending.folder = place->folder;
    wm_text_init(&one.ending.crash);
    int rc = run_job(&one, err);
    *ret_outcome = one.outcome;
    ret_outcome->exit_code = one.ending.exit_code;
    wm_text_done(&one.ending.crash);
    wm_served_done(&one.served);
    wm_gather_free(one.gather);
    wm_run_free(one.run);
    wm_region_free(one.region, one.region_fd);
    return rc;
}
