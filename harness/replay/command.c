/* command.c - a command as the user wrote it: into words, with placeholders filled in. */
#include "harness/replay/command.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct splitter {
    const char *at;
    struct wm_placeholders *placeholders;
    struct wm_text word;
    char **words; /* ends with NULL */
    size_t count;
};

/* The placeholder that `at` begins with: its value is added, and its length returned; 0: none. */
static size_t take_placeholder(const char *at, struct wm_placeholders *placeholders,
                               struct wm_text *out)
{
    for (size_t i = 0; *at == '{' && i < placeholders->count; i++) {
        struct wm_placeholder *placeholder = &placeholders->list[i];
        size_t length = strlen(placeholder->name);
        if (strncmp(at, placeholder->name, length) != 0)
            continue;
        placeholder->uses++;
        wm_text_add(out, placeholder->value);
        return length;
    }
    return 0;
}

/* The next character, or a placeholder. */
static void take_plain(struct splitter *splitter)
{
    size_t length = take_placeholder(splitter->at, splitter->placeholders, &splitter->word);
    if (length == 0)
        wm_text_add_bytes(&splitter->word, splitter->at, 1);
    splitter->at += length > 0 ? length : 1;
}

static int take_quoted(struct splitter *splitter, struct wm_error *err)
{
    char quote = *splitter->at++;
    while (*splitter->at != quote) {
        if (*splitter->at == '\0')
            return wm_fail(err, -EINVAL, "a quote %c is not closed", quote);
        bool escape = quote == '"' && *splitter->at == '\\' && splitter->at[1] != '\0' &&
                      strchr("\"\\$`", splitter->at[1]) != NULL;
        if (escape) {
            wm_text_add_bytes(&splitter->word, splitter->at + 1, 1);
            splitter->at += 2;
        } else {
            take_plain(splitter);
        }
    }
    splitter->at++;
    return 0;
}

static int take_word(struct splitter *splitter, struct wm_error *err)
{
    int rc = 0;
    while (rc == 0 && *splitter->at != '\0' && strchr(" \t\n", *splitter->at) == NULL) {
        if (*splitter->at == '\'' || *splitter->at == '"') {
            rc = take_quoted(splitter, err);
        } else if (*splitter->at == '\\' && splitter->at[1] != '\0') {
            wm_text_add_bytes(&splitter->word, splitter->at + 1, 1);
            splitter->at += 2;
        } else {
            take_plain(splitter);
        }
    }
    return rc;
}

static int keep_word(struct splitter *splitter, struct wm_error *err)
{
    char **words = realloc(splitter->words, (splitter->count + 2) * sizeof(*words));
    char *word = words != NULL ? wm_text_take(&splitter->word) : NULL;
    if (words != NULL)
        splitter->words = words;
    if (word == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the command");
    words[splitter->count++] = word;
    words[splitter->count] = NULL;
    return 0;
}

int wm_command_split(const char *command, struct wm_placeholders *placeholders, char ***ret_words,
                     struct wm_error *err)
{
    struct splitter splitter = {.at = command, .placeholders = placeholders};
    int rc = 0;
    wm_text_init(&splitter.word);
    for (;;) {
        splitter.at += strspn(splitter.at, " \t\n");
        if (rc < 0 || *splitter.at == '\0')
            break;
        rc = take_word(&splitter, err);
        if (rc == 0)
            rc = keep_word(&splitter, err);
    }
    wm_text_done(&splitter.word);
    if (rc == 0 && splitter.count == 0)
        rc = wm_fail(err, -EINVAL, "the command is empty");
    if (rc < 0) {
        wm_command_free(splitter.words);
        return rc;
    }
    *ret_words = splitter.words;
    return 0;
}

void wm_command_free(char **words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

void wm_command_fill(const char *text, struct wm_placeholders *placeholders, struct wm_text *out)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "{");
        wm_text_add_bytes(out, text, plain);
        text += plain;
        size_t length = *text != '\0' ? take_placeholder(text, placeholders, out) : 0;
        if (length == 0 && *text != '\0')
            wm_text_add_bytes(out, text++, 1);
        text += length;
    }
}
