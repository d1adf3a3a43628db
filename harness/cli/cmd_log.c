/* cmd_log.c - `waymark log`: the record's tags, and costs over them. */
#include "harness/cli/commands.h"

#include "harness/cli/print.h"
#include "harness/core/file.h"
#include "profiles/views/record.h"

#include <errno.h>

struct values {
    enum wm_view_format format;
    const char *trend, *svg;
};

#define AT(field) offsetof(struct values, field)
static const struct wm_option table[] = {
    {"Options",  NULL,            NULL,                                                                   NULL,             0         },
    {"--trend",  "RE",            "entry points, paths and benchmarks whose name matches, over the tags",
     wm_option_string,                                                                                                      AT(trend) },
    {"--svg",    "FILE",          "draw the trend as a picture",                                          wm_option_string, AT(svg)   },
    {"--format", "text|csv|json", "how it is printed (text)",                                             wm_option_format, AT(format)},
};
#undef AT

static void add_more(struct wm_text *text)
{
    wm_text_add(text,
                "\nThe record is $WAYMARK_HOME, or .waymark in the working directory; waymark "
                "run --tag NAME files\nthere. A trend is drawn on a terminal, and a table "
                "elsewhere; its costs have their 95 % interval.\n");
}

static int write_svg(const struct wm_trend *trend, const char *file, struct wm_error *err)
{
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_view_trend_svg(trend, &text, err);
    if (rc == 0)
        rc = wm_file_write(file, text.data, text.length, err);
    wm_text_done(&text);
    if (rc == 0)
        wm_print_note("written to %s", file);
    return rc;
}

static int add_trend(const struct wm_record *record, const struct values *values,
                     struct wm_text *text, struct wm_error *err)
{
    struct wm_trend *trend = NULL;
    int rc = wm_trend_new(record, values->trend, &trend, err);
    if (rc == 0)
        rc = wm_view_trend(trend, values->format, wm_print_columns(), text, err);
    if (rc == 0 && values->svg != NULL)
        rc = write_svg(trend, values->svg, err);
    wm_trend_free(trend);
    return rc;
}

static int print_log(const struct values *values, struct wm_error *err)
{
    struct wm_record *record = NULL;
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_record_read(&record, err);
    if (rc == 0)
        rc = values->trend != NULL ? add_trend(record, values, &text, err)
                                   : wm_view_log(record, values->format, &text, err);
    if (rc == 0)
        rc = wm_print_result(&text, err);
    wm_record_free(record);
    wm_text_done(&text);
    return rc;
}

static int run_log(int argc, char **argv)
{
    struct wm_options options;
    struct wm_error err = {0};
    struct values values = {.format = WM_VIEW_TEXT};
    if (wm_command_parse(&wm_command_log, argc, argv, 0, &options, &values) < 0)
        return WM_EXIT_USAGE;
    if (values.svg != NULL && values.trend == NULL) {
        wm_fail_at(&err, -EINVAL, "--svg", "say what to draw: --trend RE");
        return wm_print_error(&err);
    }
    return print_log(&values, &err) < 0 ? wm_print_error(&err) : WM_EXIT_DONE;
}

const struct wm_command wm_command_log = {
    .name = "log",
    .synopsis = "[--trend RE] [options]",
    .help = "the record of runs by tag; costs over time",
    .options = table,
    .option_count = sizeof(table) / sizeof(table[0]),
    .more = add_more,
    .run = run_log,
};
