/* cmd_show.c - `waymark show`: all that is known of a tag. */
#include "harness/cli/commands.h"

#include "harness/cli/print.h"
#include "harness/core/file.h"
#include "profiles/runs/numbered.h"
#include "profiles/views/record.h"

#include <errno.h>
#include <stdlib.h>

struct values {
    enum wm_view_format format;
};

static const struct wm_option table[] = {
    {"Options",        NULL,                                       NULL,             NULL, 0},
    { "--format", "text|csv|json", "how it is printed (text); csv: the costs", wm_option_format,
     offsetof(struct values,                                                         format)},
};

/* What is in the tag's folder by now. A run that cannot be read has no notes to show. */
static int look_into(const struct wm_tag *tag, uint32_t **ret_numbers, struct wm_tag_files *files,
                     struct wm_run **ret_latest, struct wm_error *err)
{
    int rc = wm_numbered_list(tag->folder, ret_numbers, &files->count, err);
    if (rc < 0)
        return rc;
    files->numbers = *ret_numbers;
    char *bench = wm_file_join_dup(tag->folder, WM_RUN_BENCH);
    files->has_bench = bench != NULL && wm_file_exists(bench);
    free(bench);
    if (files->count == 0)
        return 0;
    char *run = wm_numbered_dup(tag->folder, files->numbers[files->count - 1]);
    if (run != NULL && wm_run_read(run, ret_latest, NULL) == 0)
        files->latest = *ret_latest;
    free(run);
    return 0;
}

static int print_tag(const char *name, enum wm_view_format format, struct wm_error *err)
{
    struct wm_tag *tag = NULL;
    struct wm_run *latest = NULL;
    struct wm_tag_files files = {0};
    uint32_t *numbers = NULL;
    struct wm_text text;
    wm_text_init(&text);
    int rc = wm_tag_read(name, &tag, err);
    if (rc == 0)
        rc = look_into(tag, &numbers, &files, &latest, err);
    if (rc == 0)
        rc = wm_view_tag(tag, &files, format, &text, err);
    if (rc == 0)
        rc = wm_print_result(&text, err);
    wm_text_done(&text);
    free(numbers);
    wm_run_free(latest);
    wm_tag_free(tag);
    return rc;
}

static int run_show(int argc, char **argv)
{
    struct wm_options options;
    struct wm_error err = {0};
    struct values values = {.format = WM_VIEW_TEXT};
    if (wm_command_parse(&wm_command_show, argc, argv, 1, &options, &values) < 0)
        return WM_EXIT_USAGE;
    return print_tag(options.operands[0], values.format, &err) < 0 ? wm_print_error(&err)
                                                                   : WM_EXIT_DONE;
}

const struct wm_command wm_command_show = {
    .name = "show",
    .synopsis = "NAME [options]",
    .operand = "the NAME of a tag",
    .help = "all that is known of a tag",
    .options = table,
    .option_count = sizeof(table) / sizeof(table[0]),
    .run = run_show,
};
