/* cmd_bench.c - `waymark bench`: an entry point or one function under stress, as Go's benchmark
 * lines, with a profile of what was timed. */
#include "harness/cli/bench_hot.h"
#include "harness/cli/bench_inside.h"
#include "harness/cli/bench_lines.h"
#include "harness/cli/bench_options.h"
#include "harness/cli/bench_place.h"
#include "harness/cli/commands.h"
#include "harness/cli/ending.h"
#include "harness/cli/expect.h"
#include "harness/cli/hosted.h"
#include "harness/cli/identity.h"
#include "harness/cli/job.h"
#include "harness/cli/machine.h"
#include "harness/cli/noise.h"
#include "harness/cli/print.h"
#include "harness/core/arena.h"
#include "harness/core/units.h"
#include "profiles/symbols/lookup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct bench {
    const struct wm_bench_values *values;
    const struct wm_options *options;
    struct wm_job job;
    struct wm_symbol_place function; /* of --function */
    struct wm_region *region;
    int region_fd;
    struct wm_gather *gather;
    struct wm_run *run;
    struct wm_bench_lines lines;
    struct wm_noise noise; /* before */
    struct wm_bench_place place;
    struct wm_ending ending;
};

/* ---- Before ---- */

/* Where its calls can be counted they are; where not, the entry points are timed, and it is told
 * from their samples. */
static int find_function(struct bench *bench, struct wm_error *err)
{
    const char *name = bench->values->function;
    if (name == NULL)
        return 0;
    int rc = wm_symbol_lookup(bench->job.plan.app, name, &bench->function, err);
    if (rc < 0)
        return rc;
    if (bench->function.hooks && bench->function.address != 0) {
        bench->job.plan.bench.function = bench->function.address;
        wm_print_note("%s is timed where it is, by its entry and exit hooks; those of all other "
                      "functions slow them, so the entry point's own time is not told",
                      name);
    } else if (bench->values->run.hz == 0) {
        rc = wm_fail_at(err, -EINVAL, "--function",
                        "without samples (--hz 0) %.100s can only be timed in a build with "
                        "-finstrument-functions",
                        name);
    }
    return rc;
}

static int prepare(struct bench *bench, struct wm_error *err)
{
    int rc = wm_job_prepare(&bench->job, bench->options, &bench->values->run, err);
    if (rc < 0)
        return rc;
    wm_bench_values_plan(bench->values, &bench->job.plan.bench);
    rc = find_function(bench, err);
    if (rc == 0)
        rc = wm_region_new(&bench->region, &bench->region_fd, err);
    if (rc < 0)
        return rc;
    bench->region->plan = bench->job.plan;
    if (wm_run_new(&bench->run) < 0 || wm_gather_new(bench->region, &bench->gather) < 0)
        return wm_fail(err, -ENOMEM, "no memory for the benchmark");
    const char *work = bench->values->run.workload;
    if (wm_bench_values_describe(bench->options, bench->values, bench->run) < 0 ||
        wm_machine_describe(bench->run) < 0 ||
        wm_identity_of_files(bench->run, bench->job.plan.app, work) < 0)
        return wm_fail(err, -ENOMEM, "no memory for the benchmark");
    rc = wm_bench_place_open(&bench->place, &bench->values->run, bench->run, err);
    if (rc < 0)
        return rc;
    bench->ending.folder = bench->place.folder;
    bool watched = bench->job.plan.bench.function != 0;
    wm_bench_lines_init(&bench->lines, bench->region, watched ? bench->values->function : NULL,
                        bench->values->run.app);
    wm_noise_read(&bench->noise);
    return 0;
}

/* ---- After ---- */

static bool any_calls(const struct bench *bench)
{
    uint32_t count = wm_bench_lines_rounds(bench->region);
    bool any = false;
    for (uint32_t i = 0; i < count; i++)
        any = any || bench->region->bench.rounds[i].calls > 0;
    return any;
}

/* Whether what was timed is an entry point that got no field at all. */
static bool sends_nothing(const struct bench *bench)
{
    const struct wm_bench_values *values = bench->values;
    return values->bench == NULL && values->run.workload == NULL && values->fields.count == 0;
}

/* The function's share, where its calls could not be counted. */
static int tell_inside(struct bench *bench, struct wm_error *err)
{
    const char *name = bench->values->function;
    if (name == NULL || any_calls(bench))
        return 0;
    int told = wm_bench_inside_tell(bench->run, name, bench->function.function, &bench->lines);
    if (told < 0)
        return wm_fail(err, told, "no memory for the benchmark's lines");
    if (told == 0 && bench->function.address == 0)
        return wm_fail_at(err, -EINVAL, name,
                          "no function of the app has this name, and no sample fell into one");
    if (told == 0)
        wm_print_note("%s: no sample fell into it: it is not called by %s, or takes next to "
                      "nothing of them",
                      name, sends_nothing(bench) ? "requests without fields" : "these requests");
    wm_print_note("to have its calls counted and timed, compile the file that %s is in with "
                  "-finstrument-functions%s",
                  name,
                  bench->function.hooks
                      ? "; some of the app is, but calls of this function were not seen"
                      : "");
    return 0;
}

