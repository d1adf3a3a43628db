/* cmd_compare.c - `waymark compare`: two sides, what changed, how sure that is. */
#include "harness/cli/commands.h"
#include "harness/cli/print.h"
#include "harness/cli/sides.h"
#include "profiles/compare/merged.h"

#include <errno.h>

struct values {
    double threshold;
    bool anyway;
    const char *diff;
    enum wm_view_format format;
};

#define AT(field) offsetof(struct values, field)
static const struct wm_option table[] = {
    {"Options",     NULL,            NULL,                                                                   NULL,              0         },
    {"--threshold", "PCT",           "smaller changes are none, such as 3% (0)",                             wm_option_percent,
     AT(threshold)                                                                                                                        },
    {"--anyway",    NULL,            "compare other work, another machine, another way to measure",
     wm_option_flag,                                                                                                            AT(anyway)},
    {"--diff",      "FILE.pb.gz",    "write what changed as a profile for go tool pprof and waymark report",
     wm_option_string,                                                                                                          AT(diff)  },
    {"--format",    "text|csv|json", "how it is printed (text)",                                             wm_option_format,  AT(format)},
};
#undef AT

static void add_operands(struct wm_text *text)
{
    wm_text_add(
        text,
        "\nBASE and NEW are each a run folder, a set (a folder with runs 1, 2, ... in it), a tag,\n"
        "a tag's folder, or a file of Go benchmark results. Paths are compared by what one\n"
        "request costs: another mix or rate is no change. With repetitions (10 of each side are\n"
        "good, 4 the least) the evidence is the Mann-Whitney U test, corrected for all that is\n"
        "asked at once; runs of other lengths are told by their means; what too few runs cannot\n"
        "rank, such as a single one of each side, or has few samples, by counts of samples.\n");
}

static int write_diff(const struct wm_sides *sides, const char *file, struct wm_error *err)
{
    struct wm_profile *profile = NULL;
    if (sides->moves == NULL)
        return wm_fail_at(err, -EINVAL, "--diff", "needs sampled runs on both sides");
    int rc = wm_merged_new(sides->sets[WM_BEFORE], sides->sets[WM_AFTER], sides->requests, true,
                           &profile, err);
    if (rc == 0)
        rc = wm_profile_write(profile, file, err);
    wm_profile_free(profile);
    if (rc == 0)
        wm_print_note("written to %s: what changed, at the requests of %s", file,
                      sides->sets[WM_AFTER]->name);
    return rc;
}

static int compare(const struct wm_sides_wish *wish, const struct values *values,
                   struct wm_error *err)
{
    struct wm_sides sides;
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_sides_read(wish, &sides, err);
    if (rc == 0) {
        struct wm_compare_view view = wm_sides_view(&sides, values->threshold);
        rc = wm_view_compare(&view, values->format, &text, err);
    }
    if (rc == 0 && values->diff != NULL)
        rc = write_diff(&sides, values->diff, err);
    if (rc == 0)
        rc = wm_print_result(&text, err);
    wm_text_done(&text);
    wm_sides_done(&sides);
    return rc;
}

static int run_compare(int argc, char **argv)
{
    struct wm_options options;
    struct wm_error err = {0};
    struct values values = {.format = WM_VIEW_TEXT};
    if (wm_command_parse(&wm_command_compare, argc, argv, 2, &options, &values) < 0)
        return WM_EXIT_USAGE;
    const struct wm_sides_wish wish = {
        .names = {options.operands[0], options.operands[1]},
        .anyway = values.anyway,
        .threshold = values.threshold,
    };
    return compare(&wish, &values, &err) < 0 ? wm_print_error(&err) : WM_EXIT_DONE;
}

const struct wm_command wm_command_compare = {
    .name = "compare",
    .synopsis = "BASE NEW [options]",
    .operand = "BASE or NEW",
    .help = "two runs or two sets: what changed, how sure",
    .options = table,
    .option_count = sizeof(table) / sizeof(table[0]),
    .more = add_operands,
    .run = run_compare,
};
