/* cmd_run.c - `waymark run`: replays, gathers, writes the run, prints what it cost. */
#include "harness/cli/cmd_paths.h"
#include "harness/cli/commands.h"
#include "harness/cli/ending.h"
#include "harness/cli/expect.h"
#include "harness/cli/import.h"
#include "harness/cli/job.h"
#include "harness/cli/machine.h"
#include "harness/cli/print.h"
#include "harness/cli/run_options.h"
#include "harness/cli/save_trace.h"
#include "harness/cli/session.h"
#include "harness/core/units.h"
#include "workloads/generate.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* One run from the started host to the exit code. */
struct replay {
    struct wm_job *job;
    struct wm_region *region;
    int region_fd;
    struct wm_gather *gather;
    struct wm_run *run;
    struct wm_ending ending;
    uint64_t judged; /* requests that were expected to take a path, and known to take one */
};

/* ---- Before ---- */

static void tell_import(const struct wm_job *job)
{
    struct wm_text text;
    wm_text_init(&text);
    wm_import_describe(&job->import, &text);
    wm_print_note("%s: %s", job->source, text.data);
    wm_text_done(&text);
}

/* The same for who reads the run later, if it says more than a number. */
static void note_import(const struct wm_job *job, struct wm_run *run)
{
    const struct wm_capture_report *import = &job->import;
    struct wm_text text;
    bool timed = job->plan.law == WM_LAW_RECORDED && import->spread > 0;
    if (!job->imported || (import->skipped == 0 && import->reordered == 0 && !timed))
        return;
    wm_text_init(&text);
    wm_import_describe(import, &text);
    wm_run_note(run, "%s: %s", job->source, text.data);
    wm_text_done(&text);
}

static void tell_cut(const struct wm_job *job)
{
    char count[WM_UNIT_BYTES];
    wm_print_note("%s: cut off at byte %" PRIu64 "; the %s request%s before it %s replayed",
                  job->source, job->summary.cut_offset,
                  wm_units_count(job->summary.requests, count),
                  job->summary.requests == 1 ? "" : "s", job->summary.requests == 1 ? "is" : "are");
}

/* The part of the trace that --requests and --duration leave, and its last due time. */
static uint64_t count_sent(struct wm_job *job, double *ret_ns)
{
    const struct wm_plan *plan = &job->plan;
    struct wm_work work;
    uint64_t count = 0;
    while ((plan->requests == 0 || count < plan->requests) &&
           wm_stream_draw(job->cursor, count, &work, NULL) > 0) {
        double ns = (double)work.due_ns / plan->speed;
        if (plan->duration_ns > 0 && ns >= (double)plan->duration_ns)
            break;
        *ret_ns = ns;
        count++;
    }
    return count;
}

/* A recorded day takes a day: whoever did not mean that should know at once. */
static int tell_length(struct wm_job *job, struct wm_error *err)
{
    char takes[WM_UNIT_BYTES], all[WM_UNIT_BYTES], count[WM_UNIT_BYTES];
    const struct wm_plan *plan = &job->plan;
    double ns = (double)job->summary.last_due_ns / plan->speed;
    bool cut = plan->duration_ns > 0 && (double)plan->duration_ns <= ns;
    bool fewer = plan->requests > 0 && plan->requests < job->summary.requests;
    uint64_t sent = cut || fewer ? count_sent(job, &ns) : job->summary.requests;
    bool part = sent < job->summary.requests;
    wm_units_count(job->summary.requests, all);
    wm_print_note("%s: %s%s%s request%s at their recorded times take%s %s; --speed max sends them "
                  "as fast as the app takes them",
                  job->source, part ? wm_units_count(sent, count) : "", part ? " of " : "", all,
                  job->summary.requests == 1 ? "" : "s", sent == 1 ? "s" : "",
                  wm_units_duration(ns, takes));
    return cut || fewer ? wm_stream_rewind(job->stream, err) : 0;
}

static int tell_plan(struct wm_job *job, struct wm_error *err)
{
    if (job->imported)
        tell_import(job);
    if (job->summary.cut_offset > 0)
        tell_cut(job);
    bool timed = job->plan.law == WM_LAW_RECORDED && job->summary.last_due_ns > 0;
    return timed ? tell_length(job, err) : 0;
}

/* ---- After ---- */