static void note_count(struct wm_run *run, uint64_t count, const char *words)
{
    char text[WM_UNIT_BYTES];
    if (count > 0)
        wm_run_note(run, "%s %s", wm_units_count(count, text), words);
}

/* What the host could not do as it was asked to. */
static void note_board(struct bench *bench)
{
    const struct wm_bench_board *board = &bench->region->bench;
    struct wm_run *run = bench->run;
    note_count(run, board->strayed,
               "requests were in measurements where some of their kind took another path than when "
               "they were tried first; the paths of those are told together, as one");
    note_count(run, board->mixed,
               "requests were of kinds (a row of the mix and its path) past those that fit, fewer "
               "with more threads: their paths are told together, as one, and what the mix expects "
               "of them was not judged");
    note_count(run, board->metrics_lost,
               "values of wm_bench_metric() were not kept: a unit has 1 to 31 bytes, and there are "
               "8 at most");
    note_count(run, board->rounds_lost, "measurements past the limit were not kept");
    note_count(run, board->calls_left,
               "calls of the function never returned (longjmp left them): they are not in its "
               "time");
}

static int complete(struct bench *bench, struct wm_error *err)
{
    struct wm_run *run = bench->run;
    uint64_t judged;
    struct wm_git git;
    struct wm_git_state state;
    wm_git_start(&git);
    int rc = wm_gather_finish(bench->gather, run, err);
    wm_git_finish(&git, &state);
    if (rc == 0 && wm_identity_of_git(run, &state) < 0)
        rc = wm_fail(err, -ENOMEM, "no memory for the benchmark");
    if (rc < 0)
        return rc;
    if (bench->job.stream != NULL)
        rc = wm_expect_check(&bench->job, bench->region, run, &judged, err);
    note_board(bench);
    if (rc == 0)
        rc = wm_ending_judge(&bench->ending, &bench->job, bench->region, bench->gather, run, err);
    return rc;
}

/* What is timed may not be what was meant. */
static void tell_doubts(const struct bench *bench)
{
    const struct wm_run *run = bench->run;
    char count[WM_UNIT_BYTES], all[WM_UNIT_BYTES];
    wm_units_count(run->requests, all);
    if (run->mismatches > 0)
        wm_print_note("%s of %s requests did not take the path that their row expects; "
                      "mismatches.csv has them",
                      wm_units_count(run->mismatches, count), all);
    if (run->errors > 0)
        wm_print_note("%s of %s requests ended as errors, and so they were timed",
                      wm_units_count(run->errors, count), all);
    if (sends_nothing(bench) || run->errors > 0)
        wm_print_note("%s--workload and --field say what is sent",
                      sends_nothing(bench) ? "the requests had no fields: " : "");
}

static void tell_notes(struct bench *bench)
{
    struct wm_text noise;
    wm_text_init(&noise);
    wm_noise_describe(&bench->noise, &bench->region->bench, &noise);
    wm_bench_lines_tell(&bench->lines);
    wm_print_note("machine: %s", noise.data);
    wm_run_note(bench->run, "machine: %s", noise.data);
    for (size_t i = 0; i + 1 < bench->run->note_count; i++)
        wm_print_note("note: %s", bench->run->notes[i]);
    tell_doubts(bench);
    wm_text_done(&noise);
}

/* Without a single measurement nothing takes the place of an older one, and no tag is filed; a
 * crash is worth a folder of its own. */
static bool is_worth_writing(struct bench *bench)
{
    bool measured = wm_bench_lines_rounds(bench->region) > 0;
    bool in_record = bench->place.places.tag != NULL;
    if (measured || (bench->run->crashed && !in_record))
        return true;
    wm_print_note("no measurement was whole: nothing is written");
    if (bench->ending.exit_code == WM_EXIT_DONE)
        bench->ending.exit_code = WM_EXIT_INTERRUPTED;
    return false;
}

