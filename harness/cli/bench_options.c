/* bench_options.c - the options of `waymark bench`: the table, what goes together, the defaults. */
#include "harness/cli/bench_options.h"

#include "harness/core/clock.h"
#include "harness/core/units.h"
#include "harness/replay/bench.h"

#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ten, since fewer than six say next to nothing when two builds are compared, and since their
 * spread is what tells how much to believe of their mean. */
enum { DEFAULT_COUNT = 10, COUNT_MAX = 1000 };
#define DEFAULT_TIME_NS WM_NS_PER_SECOND

static int parse_pattern(const char *value, void *field, struct wm_error *err)
{
    regex_t pattern;
    char why[100];
    int rc = regcomp(&pattern, value, REG_EXTENDED | REG_NOSUB);
    if (rc != 0) {
        (void)regerror(rc, &pattern, why, sizeof(why));
        return wm_fail(err, -EINVAL, "'%.60s' is no regular expression: %s", value, why);
    }
    regfree(&pattern);
    if (strlen(value) >= WM_BENCH_PATTERN_BYTES)
        return wm_fail(err, -EINVAL, "the expression is longer than %d bytes",
                       (int)WM_BENCH_PATTERN_BYTES - 1);
    *(const char **)field = value;
    return 0;
}

static int parse_count(const char *value, void *field, struct wm_error *err)
{
    uint64_t count;
    if (wm_units_parse_count(value, &count) < 0 || count == 0 || count > COUNT_MAX)
        return wm_fail(err, -EINVAL, "'%.60s' is not a whole number from 1 to %d", value,
                       (int)COUNT_MAX);
    *(uint64_t *)field = count;
    return 0;
}

static int parse_time(const char *value, void *field, struct wm_error *err)
{
    struct wm_bench_time *time = field;
    char digits[32];
    size_t length = strlen(value);
    *time = (struct wm_bench_time){0};
    if (length > 1 && length < sizeof(digits) && value[length - 1] == 'x') {
        memcpy(digits, value, length - 1);
        digits[length - 1] = '\0';
        if (wm_units_parse_count(digits, &time->iterations) == 0 && time->iterations > 0)
            return 0;
    } else if (wm_units_parse_duration(value, &time->ns) == 0 && time->ns > 0) {
        return 0;
    }
    return wm_fail(err, -EINVAL,
                   "'%.60s' is neither a time such as 1s or 200ms nor a number of iterations such "
                   "as 100000x",
                   value);
}

static int parse_cpus(const char *value, void *field, struct wm_error *err)
{
    struct wm_bench_cpus *cpus = field;
    *cpus = (struct wm_bench_cpus){0};
    for (const char *at = value;; at++) {
        char *end;
        unsigned long count = *at >= '0' && *at <= '9' ? strtoul(at, &end, 10) : 0;
        if (count == 0 || count > WM_WORKER_MAX || cpus->count == WM_BENCH_CPU_MAX ||
            (*end != ',' && *end != '\0'))
            return wm_fail(err, -EINVAL,
                           "'%.60s' is not a list of at most %d numbers of threads from 1 to %d, "
                           "such as 1,2",
                           value, (int)WM_BENCH_CPU_MAX, (int)WM_WORKER_MAX);
        cpus->list[cpus->count++] = (uint32_t)count;
        if (*end == '\0')
            return 0;
        at = end;
    }
}

/* May be given again: each adds a field. */
static int parse_field(const char *value, void *field, struct wm_error *err)
{
    struct wm_bench_fields *fields = field;
    const char *equals = strchr(value, '=');
    size_t length = strlen(value) + 1;
    if (equals == NULL || equals == value)
        return wm_fail(err, -EINVAL, "'%.60s' is not NAME=VALUE", value);
    if (length > sizeof(fields->bytes) - fields->used)
        return wm_fail(err, -EINVAL, "the fields are longer than %zu bytes", sizeof(fields->bytes));
    char *copy = fields->bytes + fields->used;
    memcpy(copy, value, length);
    copy[equals - value] = '\0';
    fields->used += (uint32_t)length;
    fields->count++;
    return 0;
}

