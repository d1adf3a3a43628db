/* report_options.c - reads a command line as pprof does. The table is in report_table.c. */
#include "harness/cli/report_options.h"

#include "harness/cli/report_table.h"
#include "harness/core/file.h"

#include <errno.h>
#include <string.h>

enum { NAME_BYTES_MAX = 32, SHOWN_COLUMNS = 60 };

/* The row of "-name", "--name" or either with "=value"; NULL: there is none. */
static const struct wm_option *find_row(const char *argument)
{
    const char *name = argument + (argument[1] == '-' ? 1 : 0);
    size_t length = strcspn(name, "=");
    for (size_t i = 0; i < WM_REPORT_OPTION_COUNT; i++) {
        const struct wm_option *row = &wm_report_table[i];
        if (row->help != NULL && strlen(row->name) == length &&
            memcmp(row->name, name, length) == 0)
            return row;
    }
    return NULL;
}

static int fail_unknown(const char *argument, struct wm_error *err)
{
    char name[NAME_BYTES_MAX + 1];
    struct wm_text shown;
    const char *start = argument + (argument[1] == '-' ? 1 : 0);
    size_t length = strcspn(start, "=");
    if (length > NAME_BYTES_MAX)
        length = NAME_BYTES_MAX;
    memcpy(name, start, length);
    name[length] = '\0';
    const char *nearest =
        wm_nearest(name, wm_report_table, WM_REPORT_OPTION_COUNT, sizeof(wm_report_table[0]));
    wm_text_init(&shown);
    wm_text_add_safe(&shown, argument, strlen(argument), SHOWN_COLUMNS);
    int rc = nearest != NULL
                 ? wm_fail_at(err, -EINVAL, shown.data, "unknown option; did you mean %s?", nearest)
                 : wm_fail_at(err, -EINVAL, shown.data,
                              "unknown option; waymark report --help lists them");
    wm_text_done(&shown);
    return rc;
}

/* Reads the option at argv[0]; returns how many words it took. */
static int read_option(int argc, char **argv, struct wm_report_values *values, struct wm_error *err)
{
    const struct wm_option *row = find_row(argv[0]);
    const char *value = strchr(argv[0], '=');
    int taken = 1;
    if (row == NULL)
        return fail_unknown(argv[0], err);
    value = value != NULL ? value + 1 : NULL;
    if (row->argument != NULL && value == NULL) {
        if (argc < 2)
            return wm_fail_at(err, -EINVAL, row->name, "a value is missing: %s=%s", row->name,
                              row->argument);
        value = argv[1];
        taken = 2;
    }
    int rc = row->parse(value, (char *)values + row->offset, err);
    if (rc < 0) {
        struct wm_error inner = *err;
        return wm_fail_at(err, rc, row->name, "%s", inner.text);
    }
    return taken;
}

static bool is_given(const struct wm_option *row, const struct wm_report_values *values)
{
    const void *field = (const char *)values + row->offset;
    return row->argument == NULL ? *(const bool *)field : *(const char *const *)field != NULL;
}

/* The one row of this section that was given; *ret_row stays as it is if none was. */
static int choose(const char *section, const struct wm_report_values *values,
                  const struct wm_option **ret_row, struct wm_error *err)
{
    const struct wm_option *chosen = NULL;
    bool inside = false;
    for (size_t i = 0; i < WM_REPORT_OPTION_COUNT; i++) {
        const struct wm_option *row = &wm_report_table[i];
        if (row->help == NULL)
            inside = strcmp(row->name, section) == 0;
        else if (inside && is_given(row, values) && chosen != NULL)
            return wm_fail_at(err, -EINVAL, row->name, "only one of %s and %s can be had at a time",
                              chosen->name, row->name);
        else if (inside && is_given(row, values))
            chosen = row;
    }
    if (chosen != NULL)
        *ret_row = chosen;
    return 0;
}

/* -flamegraph names its file; "-" is standard output. */
static int choose_file(struct wm_report_values *values, struct wm_error *err)
{
    const char *name = values->views.flamegraph;
    if (name == NULL)
        return 0;
    if (values->output != NULL)
        return wm_fail_at(err, -EINVAL, "-output", "-flamegraph=%.60s names the file already",
                          name);
    values->output = strcmp(name, "-") != 0 ? name : NULL;
    return 0;
}

static int choose_view(struct wm_report_values *values, struct wm_error *err)
{
    static const char *const pictures[] = {"svg", "png", "gif", "pdf", "ps"};
    struct wm_report_options *options = &values->options;
    const struct wm_option *row = NULL;
    int rc = choose(WM_REPORT_VIEWS, values, &row, err);
    if (rc < 0 || row == NULL)
        return rc;
    options->view = values->views.text ? "top" : row->name + 1;
    if (row->argument != NULL)
        options->expression = *(const char *const *)((const char *)values + row->offset);
    for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
        if (strcmp(options->view, pictures[i]) != 0)
            continue;
        values->picture = pictures[i];
        options->view = "dot";
    }
    rc = choose_file(values, err);
    bool packed = strcmp(options->view, "proto") == 0 || strcmp(options->view, "topproto") == 0;
    bool drawn = values->picture != NULL && strcmp(values->picture, "svg") != 0;
    values->binary = packed || drawn;
    return rc;
}

