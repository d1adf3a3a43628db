/* cmd_paths.c - `waymark paths`: the path table and tree of a run. */
#include "harness/cli/cmd_paths.h"

#include "harness/cli/commands.h"
#include "harness/cli/print.h"
#include "harness/core/units.h"
#include "profiles/runs/run.h"

struct values {
    enum wm_view_format format;
    bool fold_background;
};

static const struct wm_option table[] = {
    {"Options",        NULL,                                                  NULL,             NULL, 0},
    { "--format", "text|csv|json",                            "how it is printed (text)", wm_option_format,
     offsetof(struct values,                                                                    format)},
    { "--fold-background",            NULL,
     "of a server: share (background) out over the paths, by their requests",   wm_option_flag,
     offsetof(struct values,                                                           fold_background)},
};

/* A server's own work, told as part of what each of its requests cost. */
static void fold_background(struct wm_run *run)
{
    char cpu[WM_UNIT_BYTES], share[WM_UNIT_BYTES];
    struct wm_path_row background;
    wm_paths_fold_background(run->paths, &background);
    if (background.cpu_ns == 0)
        wm_run_note(run, "there is no " WM_PATH_BACKGROUND " that could be shared out");
    else
        wm_run_note(run,
                    WM_PATH_BACKGROUND ", %s of CPU or %s, is shared out over the paths by their "
                                       "requests",
                    wm_units_duration((double)background.cpu_ns, cpu),
                    wm_units_share(background.cpu_share, share));
}

static int print_run(const char *folder, const struct values *values, struct wm_error *err)
{
    struct wm_run *run = NULL;
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_run_read(folder, &run, err);
    if (rc < 0)
        goto out;
    if (values->fold_background)
        fold_background(run);
    rc = wm_view_paths(run, folder, values->format, &text, err);
    if (rc == 0)
        rc = wm_print_result(&text, err);
out:
    wm_run_free(run);
    wm_text_done(&text);
    return rc;
}

int wm_cmd_paths_print(const char *folder, enum wm_view_format format, struct wm_error *err)
{
    const struct values values = {.format = format};
    return print_run(folder, &values, err);
}

static int run_paths(int argc, char **argv)
{
    struct wm_options options;
    struct wm_error err = {0};
    struct values values = {.format = WM_VIEW_TEXT};
    if (wm_command_parse(&wm_command_paths, argc, argv, 1, &options, &values) < 0)
        return WM_EXIT_USAGE;
    if (print_run(options.operands[0], &values, &err) < 0)
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
