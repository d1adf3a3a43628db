/* cmd_baseline.c - `waymark baseline`: a bar is set, and results are held to it. */
#include "harness/cli/commands.h"
#include "harness/cli/print.h"
#include "harness/cli/sides.h"
#include "harness/core/file.h"
#include "profiles/compare/baseline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const double DEFAULT_THRESHOLD = 0.03, DEFAULT_DRIFT = 0.1;

struct values {
    const char *name;
    double threshold, drift;
    bool anyway;
};

#define AT(field) offsetof(struct values, field)
static const struct wm_option table[] = {
    {"Options",     NULL,   NULL,                                                                 NULL,              0         },
    {"--name",      "NAME", "which baseline (" WM_BASELINE_DEFAULT ")",                           wm_option_string,  AT(name)  },
    {"--threshold", "PCT",  "check: what is worse by less passes (3%)",                           wm_option_percent,
     AT(threshold)                                                                                                             },
    {"--drift",     "PCT",  "check: how much slower the machine may be, all paths alike (10%)",
     wm_option_percent,                                                                                              AT(drift) },
    {"--anyway",    NULL,   "check: compare other work, another machine, another way to measure",
     wm_option_flag,                                                                                                 AT(anyway)},
};
#undef AT

static void add_actions(struct wm_text *text)
{
    wm_text_add(
        text,
        "\nset    copies a run, set, tag or file of benchmark results into the record as the bar\n"
        "check  compares with it: exit 1 if a path or a benchmark got worse beyond noise and the\n"
        "       threshold, with the paths and functions; 0 if none did\n"
        "\nA check asks each path's CPU per request, p50 and allocations, and each benchmark's\n"
        "costs; of a hundred checks of a build that is as it was at most one fails by chance. "
        "A\n"
        "check that could have found no cost worse, for want of runs, passes nothing: exit 2. "
        "Where\n"
        "the runs of both sides took no turns, what makes all paths slower alike is taken for the\n"
        "machine, up to --drift: to find changes that hit all alike, make both sides in turns.\n");
}

static int set_baseline(const char *operand, const struct values *values, struct wm_error *err)
{
    struct wm_set *set = NULL;
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_set_read(operand, &set, err);
    if (rc == 0)
        rc = wm_baseline_set(set, values->name, err);
    if (rc == 0) {
        wm_text_addf(&text, "baseline %s is now %s", values->name, operand);
        if (set->run_count > 0)
            wm_text_addf(&text, ": %zu run%s", set->run_count, set->run_count == 1 ? "" : "s");
        wm_text_add(&text, "\n");
        rc = wm_print_result(&text, err);
    }
    wm_text_done(&text);
    wm_set_free(set);
    return rc < 0 ? rc : WM_EXIT_DONE;
}

/* No answer must not pass for a good one. */
static int refuse(const struct wm_sides *sides, const struct wm_judgement *judgement,
                  struct wm_error *err)
{
    const struct wm_set *now = sides->sets[WM_AFTER];
    const char *unit = now->run_count > 0 ? "runs" : "lines of each benchmark";
    return wm_fail_at(err, -EINVAL, now->name,
                      "too few %s to find any cost worse: make %zu of each side, 10 are good", unit,
                      judgement->runs_needed);
}

static int judge(const struct wm_sides *sides, const struct values *values, struct wm_error *err)
{
    const struct wm_judge_options options = {values->threshold, values->drift};
    struct wm_compare_view view = wm_sides_view(sides, values->threshold);
    struct wm_judgement judgement;
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_judge(sides->comparison, &options, &judgement);
    if (rc < 0)
        wm_fail(err, rc, "no memory for the check");
    else if (judgement.blind && judgement.worse_count == 0)
        rc = refuse(sides, &judgement, err);
    else
        rc = wm_view_check(&view, &judgement, &text, err);
    if (rc == 0)
        rc = wm_print_result(&text, err);
    if (rc == 0)
        rc = judgement.worse_count > 0 ? WM_EXIT_CHECK_FAILED : WM_EXIT_DONE;
    wm_text_done(&text);
    wm_judgement_done(&judgement);
    return rc;
}

static int check_baseline(const char *operand, const struct values *values, struct wm_error *err)
{
    struct wm_sides sides = {.moves = NULL};
    char *folder = NULL;
    int rc = wm_baseline_folder(values->name, &folder, err);
    if (rc == 0 && !wm_file_exists(folder))
        rc = wm_fail_at(err, -ENOENT, folder,
                        "there is no such baseline; waymark baseline set RUN makes one");
    if (rc == 0) {
        const struct wm_sides_wish wish = {
            .names = {folder, operand},
            .anyway = values->anyway,
        };
        rc = wm_sides_read(&wish, &sides, err);
    }
    if (rc == 0)
        rc = judge(&sides, values, err);
    wm_sides_done(&sides);
    free(folder);
    return rc;
}

static const struct action {
    const char *name;
    int (*run)(const char *operand, const struct values *values, struct wm_error *err);
} actions[] = {
    {"set",   set_baseline  },
    {"check", check_baseline},
};

static int run_baseline(int argc, char **argv)
{
    struct wm_options options;
    struct wm_error err = {0};
    struct values values = {
        .name = WM_BASELINE_DEFAULT, .threshold = DEFAULT_THRESHOLD, .drift = DEFAULT_DRIFT};
    if (wm_command_parse(&wm_command_baseline, argc, argv, 2, &options, &values) < 0)
        return WM_EXIT_USAGE;
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(options.operands[0], actions[i].name) != 0)
            continue;
        int rc = actions[i].run(options.operands[1], &values, &err);
        return rc < 0 ? wm_print_error(&err) : rc;
    }
    wm_fail_at(&err, -EINVAL, options.operands[0], "is not set or check");
    return wm_print_error(&err);
}

const struct wm_command wm_command_baseline = {
    .name = "baseline",
    .synopsis = "set|check RUN|SET|TAG|FILE [options]",
    .operand = "set or check, or what to take,",
    .help = "the bar that a build is held to",
    .options = table,
    .option_count = sizeof(table) / sizeof(table[0]),
    .more = add_actions,
    .run = run_baseline,
};
