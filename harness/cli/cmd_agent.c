/* cmd_agent.c - `waymark agent`: a server under somebody else's load, profiled by request. */
#include "harness/cli/commands.h"
#include "harness/cli/job.h"
#include "harness/cli/one_run.h"
#include "harness/cli/places.h"
#include "harness/cli/print.h"
#include "harness/cli/programs.h"
#include "harness/cli/run_options.h"

#include <errno.h>
#include <string.h>

enum { DEFAULT_HZ = 99 }; /* for days, not for seconds */

/* What a request is called by: the words of --label-by. */
static const struct {
    const char *name;
    enum wm_label_by by;
    const char *protocol; /* NULL: none that is read */
} labels[] = {
    {"http",     WM_LABEL_BY_HTTP,     "http"    },
    {"resp",     WM_LABEL_BY_RESP,     "resp"    },
    {"memcache", WM_LABEL_BY_MEMCACHE, "memcache"},
    {"port",     WM_LABEL_BY_PORT,     NULL      },
};
enum { LABEL_COUNT = sizeof(labels) / sizeof(labels[0]), DEFAULT_LABEL = LABEL_COUNT - 1 };

static size_t find_label(const char *name)
{
    size_t i = 0;
    while (i < LABEL_COUNT && strcmp(labels[i].name, name) != 0)
        i++;
    return i;
}

static int parse_label(const char *value, void *field, struct wm_error *err)
{
    if (find_label(value) == LABEL_COUNT)
        return wm_fail(err, -EINVAL, "'%.60s' is not http, resp, memcache or port", value);
    *(const char **)field = value;
    return 0;
}

#define AT(field) offsetof(struct wm_run_values, field)
static const struct wm_option options_of_agent[] = {
    {"Watching",   NULL,   NULL,                                                           NULL,               0              },
    {"--label-by", "WHAT", "what names a request: http, resp, memcache or port (port)",    parse_label,
     AT(label_by)                                                                                                             },
    {"--duration", "T",    "end the server after a time",                                  wm_option_duration, AT(duration_ns)},
    {"--hz",       "N",    "samples per second of CPU (99); 0: none",                      wm_option_hz,       AT(hz)         },
    {"--segments", "FILE", "functions that are segments, one a line: paths without marks",
     wm_option_string,                                                                                         AT(segments)   },

    {"The result", NULL,   NULL,                                                           NULL,               0              },
    {"-o",         "DIR",  "the run folder (runs/DATE-TIME)",                              wm_option_string,   AT(output)     },
    {"--force",    NULL,   "replace the run that the folder holds",                        wm_option_flag,     AT(force)      },
    {"--tag",      "NAME", "file the run in the record, .waymark/NAME",                    wm_option_string,   AT(tag)        },
};
#undef AT

static int prepare(struct wm_job *job, struct wm_options *options, struct wm_run_values *values,
                   struct wm_error *err)
{
    size_t label = find_label(values->label_by);
    values->protocol = labels[label].protocol;
    job->options = options;
    job->values = values;
    options->operands[options->operand_count] = NULL; /* there is room: argv ends with one */
    job->server.words = options->operands;
    job->plan.target = WM_TARGET_WATCH;
    job->plan.label_by = labels[label].by;
    job->plan.work_kind = WM_WORK_NONE;
    job->plan.hz = (uint32_t)values->hz;
    job->plan.duration_ns = values->duration_ns;
    wm_programs_look_up(options->operands[0], job->plan.app, sizeof(job->plan.app));
    return wm_programs_find_agent(job->server.agent, err);
}

static int run_agent(int argc, char **argv)
{
    const struct wm_command *command = &wm_command_agent;
    struct wm_options options = {.table = command->options, .count = command->option_count};
    struct wm_run_values values;
    struct wm_run_outcome outcome = {0};
    struct wm_error err = {0};
    struct wm_job job = {0};
    struct wm_places places = {0};
    struct wm_place place = {.claim = {.fd = -1}};
    wm_run_values_init(&values);
    values.hz = DEFAULT_HZ;
    values.label_by = labels[DEFAULT_LABEL].name;
    int rc = wm_options_parse(&options, argc, argv, &values, &err);
    if (rc == 0 && options.operand_count == 0)
        rc = wm_fail_at(&err, -EINVAL, "agent",
                        "the server's command is missing; usage: waymark "
                        "agent [options] -- CMD ...");
    if (rc == 0)
        rc = prepare(&job, &options, &values, &err);
    if (rc == 0)
        rc = wm_places_open(&places, &values, &err);
    if (rc == 0)
        rc = wm_place_open(&places, "", 0, &place, &err);
    if (rc == 0)
        rc = wm_one_run(&job, &places, &place, &outcome, &err);
    wm_place_close(&place);
    wm_places_close(&places);
    wm_job_done(&job);
    return rc < 0 ? wm_print_error(&err) : outcome.exit_code;
}

static void add_more(struct wm_text *text)
{
    wm_text_add(
        text,
        "\nStarts the server as it is, with its own input and output, and reads from its "
        "connections which kind\nof request each of its threads is serving: method and pattern of "
        "the target (http: /users/42 is\n/users/{id}), command (resp, memcache), or the port that "
        "was connected to. Whoever sends the\nrequests needs to know nothing.\n"
        "\nCtrl-C (SIGTERM, SIGHUP) is handed on to the server; when that has ended, the run is "
        "written. A\nsecond one kills it. Exit code 3: the server failed by itself.\n");
}

const struct wm_command wm_command_agent = {
    .name = "agent",
    .synopsis = "[options] -- CMD ...",
    .operand = "the server's command",
    .help = "profile a server under somebody else's load",
    .options = options_of_agent,
    .option_count = sizeof(options_of_agent) / sizeof(options_of_agent[0]),
    .more = add_more,
    .run = run_agent,
};
