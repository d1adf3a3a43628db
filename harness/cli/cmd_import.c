/* cmd_import.c - `waymark import`: a capture into a trace. */
#include "harness/cli/commands.h"
#include "harness/cli/import.h"
#include "harness/cli/print.h"

#include <errno.h>
#include <inttypes.h>

struct values {
    const char *output;
    const char *format;
};

static const struct wm_option table[] = {
    {"Options",   NULL,                                                  NULL,             NULL,                   0      },
    { "-o", "FILE.wmt",                                  "the trace to write", wm_option_string, offsetof(struct values, output)},
    { "--format",     "NAME", "the capture's format (found out from its beginning)", wm_option_string,
     offsetof(struct values,                                                                                       format)},
};

static void add_formats(struct wm_text *text)
{
    wm_text_add(text, "\nFormats:\n");
    for (size_t i = 0; i < wm_capture_format_count(); i++) {
        const struct wm_capture_format *format = wm_capture_format(i);
        wm_text_add(text, "  ");
        wm_text_add_padded(text, format->name, 29);
        wm_text_addf(text, " %s\n", format->help);
    }
    wm_text_add(text, "\nA CAPTURE of - is read from standard input.\n");
}

static int import_and_tell(const char *capture, const struct values *values, struct wm_error *err)
{
    struct wm_capture_report report = {0};
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_import(capture, values->format, values->output, &report, err);
    if (rc == 0) {
        wm_import_describe(&report, &text);
        wm_text_add(&text, "\n");
        rc = wm_print_result(&text, err);
    }
    wm_text_done(&text);
    return rc;
}

static int run_import(int argc, char **argv)
{
    struct wm_options options;
    struct wm_error err = {0};
    struct values values = {0};
    if (wm_command_parse(&wm_command_import, argc, argv, 1, &options, &values) < 0)
        return WM_EXIT_USAGE;
    if (values.output == NULL) {
        wm_fail_at(&err, -EINVAL, "-o", "say which trace to write: -o FILE.wmt");
        return wm_print_error(&err);
    }
    if (import_and_tell(options.operands[0], &values, &err) < 0)
        return wm_print_error(&err);
    return WM_EXIT_DONE;
}

const struct wm_command wm_command_import = {
    .name = "import",
    .synopsis = "CAPTURE -o FILE.wmt [options]",
    .operand = "the CAPTURE",
    .help = "a capture into a trace",
    .options = table,
    .option_count = sizeof(table) / sizeof(table[0]),
    .more = add_formats,
    .run = run_import,
};
