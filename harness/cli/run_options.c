/* run_options.c - the options of `waymark run`: the table, what goes together, the defaults. */
#include "harness/cli/run_options.h"

#include "harness/cli/server_options.h"
#include "harness/core/clock.h"
#include "harness/core/units.h"
#include "harness/replay/schedule.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_DURATION_NS (10 * WM_NS_PER_SECOND)

enum { DEFAULT_HZ = 997, DEFAULT_SEED = 1, DEFAULT_REPEAT = 10 };

static int parse_arrivals(const char *value, void *field, struct wm_error *err)
{
    for (uint32_t law = WM_LAW_CONSTANT; law <= WM_LAW_POISSON; law++) {
        if (strcmp(value, wm_schedule_law_name(law)) != 0)
            continue;
        *(uint32_t *)field = law;
        return 0;
    }
    return wm_fail(err, -EINVAL, "'%.60s' is not constant or poisson", value);
}

static int parse_speed(const char *value, void *field, struct wm_error *err)
{
    double speed = (double)INFINITY;
    if (strcmp(value, "max") != 0 && (wm_units_parse_decimal(value, &speed) < 0 || speed <= 0))
        return wm_fail(err, -EINVAL, "'%.60s' is not a number above 0 or max", value);
    *(double *)field = speed;
    return 0;
}

static int parse_threads(const char *value, void *field, struct wm_error *err)
{
    uint64_t threads;
    if (wm_units_parse_count(value, &threads) < 0 || threads == 0 || threads > WM_WORKER_MAX)
        return wm_fail(err, -EINVAL, "'%.60s' is not a whole number from 1 to %d", value,
                       (int)WM_WORKER_MAX);
    *(uint64_t *)field = threads;
    return 0;
}

static int parse_repeat(const char *value, void *field, struct wm_error *err)
{
    uint64_t count;
    if (wm_units_parse_count(value, &count) < 0 || count == 0 || count > WM_REPEAT_MAX)
        return wm_fail(err, -EINVAL, "'%.60s' is not a whole number from 1 to %d", value,
                       (int)WM_REPEAT_MAX);
    *(uint64_t *)field = count;
    return 0;
}

