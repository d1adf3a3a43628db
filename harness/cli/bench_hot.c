/* bench_hot.c - where the time went, by the views of a profile. */
#include "harness/cli/bench_hot.h"

#include "harness/cli/print.h"
#include "harness/core/file.h"
#include "profiles/pprof/profile.h"
#include "profiles/pprof/sample_stack.h"
#include "profiles/report/report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_SHOWN = 8 };

static int read_profile(const char *folder, struct wm_profile **ret_profile, struct wm_error *err)
{
    char *name = wm_file_join_dup(folder, "profile.pb.gz");
    int rc = name != NULL ? wm_profile_read(name, 0, ret_profile, err)
                          : wm_fail(err, -ENOMEM, "no memory for a file name");
    free(name);
    return rc;
}

/* One view of the run's profile into `text`. */
static int print_view(const char *folder, const struct wm_report_options *options,
                      struct wm_text *text, struct wm_error *err)
{
    struct wm_profile *profile = NULL;
    struct wm_text notes;
    wm_text_init(&notes);
    int rc = read_profile(folder, &profile, err);
    if (rc == 0)
        rc = wm_report_print(profile, options, text, &notes, err);
    wm_profile_free(profile);
    wm_text_done(&notes);
    return rc;
}

int wm_bench_callgrind_write(const char *folder, const char *name, struct wm_error *err)
{
    struct wm_report_options options;
    struct wm_text text;
    wm_report_options_init(&options);
    wm_text_init(&text);
    options.view = "callgrind";
    int rc = print_view(folder, &options, &text, err);
    if (rc == 0)
        rc = wm_file_write(name, text.data, text.length, err);
    wm_text_done(&text);
    return rc;
}

/* ---- The hottest function ---- */

/* Of the app, whose mapping comes first; `all`: of whatever was sampled. */
static const char *find_hottest(const struct wm_profile *profile, bool all)
{
    size_t last = profile->sample_type_count - 1;
    int64_t *sums = calloc(profile->function_count + 1, sizeof(*sums));
    size_t hottest = profile->function_count;
    for (size_t i = 0; sums != NULL && i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        if (sample->location_count == 0)
            continue;
        const struct wm_location *leaf =
            &profile->locations[wm_sample_frame(wm_sample_stack(profile, sample), 0)];
        if (leaf->line_count == 0 || leaf->mapping == 0 || (leaf->mapping > 1 && !all))
            continue; /* what is no code has no binary */
        size_t function = profile->lines[leaf->first_line].function;
        sums[function] += profile->values[sample->first_value + last];
        if (hottest == profile->function_count || sums[function] > sums[hottest])
            hottest = function;
    }
    free(sums);
    return hottest < profile->function_count
               ? wm_profile_text(profile, profile->functions[hottest].name)
               : NULL;
}

/* "^name$" with what means something in an expression taken literally. */
static void add_exact(struct wm_text *text, const char *name)
{
    wm_text_add(text, "^");
    for (; *name != '\0'; name++) {
        if (strchr("\\^$.[]|()?*+{}", *name) != NULL)
            wm_text_add(text, "\\");
        wm_text_add_bytes(text, name, 1);
    }
    wm_text_add(text, "$");
}

/* ---- What is printed ---- */

static int print_brief(const char *folder, struct wm_report_options *options, struct wm_error *err)
{
    struct wm_text text;
    wm_text_init(&text);
    options->brief = true;
    int rc = print_view(folder, options, &text, err);
    if (rc == 0)
        wm_print_note("\n%s", text.data);
    wm_text_done(&text);
    return rc;
}

static int print_listing(const char *folder, const char *function, struct wm_error *err)
{
    struct wm_report_options options;
    struct wm_text expression;
    wm_report_options_init(&options);
    wm_text_init(&expression);
    add_exact(&expression, function);
    options.view = "list";
    options.expression = expression.data;
    int rc = print_brief(folder, &options, err);
    wm_text_done(&expression);
    return rc;
}

static int print_lines(const char *folder, struct wm_error *err)
{
    struct wm_report_options options;
    wm_report_options_init(&options);
    options.view = "top";
    options.granularity = WM_BY_LINES;
    options.node_count = LINES_SHOWN;
    return print_brief(folder, &options, err);
}

int wm_bench_hot_print(const char *folder, const char *function, struct wm_error *err)
{
    struct wm_profile *profile = NULL;
    int rc = read_profile(folder, &profile, err);
    if (profile == NULL)
        return rc;
    const char *hottest = function != NULL ? function : find_hottest(profile, false);
    if (hottest == NULL)
        hottest = find_hottest(profile, true);
    if (profile->sample_count > 0 && hottest != NULL) {
        rc = print_lines(folder, err);
        /* one that was not sampled has no listing, which is told where it matters */
        if (rc == 0 && print_listing(folder, hottest, NULL) < 0 && function == NULL)
            wm_print_note("%s: no listing", hottest);
    }
    wm_profile_free(profile);
    return rc;
}
