/* cmd_paths.c - `waymark paths`: the path table and tree of a run. */
#include "harness/cli/cmd_paths.h"

#include "harness/cli/commands.h"
#include "harness/cli/print.h"
#include "profiles/runs/run.h"

struct values {
    enum wm_view_format format;
};

static const struct wm_option table[] = {
    {"Options",        NULL,                       NULL,             NULL, 0},
    { "--format", "text|csv|json", "how it is printed (text)", wm_option_format,
     offsetof(struct values,                                         format)},
};

int wm_cmd_paths_print(const char *folder, enum wm_view_format format, struct wm_error *err)
{
    struct wm_run *run = NULL;
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_run_read(folder, &run, err);
    if (rc < 0)
        goto out;
    rc = wm_view_paths(run, folder, format, &text, err);
    if (rc < 0)
        goto out;
    rc = wm_print_result(&text, err);
out:
    wm_run_free(run);
    wm_text_done(&text);
    return rc;
}

static int run_paths(int argc, char **argv)
{
    struct wm_options options;
    struct wm_error err = {0};
    struct values values = {.format = WM_VIEW_TEXT};
    if (wm_command_parse(&wm_command_paths, argc, argv, 1, &options, &values) < 0)
        return WM_EXIT_USAGE;
    if (wm_cmd_paths_print(options.operands[0], values.format, &err) < 0)
        return wm_print_error(&err);
    return WM_EXIT_DONE;
}

const struct wm_command wm_command_paths = {
    .name = "paths",
    .synopsis = "RUN [options]",
    .operand = "the RUN folder",
    .help = "the path table and tree of a run",
    .options = table,
    .option_count = sizeof(table) / sizeof(table[0]),
    .run = run_paths,
};