#define AT(field) offsetof(struct wm_bench_values, field)
const struct wm_option wm_bench_options[WM_BENCH_OPTION_COUNT] = {
    {"An entry point under stress", NULL,      NULL,                                                            NULL,             0               },
    {"--app",                       "FILE.so", "the app: a shared object with entry points or benchmarks",
     wm_option_string,                                                                                                            AT(run.app)     },
    {"--entry",                     "RE",      "the entry points whose names match (all)",                      parse_pattern,    AT(entry)       },
    {"--workload",                  "MIX.csv", "with the requests of a mix, made before they are timed",
     wm_option_string,                                                                                                            AT(run.workload)},
    {"--field",                     "K=V",     "with one request that has this field; may be repeated",         parse_field,
     AT(fields)                                                                                                                                   },
    {"--seed",                      "N",       "another number, other requests from the same mix (1)",          wm_option_seed,
     AT(run.seed)                                                                                                                                 },

    {"A single function",           NULL,      NULL,                                                            NULL,             0               },
    {"--bench",                     "RE",      "what the app registers with WM_BENCH, by name",                 parse_pattern,    AT(bench)       },
    {"--function",                  "NAME",    "a function below the entry point, where it is; no code needed",
     wm_option_string,                                                                                                            AT(function)    },

    {"Measuring",                   NULL,      NULL,                                                            NULL,             0               },
    {"--count",                     "N",       "measurements of each benchmark (10)",                           parse_count,      AT(count)       },
    {"--benchtime",                 "T|Nx",    "how long each lasts, or how many iterations it has (1s)",       parse_time,
     AT(time)                                                                                                                                     },
    {"--cpu",                       "N,N",     "threads that call at one time, one number after the other (1)", parse_cpus,
     AT(cpus)                                                                                                                                     },

    {"Sampling",                    NULL,      NULL,                                                            NULL,             0               },
    {"--hz",                        "N",       "samples per second of CPU (997); 0: none",                      wm_option_hz,     AT(run.hz)      },

    {"The result",                  NULL,      NULL,                                                            NULL,             0               },
    {"-o",                          "DIR",     "the run folder (runs/DATE-TIME)",                               wm_option_string, AT(run.output)  },
    {"--force",                     NULL,      "replace the run that the folder holds",                         wm_option_flag,   AT(run.force)   },
    {"--tag",                       "NAME",    "file the result in the record, .waymark/NAME; see waymark log",
     wm_option_string,                                                                                                            AT(run.tag)     },
    {"--callgrind",                 "FILE",    "also write the profile as kcachegrind reads it",                wm_option_string,
     AT(callgrind)                                                                                                                                },
};
#undef AT

void wm_bench_values_init(struct wm_bench_values *values)
{
    memset(values, 0, sizeof(*values));
    wm_run_values_init(&values->run);
    values->count = DEFAULT_COUNT;
    values->time.ns = DEFAULT_TIME_NS;
    values->cpus.list[0] = 1;
    values->cpus.count = 1;
}

static const struct wm_option_conflict conflicts[] = {
    {"--bench",    "--entry",    false, "it runs functions that the app registers, not entry points"},
    {"--bench",    "--workload", false, "such a function makes its own input"                       },
    {"--bench",    "--field",    false, "such a function makes its own input"                       },
    {"--bench",    "--function", false,
     "--function times a function that an entry point calls; the one or the other"                  },
    {"--tag",      "-o",         false, "a tag's results are in the record; the one or the other"   },
    {"--workload", "--field",    false, "a mix has the fields of its requests"                      },
    {"--seed",     "--workload", true,  "only the requests of a mix depend on it"                   },
};

int wm_bench_values_check(const struct wm_options *options, const struct wm_bench_values *values,
                          struct wm_error *err)
{
    int rc = wm_options_check(options, conflicts, sizeof(conflicts) / sizeof(conflicts[0]), err);
    if (rc < 0)
        return rc;
    if (values->run.app == NULL)
        return wm_fail_at(err, -EINVAL, "--app", "say which app to benchmark: --app FILE.so");
    if (values->callgrind != NULL && values->run.hz == 0)
        return wm_fail_at(err, -EINVAL, "--callgrind", "there is no profile with --hz 0");
    if (values->count * values->cpus.count > WM_BENCH_ROUND_MAX)
        return wm_fail_at(err, -EINVAL, "--count", "that makes more than %d measurements",
                          (int)WM_BENCH_ROUND_MAX);
    if (values->time.iterations > WM_BENCH_ITERATIONS_MAX)
        return wm_fail_at(err, -EINVAL, "--benchtime", "more than %" PRIu64 "x say no more",
                          WM_BENCH_ITERATIONS_MAX);
    return 0;
}

void wm_bench_values_plan(const struct wm_bench_values *values, struct wm_bench_plan *plan)
{
    const char *pattern = values->bench != NULL ? values->bench : values->entry;
    if (pattern == NULL)
        pattern = "";
    *plan = (struct wm_bench_plan){
        .kind = values->bench != NULL ? WM_BENCH_FUNCTIONS : WM_BENCH_ENTRIES,
        .count = (uint32_t)values->count,
        .iterations = values->time.iterations,
        .benchtime_ns = values->time.ns,
        .cpu_count = values->cpus.count,
        .field_count = values->fields.count,
    };
    memcpy(plan->cpus, values->cpus.list, sizeof(plan->cpus));
    memcpy(plan->fields, values->fields.bytes, sizeof(plan->fields));
    memcpy(plan->pattern, pattern, strlen(pattern) + 1);
}

static const char *describe_default(const void *user, const char *option, char *text)
{
    const struct wm_bench_values *values = user;
    static const struct {
        const char *option, *value;
    } words[] = {
        {"--benchtime", "1s"},
        {"--cpu",       "1" },
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(option, words[i].option) == 0)
            return words[i].value;
    uint64_t number = values->run.hz;
    if (strcmp(option, "--count") == 0)
        number = values->count;
    else if (strcmp(option, "--seed") == 0 && values->run.workload != NULL)
        number = values->run.seed;
    else if (strcmp(option, "--hz") != 0)
        return NULL;
    snprintf(text, WM_UNIT_BYTES, "%" PRIu64, number);
    return text;
}

int wm_bench_values_describe(const struct wm_options *options, const struct wm_bench_values *values,
                             struct wm_run *run)
{
    return wm_run_describe_options(options, describe_default, values, run);
}