static int choose_granularity(struct wm_report_values *values, struct wm_error *err)
{
    static const char *const names[] = {[WM_BY_FUNCTIONS] = "-functions",
                                        [WM_BY_FILEFUNCTIONS] = "-filefunctions",
                                        [WM_BY_FILES] = "-files",
                                        [WM_BY_LINES] = "-lines",
                                        [WM_BY_ADDRESSES] = "-addresses"};
    const struct wm_option *row = NULL;
    int rc = choose(WM_REPORT_GRANULARITIES, values, &row, err);
    if (rc < 0 || row == NULL)
        return rc;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], row->name) == 0)
            values->options.granularity = (enum wm_granularity)i;
    return 0;
}

static int choose_order(struct wm_report_values *values, struct wm_error *err)
{
    const struct wm_option *row = NULL;
    int rc = choose(WM_REPORT_ORDERS, values, &row, err);
    values->options.cum = rc == 0 && values->orders.cum;
    return rc;
}

/* The short forms: the first one counts, and none where a sample index is named. */
static void choose_index(struct wm_report_values *values, struct wm_text *notes)
{
    const struct {
        bool given;
        const char *name, *index;
    } forms[] = {
        {values->indices.total_delay,   "-total_delay",   "delay"        },
        {values->indices.mean_delay,    "-mean_delay",    "delay"        },
        {values->indices.contentions,   "-contentions",   "contentions"  },
        {values->indices.inuse_space,   "-inuse_space",   "inuse_space"  },
        {values->indices.inuse_objects, "-inuse_objects", "inuse_objects"},
        {values->indices.alloc_space,   "-alloc_space",   "alloc_space"  },
        {values->indices.alloc_objects, "-alloc_objects", "alloc_objects"},
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (!forms[i].given)
            continue;
        if (values->options.sample_index == NULL)
            values->options.sample_index = forms[i].index;
        else
            wm_text_addf(notes, "%s is passed over: %s is already shown\n", forms[i].name,
                         values->options.sample_index);
    }
    values->options.mean |= values->indices.mean_delay;
}

/* Columns compare requests; stacks are only grouped, which asks for nothing else. */
static int choose_label(struct wm_report_values *values, struct wm_error *err)
{
    static const char path[] = "path";
    bool groups = values->views.folded || values->views.flamegraph != NULL;
    if (values->by_path && values->options.by != NULL && strcmp(values->options.by, path) != 0)
        return wm_fail(err, -EINVAL, "-by_path is -by=path; only one of it and -by=%s can be had",
                       values->options.by);
    if (values->by_path)
        values->options.by = path;
    if (groups) {
        values->options.group_by = values->options.by;
        values->options.by = NULL;
    }
    return 0;
}

static int check(const struct wm_report_values *values, struct wm_error *err)
{
    if (values->options.by != NULL && values->options.normalize)
        return wm_fail_at(err, -EINVAL, "-normalize",
                          "has no place beside -by, which compares the costs of requests");
    if (values->options.by == NULL && values->options.fold_background)
        return wm_fail_at(err, -EINVAL, "-fold_background",
                          "there are no columns to share (background) out over; it takes -by_path");
    if (values->base != NULL && values->diff_base != NULL)
        return wm_fail(err, -EINVAL, "-base and -diff_base cannot be had at a time");
    if (values->options.normalize && values->base == NULL && values->diff_base == NULL)
        return wm_fail_at(err, -EINVAL, "-normalize",
                          "there is nothing to normalize by; it takes -base or -diff_base");
    if (values->options.divide_by == 0)
        return wm_fail_at(err, -EINVAL, "-divide_by", "nothing can be divided by 0");
    if (values->source_count == 0)
        return wm_fail(err, -EINVAL,
                       "no profile is named; usage: waymark report [options] RUN|PROFILE ...");
    return 0;
}

/* An option behind a profile would be a profile that is not there, and the report one that nobody
 * asked for. */
static int check_sources(const struct wm_report_values *values, struct wm_error *err)
{
    for (size_t i = 0; i < values->source_count; i++) {
        const char *source = values->sources[i];
        if (source[0] == '-' && source[1] != '\0' && !wm_file_exists(source))
            return wm_fail_at(err, -EINVAL, source,
                              "is no file; options go before the profiles (behind --, all are "
                              "profiles)");
    }
    return 0;
}

int wm_report_values_read(int argc, char **argv, struct wm_report_values *ret_values,
                          struct wm_text *notes, struct wm_error *err)
{
    struct wm_report_values values = {.unpacked_gib = 4};
    int i = 0;
    bool ended = false; /* by "--" */
    wm_report_options_init(&values.options);
    while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
        ended = strcmp(argv[i], "--") == 0;
        if (ended) {
            i++;
            break;
        }
        int taken = read_option(argc - i, argv + i, &values, err);
        if (taken < 0)
            return taken;
        i += taken;
    }
    values.sources = argv + i;
    values.source_count = (size_t)(argc - i);
    int rc = ended ? 0 : check_sources(&values, err);
    if (rc == 0)
        rc = choose_view(&values, err);
    if (rc == 0)
        rc = choose_granularity(&values, err);
    if (rc == 0)
        rc = choose_order(&values, err);
    if (rc == 0)
        rc = choose_label(&values, err);
    if (rc == 0)
        rc = check(&values, err);
    if (rc < 0)
        return rc;
    choose_index(&values, notes);
    *ret_values = values;
    return 0;
}
