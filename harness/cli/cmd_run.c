/* cmd_run.c - `waymark run`: its command line, a single run or a series of them, its help. */
#include "harness/cli/commands.h"
#include "harness/cli/job.h"
#include "harness/cli/one_run.h"
#include "harness/cli/places.h"
#include "harness/cli/print.h"
#include "harness/cli/run_options.h"
#include "harness/cli/series.h"
#include "harness/cli/server_options.h"
#include "workloads/generate.h"

/* Negative with `err`, or the exit code. */
static int run_single(struct wm_job *job, struct wm_places *places, struct wm_error *err)
{
    struct wm_place place;
    struct wm_run_outcome outcome = {0};
    int rc = wm_place_open(places, "", 0, &place, err);
    if (rc == 0)
        rc = wm_one_run(job, places, &place, &outcome, err);
    wm_place_close(&place);
    return rc < 0 ? rc : outcome.exit_code;
}

static int run_run(int argc, char **argv)
{
    struct wm_options options;
    struct wm_run_values values;
    struct wm_error err = {0};
    struct wm_job job = {0};
    struct wm_places places = {0};
    wm_run_values_init(&values);
    if (wm_command_parse(&wm_command_run, argc, argv, 0, &options, &values) < 0)
        return WM_EXIT_USAGE;
    int rc = wm_run_values_check(&options, &values, &err);
    if (rc == 0)
        rc = wm_job_prepare(&job, &options, &values, &err);
    if (rc == 0)
        rc = wm_places_open(&places, &values, &err);
    if (rc == 0)
        rc = places.series ? wm_series_run(&job, &places, &values, &err)
                           : run_single(&job, &places, &err);
    wm_places_close(&places);
    wm_job_done(&job);
    return rc < 0 ? wm_print_error(&err) : rc;
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
    wm_server_options_help(text);
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
    wm_text_add(
        text,
        "\nTimes take ns, us, ms, s, m or h. Ctrl-C ends the load and writes the "
        "run; requests in flight have\n10 s to end. A second one ends at once. Of several runs "
        "(--repeat), Ctrl-C keeps those that are\nwhole. --tag adds to the runs that the "
        "tag holds; it takes only such as are of one build, one kind\nof work and one "
        "load, and --force replaces them.\n");
}

const struct wm_command wm_command_run = {
    .name = "run",
    .synopsis = "--app FILE.so|--server CMD|--connect HOST:PORT --workload MIX.csv|--trace FILE "
                "[options]",
    .help = "replay a mix, trace or capture; write a run folder; print the path table",
    .options = wm_run_options,
    .option_count = WM_RUN_OPTION_COUNT,
    .more = add_generators,
    .run = run_run,
};