static int save_trace(struct replay *replay, struct wm_error *err)
{
    const char *name = replay->job->values->save_trace;
    if (name == NULL)
        return 0;
    int rc = wm_save_trace(replay->job, replay->region, name, replay->run, err);
    if (rc < 0 && replay->ending.exit_code == WM_EXIT_DONE)
        replay->ending.exit_code = rc == -EBADMSG ? WM_EXIT_APP_FAILED : WM_EXIT_USAGE;
    if (rc < 0)
        wm_print_error(err);
    return 0; /* the run itself is worth writing */
}

static int complete_run(struct replay *replay, struct wm_error *err)
{
    struct wm_job *job = replay->job;
    struct wm_run *run = replay->run;
    int rc = wm_gather_finish(replay->gather, run, err);
    if (rc < 0)
        return rc;
    if (wm_run_values_describe(job->options, job->values, run) < 0 || wm_machine_describe(run) < 0)
        return wm_fail(err, -ENOMEM, "no memory for the run");
    if (job->summary.cut_offset > 0)
        wm_run_note(run, "the trace was cut off at byte %" PRIu64, job->summary.cut_offset);
    note_import(job, run);
    rc = wm_expect_check(job, replay->region, run, &replay->judged, err);
    if (rc == 0)
        rc =
            wm_ending_judge(&replay->ending, replay->job, replay->region, replay->gather, run, err);
    if (rc == 0)
        rc = save_trace(replay, err);
    return rc;
}

/* Requests whose row, and with it the expectation, was not kept. */
static uint64_t count_unjudged(const struct wm_region *region)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < WM_WORKER_MAX; i++)
        count += region->workers[i].cells_lost;
    return count;
}

static void check_demands(struct replay *replay)
{
    const struct wm_run_values *values = replay->job->values;
    const struct wm_run *run = replay->run;
    char text[WM_UNIT_BYTES], wanted[WM_UNIT_BYTES];
    bool failed = false;
    if (replay->judged > 0 && run->mismatches == 0)
        wm_print_note("expectations held: all of %s requests took the path that their row expects",
                      wm_units_count(replay->judged, text));
    if (values->fail_on_mismatch && run->mismatches > 0) {
        wm_print_note("check failed: --fail-on-mismatch: %s request%s took another path than "
                      "expected",
                      wm_units_count(run->mismatches, text), run->mismatches == 1 ? "" : "s");
        failed = true;
    }
    uint64_t unjudged = count_unjudged(replay->region);
    if (values->fail_on_mismatch && unjudged > 0) {
        wm_print_note(
            "check failed: --fail-on-mismatch: %s request%s could not be checked, the mix "
            "has too many rows",
            wm_units_count(unjudged, text), unjudged == 1 ? "" : "s");
        failed = true;
    }
    if (run->coverage < values->coverage) {
        wm_print_note("check failed: --require-coverage: %s of the segments were reached, %s were "
                      "required",
                      wm_units_share(run->coverage, text),
                      wm_units_share(values->coverage, wanted));
        failed = true;
    }
    if (failed && replay->ending.exit_code == WM_EXIT_DONE)
        replay->ending.exit_code = WM_EXIT_CHECK_FAILED;
}

/* A path's name that a shell and a regular expression take as it is; NULL: none. */
static const char *plain_path_name(const struct wm_run *run)
{
    for (size_t i = 0; i < run->paths->count; i++) {
        const char *name = run->paths->rows[i].name;
        size_t plain = 0;
        while (isalnum((unsigned char)name[plain]) ||
               (name[plain] != '\0' && strchr("_:/-", name[plain]) != NULL))
            plain++;
        if (plain > 0 && name[plain] == '\0')
            return name;
    }
    return NULL;
}

static void tell_next(const struct wm_run *run, const char *folder)
{
    const char *path = plain_path_name(run);
    wm_print_note("%swritten to %s; next:", run->crashed ? "" : "\n", folder);
    wm_print_note("  waymark paths %s", folder);
    wm_print_note("  waymark report -top %s", folder);
    if (path != NULL)
        wm_print_note("  go tool pprof -top -tagfocus=path=%s %s/profile.pb.gz", path, folder);
    else
        wm_print_note("  go tool pprof -top %s/profile.pb.gz", folder);
}