#define AT(field) offsetof(struct wm_run_values, field)
const struct wm_option wm_run_options[WM_RUN_OPTION_COUNT] = {
    {"The app and the work",         NULL,                 NULL,                                                            NULL,                  0                   },
    {"--app",                        "FILE.so",            "the app: a shared object with entry points",                    wm_option_string,      AT(app)             },
    {"--workload",                   "MIX.csv",            "make the requests of a mix",                                    wm_option_string,      AT(workload)        },
    {"--trace",                      "FILE",               "send a trace again, or a capture such as an access log",        wm_option_string,
     AT(trace)                                                                                                                                                         },
    {"--entry",                      "NAME",               "where a capture's requests enter (the app's only entry point)",
     wm_option_string,                                                                                                                             AT(entry)           },

    {"A server in place of the app", NULL,                 NULL,                                                            NULL,                  0                   },
    {"--server",                     "'CMD {port}'",       "start this server with the agent in it, as it is",
     wm_option_string,                                                                                                                             AT(server)          },
    {"--connect",                    "HOST:PORT",          "one that runs: latency and outcomes, nothing of its inside",
     wm_option_string,                                                                                                                             AT(connect)         },
    {"--protocol",                   "http|resp|memcache", "what it speaks",                                                wm_option_protocol,    AT(protocol)        },
    {"--connections",                "N",                  "open loop: connections to it (64)",                             wm_option_connections,
     AT(connections)                                                                                                                                                   },
    {"--port",                       "N",                  "its port ({port}), instead of a free one",                      wm_option_port,        AT(port)            },
    {"--timeout",                    "T",                  "a request without its answer for so long has failed (30s)",
     wm_option_duration,                                                                                                                           AT(timeout_ns)      },
    {"--ready",                      "T",                  "how long it may take until it accepts connections (10s)",       wm_option_duration,
     AT(ready_ns)                                                                                                                                                      },

    {"The load",                     NULL,                 NULL,                                                            NULL,                  0                   },
    {"--concurrency",                "N",                  "closed loop: requests in flight (as many as threads)",
     wm_option_connections,                                                                                                                        AT(concurrency)     },
    {"--rate",                       "N/s",                "open loop: requests start at this rate",                        wm_option_rate,
     AT(rate_per_second)                                                                                                                                               },
    {"--arrivals",                   "constant|poisson",   "how --rate spaces them (constant)",                             parse_arrivals,
     AT(arrivals)                                                                                                                                                      },
    {"--speed",                      "X|max",              "a trace's own times, X times as fast (1); max: closed loop",    parse_speed,
     AT(speed)                                                                                                                                                         },
    {"--requests",                   "N",                  "end after N requests, warm-up not counted",                     wm_option_count,       AT(requests)        },
    {"--duration",                   "T",                  "end after a time (a mix: 10s; a trace: at its end)",            wm_option_duration,
     AT(duration_ns)                                                                                                                                                   },
    {"--warmup",                     "T",                  "run for a time first, uncounted",                               wm_option_duration,    AT(warmup_ns)       },
    {"--threads",                    "N",                  "threads that send (1)",                                         parse_threads,         AT(threads)         },
    {"--seed",                       "N",                  "another number, other requests from the same mix (1)",          wm_option_seed,
     AT(seed)                                                                                                                                                          },

    {"Sampling",                     NULL,                 NULL,                                                            NULL,                  0                   },
    {"--hz",                         "N",                  "samples per second of CPU (997); 0: none",                      wm_option_hz,          AT(hz)              },
    {"--segments",                   "FILE",               "functions that are segments, one a line: paths without marks",
     wm_option_string,                                                                                                                             AT(segments)        },

    {"The result",                   NULL,                 NULL,                                                            NULL,                  0                   },
    {"-o",                           "DIR",                "the run folder (runs/DATE-TIME)",                               wm_option_string,      AT(output)          },
    {"--force",                      NULL,                 "replace the run that the folder holds",                         wm_option_flag,        AT(force)           },
    {"--tag",                        "NAME",               "file the run in the record, .waymark/NAME; see waymark log",
     wm_option_string,                                                                                                                             AT(tag)             },
    {"--repeat",                     "N",                  "N runs, one after the other: DIR/1 to DIR/N",                   parse_repeat,          AT(repeat)          },
    {"--interleave",                 "OTHER.so",           "another build by turns, N runs each (10): DIR/a/1 DIR/b/1 ...",
     wm_option_string,                                                                                                                             AT(interleave)      },
    {"--save-trace",                 "FILE.wmt",           "write the requests as they were sent",                          wm_option_string,
     AT(save_trace)                                                                                                                                                    },
    {"--require-coverage",           "PCT",                "exit 1 if fewer of the segments were reached",                  wm_option_percent,
     AT(coverage)                                                                                                                                                      },
    {"--fail-on-mismatch",           NULL,                 "exit 1 if a request took another path than expected",
     wm_option_flag,                                                                                                                               AT(fail_on_mismatch)},
};
#undef AT

void wm_run_values_init(struct wm_run_values *values)
{
    *values = (struct wm_run_values){
        .threads = 1,
        .seed = DEFAULT_SEED,
        .hz = DEFAULT_HZ,
        .arrivals = WM_LAW_CONSTANT,
        .speed = 1,
    };
}

static const struct wm_option_conflict conflicts[] = {
    {"--workload",         "--trace",       false, "the work is a mix or a trace, not both"                 },
    {"--rate",             "--concurrency", false,
     "--rate is an open loop: what is in flight follows from how fast the app answers"                      },
    {"--rate",             "--speed",       false, "--speed keeps a trace's own times, --rate sets new ones"},
    {"--arrivals",         "--rate",        true,  "it spaces the requests of an open loop: add --rate N/s" },
    {"--speed",            "--workload",    false, "a mix has no times of its own; --rate N/s sets some"    },
    {"--entry",            "--workload",    false, "a mix names the entry point of each row itself"         },
    {"--save-trace",       "--repeat",      false, "all runs send the same requests: save them by one"      },
    {"--save-trace",       "--interleave",  false, "all runs send the same requests: save them by one"      },
    {"--tag",              "--interleave",  false,
     "a tag holds the runs of one build; waymark compare takes the folders of -o DIR"                       },
    {"--fail-on-mismatch", "--trace",       false,
     "a trace expects no paths; replay a mix that has a column expect"                                      },
};

