/* bench_hot.c - where the time went, by the views of a profile. */
#include "harness/cli/bench_hot.h"

#include "harness/cli/print.h"
#include "harness/core/file.h"
#include "profiles/pprof/profile.h"
#include "profiles/views/report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINES_SHOWN = 8,
    LISTING_NEAR = 2,   /* lines around one that costs something */
    LISTING_SHORT = 40, /* a listing of that many lines is shown whole */
};

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
            &profile->locations[profile->sample_locations[sample->first_location]];
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

/* ---- A listing, shortened ---- */

/* A line of source begins with two columns of values, "." for none. */
static bool costs(const char *line, size_t length)
{
    size_t at = strspn(line, " ");
    return at + 2 < length && line[at] != '.' && line[at] >= '0' && line[at] <= '9';
}

static bool total_costs(const char *line, size_t length)
{
    size_t at = strspn(line, " ");
    at += strcspn(line + at, " \n");
    at += strspn(line + at, " ");
    return costs(line, length) || (at < length && line[at] >= '0' && line[at] <= '9');
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void add_shortened(const char *listing, struct wm_text *text)
{
    size_t count = count_lines(listing);
    const char **starts = calloc(count + 1, sizeof(*starts));
    bool *shown = calloc(count + 1, sizeof(*shown));
    if (starts == NULL || shown == NULL)
        goto out;
    const char *at = listing;
    for (size_t i = 0; i < count; i++, at += strcspn(at, "\n") + 1) {
        size_t length = strcspn(at, "\n");
        bool head = strncmp(at, "ROUTINE", 7) == 0 || i == 0;
        starts[i] = at;
        if (!head && !total_costs(at, length))
            continue;
        for (size_t near = i > LISTING_NEAR ? i - LISTING_NEAR : 0;
             near <= i + LISTING_NEAR && near < count; near++)
            shown[near] = true;
    }
    for (size_t i = 0; i < count; i++) {
        if (shown[i])
            wm_text_add_bytes(text, starts[i], strcspn(starts[i], "\n") + 1);
        else if (i > 0 && shown[i - 1])
            wm_text_add(text, "         ⋮\n");
    }
out:
    free(starts);
    free(shown);
}

static int print_listing(const char *folder, const char *function, struct wm_error *err)
{
    struct wm_report_options options;
    struct wm_text expression, listing, shown;
    wm_report_options_init(&options);
    wm_text_init(&expression);
    wm_text_init(&listing);
    wm_text_init(&shown);
    add_exact(&expression, function);
    options.view = "list";
    options.expression = expression.data;
    int rc = print_view(folder, &options, &listing, err);
    if (rc == 0 && count_lines(listing.data) > LISTING_SHORT)
        add_shortened(listing.data, &shown);
    else
        wm_text_add(&shown, listing.data);
    if (rc == 0)
        wm_print_note("\n%s", shown.data);
    wm_text_done(&expression);
    wm_text_done(&listing);
    wm_text_done(&shown);
    return rc;
}

/* All of them but those that cost nothing themselves, such as the loop around all. */
static void add_costly(const char *table, struct wm_text *text)
{
    for (const char *line = table; *line != '\0';) {
        size_t length = strcspn(line, "\n") + 1;
        if (strncmp(line + strspn(line, " "), "0 ", 2) != 0)
            wm_text_add_bytes(text, line, length);
        line += length;
    }
}

static int print_lines(const char *folder, struct wm_error *err)
{
    struct wm_report_options options;
    struct wm_text table, text;
    wm_report_options_init(&options);
    wm_text_init(&table);
    wm_text_init(&text);
    options.view = "top";
    options.granularity = WM_BY_LINES;
    options.node_count = LINES_SHOWN;
    int rc = print_view(folder, &options, &table, err);
    add_costly(table.data, &text);
    if (rc == 0)
        wm_print_note("\n%s", text.data);
    wm_text_done(&table);
    wm_text_done(&text);
    return rc;
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