static int write_and_print(struct replay *replay, struct wm_error *err)
{
    const char *folder = replay->job->folder;
    int rc = wm_run_write(replay->run, folder, err);
    if (rc == 0 && replay->run->crashed)
        rc = wm_crash_save(&replay->ending.report, folder, err);
    if (rc == 0)
        rc = wm_cmd_paths_print(folder, WM_VIEW_TEXT, err);
    /* Where nothing could be written this is all that is known of the crash. */
    if (replay->ending.crash.length > 0)
        wm_print_note("\n%s", replay->ending.crash.data);
    if (rc < 0)
        return rc;
    tell_next(replay->run, folder);
    check_demands(replay);
    return 0;
}

/* ---- The whole ---- */

static int open_replay(struct replay *replay, struct wm_error *err)
{
    int rc = wm_region_new(&replay->region, &replay->region_fd, err);
    if (rc < 0)
        return rc;
    replay->region->plan = replay->job->plan;
    if (wm_run_new(&replay->run) < 0 || wm_gather_new(replay->region, &replay->gather) < 0)
        return wm_fail(err, -ENOMEM, "no memory for the run");
    return 0;
}

/* Negative with `err`, or 0 with the exit code in `replay`. */
static int run_job(struct replay *replay, struct wm_error *err)
{
    int rc = open_replay(replay, err);
    if (rc < 0)
        return rc;
    rc = tell_plan(replay->job, err);
    if (rc < 0)
        return rc;
    rc = wm_session_run(replay->job->host, replay->region, replay->region_fd, replay->gather, NULL,
                        &replay->ending.session, err);
    if (rc < 0)
        return rc;
    if (atomic_load(&replay->region->stage) == WM_STAGE_FAILED) {
        replay->ending.exit_code = wm_ending_fault(replay->region);
        return 0;
    }
    wm_ending_allow_files();
    rc = complete_run(replay, err);
    return rc < 0 ? rc : write_and_print(replay, err);
}

static int run_run(int argc, char **argv)
{
    struct wm_options options;
    struct wm_run_values values;
    struct wm_error err = {0};
    struct wm_job job = {0};
    struct replay replay = {.job = &job, .region_fd = -1};
    wm_text_init(&replay.ending.crash);
    wm_run_values_init(&values);
    if (wm_command_parse(&wm_command_run, argc, argv, 0, &options, &values) < 0)
        return WM_EXIT_USAGE;
    int rc = wm_run_values_check(&options, &values, &err);
    if (rc == 0)
        rc = wm_job_prepare(&job, &options, &values, &err);
    if (rc == 0)
        rc = run_job(&replay, &err);
    wm_text_done(&replay.ending.crash);
    wm_gather_free(replay.gather);
    wm_run_free(replay.run);
    wm_region_free(replay.region, replay.region_fd);
    wm_job_done(&job);
    if (rc < 0)
        replay.ending.exit_code = wm_print_error(&err);
    return replay.ending.exit_code;
}

static void add_mix(struct wm_text *text)
{
    wm_text_add(
        text,
        "\nA mix is CSV with a header row; entry and weight are required columns. Others with "
        "a\nmeaning; any further column is a field of the request:\n"
        "  body                          the request's body\n"
        "  think                         a pause after the answer, such as 20ms; closed loop\n"
        "  expect                        the path that the row's requests must take:\n"
        "    A+B                         segments A and B are visited, anywhere\n"
        "    A+!B                        A is visited and B is not\n"
        "    A:done                      A is visited and the outcome is done; :done alone "
        "works too\n");
}

static void add_generators(struct wm_text *text)
{
    add_mix(text);
    wm_text_add(text, "\nGenerators in a mix's cells:\n");
    for (size_t i = 0; i < wm_generator_count(); i++) {
        const struct wm_generator_help *generator = wm_generator_help(i);
        struct wm_text left;
        wm_text_init(&left);
        wm_text_addf(&left, "{%s%s%s}", generator->name, generator->arguments[0] != '\0' ? " " : "",
                     generator->arguments);
        wm_text_add(text, "  ");
        wm_text_add_padded(text, left.data, 29);
        wm_text_addf(text, " %s\n", generator->help);
        wm_text_done(&left);
    }
    wm_text_add(text, "\nTimes take ns, us, ms, s, m or h. Ctrl-C ends the load and writes the "
                      "run; requests in flight have\n10 s to end. A second one ends at once.\n");
}

const struct wm_command wm_command_run = {
    .name = "run",
    .synopsis = "--app FILE.so --workload MIX.csv|--trace FILE [options]",
    .help = "replay a mix, trace or capture; write a run folder; print the path table",
    .options = wm_run_options,
    .option_count = WM_RUN_OPTION_COUNT,
    .more = add_generators,
    .run = run_run,
};
