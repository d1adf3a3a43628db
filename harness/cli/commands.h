/* commands.h - the table of verbs; help is generated from it. */
#ifndef WM_CLI_COMMANDS_H
#define WM_CLI_COMMANDS_H

#include "harness/cli/options.h"

#include <stddef.h>

struct wm_command {
    const char *name;
    const char *synopsis; /* what follows "waymark NAME" */
    const char *operand;  /* what to call its first operand to who left it out; NULL: it has none */
    const char *help;     /* one line, as in architecture.md */
    const struct wm_option *options;
    size_t option_count;
    /* Adds what help says after the options; may be NULL. */
    void (*more)(struct wm_text *text);
    /* `argv` begins behind the verb. Returns the exit code. */
    int (*run)(int argc, char **argv);
};

extern const struct wm_command wm_command_run;
extern const struct wm_command wm_command_bench;
extern const struct wm_command wm_command_agent;
extern const struct wm_command wm_command_paths;
extern const struct wm_command wm_command_report;
extern const struct wm_command wm_command_compare;
extern const struct wm_command wm_command_baseline;
extern const struct wm_command wm_command_import;
extern const struct wm_command wm_command_record;
extern const struct wm_command wm_command_log;
extern const struct wm_command wm_command_show;

/* The whole command line, as main() has it; returns the exit code. */
int wm_commands_main(int argc, char **argv);

/* "waymark --help" and "waymark NAME --help". */
void wm_commands_help(struct wm_text *text);
void wm_command_help(const struct wm_command *command, struct wm_text *text);

/* wm_options_parse by the command's table, and checks the number of operands. On failure the error
 * is printed. */
WM_MUST_USE int wm_command_parse(const struct wm_command *command, int argc, char **argv,
                                 size_t operand_count, struct wm_options *options, void *values);

#endif
