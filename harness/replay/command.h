/* command.h - a command as the user wrote it: into words, with placeholders filled in.
 *
 * [any] Pure: knows no file and no process. */
#ifndef WM_REPLAY_COMMAND_H
#define WM_REPLAY_COMMAND_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stddef.h>

/* "{port}" stands for "8080"; `uses` counts how often it was met. */
struct wm_placeholder {
    const char *name; /* with its braces */
    const char *value;
    size_t uses;
};
struct wm_placeholders {
    struct wm_placeholder *list;
    size_t count;
};

/* Splits as a shell does, with quotes and backslashes, and expands nothing but placeholders, within
 * words: a value with blanks stays in its word. *ret_words ends with NULL, free it with
 * wm_command_free. -EINVAL for a quote that is not closed or no word at all, -ENOMEM. */
WM_MUST_USE int wm_command_split(const char *command, struct wm_placeholders *placeholders,
                                 char ***ret_words, struct wm_error *err);
void wm_command_free(char **words);
/* Appends `text` with its placeholders replaced. */
void wm_command_fill(const char *text, struct wm_placeholders *placeholders, struct wm_text *out);

#endif