static int write_all(struct bench *bench, struct wm_error *err)
{
    const char *folder = bench->place.folder;
    const struct wm_text *all = &bench->lines.all;
    bench->run->bench = wm_arena_copy(bench->run->arena, all->data, all->length);
    if (all->failed || bench->run->bench == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the benchmark's lines");
    int rc = wm_bench_place_write(&bench->place, bench->run, &bench->ending.report, err);
    if (bench->ending.crash.length > 0)
        wm_print_note("\n%s", bench->ending.crash.data);
    if (rc == 0 && bench->values->callgrind != NULL)
        rc = wm_bench_callgrind_write(folder, bench->values->callgrind, err);
    if (rc == 0 && bench->values->run.hz > 0 && !bench->run->crashed)
        rc = wm_bench_hot_print(folder, bench->function.function, err);
    return rc;
}

static void tell_next(const struct bench *bench)
{
    struct wm_text folder, file;
    wm_text_init(&folder);
    wm_text_init(&file);
    wm_text_add_shell(&folder, bench->place.folder);
    wm_print_note("written to %s; next:", folder.data);
    if (bench->values->run.hz > 0)
        wm_print_note("  waymark report -top %s", folder.data);
    wm_print_note("  waymark paths %s", folder.data);
    if (bench->values->callgrind != NULL) {
        wm_text_add_shell(&file, bench->values->callgrind);
        wm_print_note("  kcachegrind %s", file.data);
    }
    wm_text_done(&folder);
    wm_text_done(&file);
}

/* Negative with `err`, or 0 with the exit code in `ending`. */
static int run(struct bench *bench, struct wm_error *err)
{
    const struct wm_session_watcher watcher = {wm_bench_lines_turn, &bench->lines};
    int rc = prepare(bench, err);
    if (rc < 0)
        return rc;
    struct wm_hosted hosted = {.host = bench->job.host, .region_fd = bench->region_fd};
    const struct wm_party party = wm_hosted_party(&hosted);
    bench->ending.called = party.called;
    rc =
        wm_session_run(&party, bench->region, bench->gather, &watcher, &bench->ending.session, err);
    if (rc < 0)
        return rc;
    if (atomic_load(&bench->region->stage) == WM_STAGE_FAILED) {
        bench->ending.exit_code = wm_ending_fault(bench->region);
        return 0;
    }
    (void)wm_ending_allow_files();
    rc = complete(bench, err);
    if (rc == 0)
        rc = tell_inside(bench, err);
    if (rc < 0)
        return rc;
    tell_notes(bench);
    if (!is_worth_writing(bench)) {
        if (bench->ending.crash.length > 0)
            wm_print_note("\n%s", bench->ending.crash.data);
        return 0;
    }
    rc = write_all(bench, err);
    if (rc == 0 && bench->lines.rc < 0) {
        *err = bench->lines.err;
        rc = bench->lines.rc;
    }
    if (rc == 0)
        tell_next(bench);
    return rc;
}

static int run_bench(int argc, char **argv)
{
    struct wm_options options;
    static struct wm_bench_values values;
    struct wm_error err = {0};
    struct bench bench = {.values = &values, .options = &options, .region_fd = -1};
    wm_bench_values_init(&values);
    wm_text_init(&bench.ending.crash);
    wm_text_init(&bench.lines.all);
    if (wm_command_parse(&wm_command_bench, argc, argv, 0, &options, &values) < 0)
        return WM_EXIT_USAGE;
    int rc = wm_bench_values_check(&options, &values, &err);
    if (rc == 0)
        rc = run(&bench, &err);
    wm_text_done(&bench.ending.crash);
    wm_bench_lines_done(&bench.lines);
    wm_gather_free(bench.gather);
    wm_run_free(bench.run);
    wm_region_free(bench.region, bench.region_fd);
    wm_bench_place_close(&bench.place);
    wm_job_done(&bench.job);
    if (rc < 0)
        bench.ending.exit_code = wm_print_error(&err);
    return bench.ending.exit_code;
}

static void add_explanation(struct wm_text *text)
{
    wm_text_add(
        text,
        "\nResults are lines as `go test -bench` prints them, on standard output and in "
        "DIR/bench.txt:\n"
        "  BenchmarkHandleRequest-2   74467857   15.50 ns/op   24 B/op   1 allocs/op\n"
        "ns/op is the mean of a measurement, by the clock: with several threads (-2) the time "
        "divided by\nall of their calls. cpu-ns/op is the threads' own time, to which other work "
        "on "
        "the machine adds\nlittle. B/op and allocs/op are counted on the calling threads. "
        "What the loop itself\nadds is measured and subtracted; notes say how much. Calls of "
        "10 us and more have p50-ns and p99-ns.\n"
        "\n--function counts and times calls in a build with -finstrument-functions; in any other "
        "it tells the\nfunction's share of the samples. Of one that calls itself an op is the "
        "outermost call, with the\nothers in it. NAME may be FILE.c:NAME where static functions of "
        "several files have one name.\nCtrl-C ends it; the measurement that runs then is not "
        "told.\n");
}

const struct wm_command wm_command_bench = {
    .name = "bench",
    .synopsis = "--app FILE.so [--entry RE | --bench RE] [options]",
    .help = "stress an entry point or one function; Go benchmark lines",
    .options = wm_bench_options,
    .option_count = WM_BENCH_OPTION_COUNT,
    .more = add_explanation,
    .run = run_bench,
};