uint32_t wm_run_values_law(const struct wm_options *options, const struct wm_run_values *values)
{
    if (wm_options_given(options, "--rate"))
        return values->arrivals;
    if (values->trace != NULL && !isinf(values->speed))
        return WM_LAW_RECORDED;
    return WM_LAW_CLOSED;
}

int wm_run_values_check(const struct wm_options *options, struct wm_run_values *values,
                        struct wm_error *err)
{
    int rc = wm_options_check(options, conflicts, sizeof(conflicts) / sizeof(conflicts[0]), err);
    if (rc < 0)
        return rc;
    if (values->concurrency == 0)
        values->concurrency = values->threads;
    rc = wm_server_values_check(options, values, err);
    if (rc < 0)
        return rc;
    if (values->workload == NULL && values->trace == NULL)
        return wm_fail_at(err, -EINVAL, "--workload",
                          "say what to send: --workload MIX.csv or --trace FILE");
    uint32_t law = wm_run_values_law(options, values);
    if (values->trace != NULL && law != WM_LAW_POISSON && wm_options_given(options, "--seed"))
        return wm_fail_at(err, -EINVAL, "--seed",
                          "cannot be used with --trace: its requests are what they are");
    if (law == WM_LAW_RECORDED && wm_options_given(options, "--concurrency"))
        return wm_fail_at(err, -EINVAL, "--concurrency",
                          "a trace keeps its own times: add --speed max for a closed loop");
    if (values->workload != NULL && values->requests == 0 && values->duration_ns == 0)
        values->duration_ns = DEFAULT_DURATION_NS;
    if (values->interleave != NULL && values->repeat == 0)
        values->repeat = DEFAULT_REPEAT;
    return 0;
}

struct in_force {
    const struct wm_run_values *values;
    uint32_t law;
};

/* What was in force though nobody said so; NULL: nothing for this option. */
static const char *describe_default(const void *user, const char *option, char *text)
{
    const struct wm_run_values *values = ((const struct in_force *)user)->values;
    uint32_t law = ((const struct in_force *)user)->law;
    const struct {
        const char *option;
        bool in_force;
        uint64_t value;
    } numbers[] = {
        {"--concurrency", law == WM_LAW_CLOSED,                                values->concurrency},
        {"--threads",     true,                                                values->threads    },
        {"--seed",        values->workload != NULL || law == WM_LAW_POISSON,   values->seed       },
        {"--connections", wm_run_values_serve(values) && law != WM_LAW_CLOSED, values->connections},
        {"--hz",          values->connect == NULL,                             values->hz         },
        {"--repeat",      values->repeat > 0,                                  values->repeat     },
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(option, numbers[i].option) != 0 || !numbers[i].in_force)
            continue;
        snprintf(text, WM_UNIT_BYTES, "%" PRIu64, numbers[i].value);
        return text;
    }
    if (strcmp(option, "--app") == 0)
        return values->app;
    if (strcmp(option, "--label-by") == 0)
        return values->label_by;
    if (strcmp(option, "--duration") == 0 && values->duration_ns > 0)
        return "10s";
    if (strcmp(option, "--speed") == 0 && law == WM_LAW_RECORDED)
        return "1";
    if (strcmp(option, "--arrivals") == 0 && law == WM_LAW_CONSTANT)
        return "constant";
    return NULL;
}

int wm_run_describe_options(const struct wm_options *options,
                            const char *(*find_default)(const void *user, const char *option,
                                                        char *text),
                            const void *user, struct wm_run *run)
{
    char text[WM_UNIT_BYTES];
    for (size_t i = 0; i < options->count; i++) {
        const char *name = options->table[i].name;
        const char *value = options->given[i];
        if (value != NULL && options->table[i].argument == NULL)
            value = "true";
        const bool by_turns = strcmp(name, "--app") == 0; /* it is another than was given */
        const char *found = (value == NULL || by_turns) && options->table[i].help != NULL
                                ? find_default(user, name, text)
                                : NULL;
        if (found != NULL)
            value = found;
        if (value != NULL && wm_run_add_setting(run, &run->settings, &run->setting_count,
                                                name + strspn(name, "-"), value) < 0)
            return -ENOMEM;
    }
    return 0;
}

int wm_run_values_describe(const struct wm_options *options, const struct wm_run_values *values,
                           struct wm_run *run)
{
    const struct in_force in_force = {values, wm_run_values_law(options, values)};
    return wm_run_describe_options(options, describe_default, &in_force, run);
}
