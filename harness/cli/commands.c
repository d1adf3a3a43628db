/* commands.c - the table of verbs, and what it answers for all of them. */
#include "harness/cli/commands.h"

#include "harness/cli/print.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { HELP_COLUMN = 10 };

static const struct wm_command *const commands[] = {
    &wm_command_run,    &wm_command_bench,   &wm_command_agent,    &wm_command_paths,
    &wm_command_report, &wm_command_import,  &wm_command_record,   &wm_command_log,
    &wm_command_show,   &wm_command_compare, &wm_command_baseline,
};
enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static bool asks_for_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-help") == 0 ||
           strcmp(argument, "-h") == 0;
}

static int print_help(const struct wm_command *command)
{
    struct wm_text text;
    struct wm_error err = {0};
    wm_text_init(&text);
    if (command != NULL)
        wm_command_help(command, &text);
    else
        wm_commands_help(&text);
    int rc = wm_print_result(&text, &err);
    wm_text_done(&text);
    return rc < 0 ? wm_print_error(&err) : WM_EXIT_DONE;
}

static int print_version(void)
{
    struct wm_text text;
    struct wm_error err = {0};
    wm_text_init(&text);
    wm_text_add(&text, "waymark " WAYMARK_VERSION "\n");
    int rc = wm_print_result(&text, &err);
    wm_text_done(&text);
    return rc < 0 ? wm_print_error(&err) : WM_EXIT_DONE;
}

static int refuse(const char *word)
{
    struct wm_error err = {0};
    struct wm_text shown;
    const char *names[COMMAND_COUNT + 2] = {"--help", "--version"};
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i + 2] = commands[i]->name;
    const char *nearest = wm_nearest(word, names, COMMAND_COUNT + 2, sizeof(names[0]));
    const char *kind = word[0] == '-' ? "option" : "verb";
    wm_text_init(&shown);
    wm_text_add_safe(&shown, word, strlen(word), 60);
    if (nearest != NULL)
        wm_fail_at(&err, -EINVAL, shown.data, "unknown %s; did you mean %s?", kind, nearest);
    else
        wm_fail_at(&err, -EINVAL, shown.data, "unknown %s; waymark --help lists what there is",
                   kind);
    wm_text_done(&shown);
    return wm_print_error(&err);
}

static const struct wm_command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(name, commands[i]->name) == 0)
            return commands[i];
    return NULL;
}

/* "waymark help [VERB]", as other programs have it. */
static int help(int argc, char **argv)
{
    if (argc < 3 || asks_for_help(argv[2]))
        return print_help(NULL);
    const struct wm_command *command = find_command(argv[2]);
    return command != NULL ? print_help(command) : refuse(argv[2]);
}

int wm_commands_main(int argc, char **argv)
{
    if (argc < 2) {
        struct wm_error err = {0};
        wm_fail(&err, -EINVAL, "a verb is missing; waymark --help lists them");
        return wm_print_error(&err);
    }
    if (asks_for_help(argv[1]))
        return print_help(NULL);
    if (strcmp(argv[1], "--version") == 0)
        return print_version();
    if (strcmp(argv[1], "help") == 0)
        return help(argc, argv);
    const struct wm_command *command = find_command(argv[1]);
    if (command == NULL)
        return refuse(argv[1]);
    for (int at = 2; at < argc && strcmp(argv[at], "--") != 0; at++)
        if (asks_for_help(argv[at]))
            return print_help(command);
    return command->run(argc - 2, argv + 2);
}

void wm_commands_help(struct wm_text *text)
{
    wm_text_add(text, "waymark - replays traffic through a native program and tells what each "
                      "execution path costs\n\nUsage: waymark VERB [options]\n\nVerbs:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        wm_text_add(text, "  ");
        wm_text_add_padded(text, commands[i]->name, HELP_COLUMN);
        wm_text_addf(text, " %s\n", commands[i]->help);
    }
    wm_text_add(text, "\nwaymark VERB --help tells a verb's options; waymark --version the version."
                      "\n\nExit codes: 0 done, 1 a check that was asked for failed, 2 bad usage or "
                      "input,\n3 the app or server failed, 130 ended at once by a second Ctrl-C.\n");
}

void wm_command_help(const struct wm_command *command, struct wm_text *text)
{
    wm_text_addf(text, "Usage: waymark %s %s\n\n%s\n\n", command->name, command->synopsis,
                 command->help);
    wm_options_help(command->options, command->option_count, text);
    if (command->more != NULL)
        command->more(text);
}

int wm_command_parse(const struct wm_command *command, int argc, char **argv, size_t operand_count,
                     struct wm_options *options, void *values)
{
    struct wm_error err = {0};
    *options = (struct wm_options){.table = command->options, .count = command->option_count};
    int rc = wm_options_parse(options, argc, argv, values, &err);
    if (rc == 0 && options->operand_count < operand_count)
        rc = wm_fail_at(&err, -EINVAL, command->name, "%s is missing; usage: waymark %s %s",
                        command->operand, command->name, command->synopsis);
    if (rc == 0 && options->operand_count > operand_count)
        rc =
            wm_fail_at(&err, -EINVAL, options->operands[operand_count],
                       "one word too many; usage: waymark %s %s", command->name, command->synopsis);
    if (rc < 0)
        wm_print_error(&err);
    return rc;
}
