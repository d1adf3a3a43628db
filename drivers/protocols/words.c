/* words.c - a request of words: those of the field `command`, then the fields arg1, arg2 … */
#include "drivers/protocols/words.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum { LABEL_BYTES = 64 };

const char *wm_protocol_field(const struct wm_work *work, const char *name)
{
    for (size_t i = 0; i < work->field_count; i++)
        if (strcmp(work->fields[i].name, name) == 0)
            return work->fields[i].value;
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* What stands behind a backslash in double quotes; how many bytes of it. */
static size_t unescape(const char *at, const char *end, char *ret_byte)
{
    static const char names[] = "nrtba", bytes[] = "\n\r\t\b\a";
    if (end - at >= 3 && at[0] == 'x' && hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0) {
        *ret_byte = (char)(hex_value(at[1]) * 16 + hex_value(at[2]));
        return 3;
    }
    const char *name = memchr(names, at[0], sizeof(names) - 1);
    *ret_byte = at[0];
    if (name != NULL)
        *ret_byte = bytes[name - names];
    return 1;
}

/* The quote's content, from behind its first mark; NULL: it has no end. */
static const char *read_quoted(const char *at, const char *end, char mark, char *to, size_t *length)
{
    for (; at < end; at++) {
        if (*at == mark)
            return at + 1;
        char byte = *at;
        if (byte == '\\' && end - at > 1 && mark == '"')
            at += unescape(at + 1, end, &byte);
        else if (byte == '\\' && end - at > 1 && at[1] == mark)
            byte = *++at;
        if (to != NULL)
            to[*length] = byte;
        (*length)++;
    }
    return NULL;
}

int wm_word_next(const char **at, const char *end, char *to, size_t *ret_length)
{
    const char *from = *at;
    while (from < end && is_blank(*from))
        from++;
    *at = from;
    *ret_length = 0;
    if (from == end)
        return 0;
    while (from < end && !is_blank(*from)) {
        if (*from == '"' || *from == '\'') {
            from = read_quoted(from + 1, end, *from, to, ret_length);
            if (from == NULL)
                return -EINVAL;
            continue;
        }
        if (to != NULL)
            to[*ret_length] = *from;
        (*ret_length)++;
        from++;
    }
    *at = from;
    return 1;
}

/* arg1, arg2 … */
static bool is_argument(const char *name)
{
    return strncmp(name, "arg", 3) == 0 && name[3] != '\0' &&
           name[3 + strspn(name + 3, "0123456789")] == '\0';
}

/* Behind the last argument that is not empty: rows of a mix with fewer words than others have empty
 * cells there. */
static size_t end_of_arguments(const struct wm_work *work)
{
    size_t end = work->field_count;
    while (end > 0 &&
           (!is_argument(work->fields[end - 1].name) || work->fields[end - 1].value[0] == '\0'))
        end--;
    return end;
}

int wm_words_begin(struct wm_words *words, const struct wm_work *work, struct wm_error *err)
{
    const char *command = wm_protocol_field(work, "command");
    *words = (struct wm_words){.work = work}; /* no words, where there are none */
    if (command == NULL)
        return wm_fail_at(err, -EINVAL, "command", "the request has no such field");
    const char *end = command + strlen(command);
    const char *at = command;
    size_t length;
    int rc = wm_word_next(&at, end, NULL, &length);
    if (rc == 0)
        return wm_fail_at(err, -EINVAL, "command", "is empty");
    while (rc > 0)
        rc = wm_word_next(&at, end, NULL, &length);
    if (rc < 0)
        return wm_fail_at(err, -EINVAL, "command", "a quote has no end");
    words->at = command;
    words->end = end;
    words->field_end = end_of_arguments(work);
    return 0;
}

int wm_words_next(struct wm_words *words, char *to, size_t *ret_length)
{
    int rc = wm_word_next(&words->at, words->end, to, ret_length);
    assert(rc >= 0); /* wm_words_begin went through it */
    if (rc > 0)
        return rc;
    const struct wm_work *work = words->work;
    while (words->field < words->field_end) {
        const struct wm_work_field *field = &work->fields[words->field++];
        if (!is_argument(field->name))
            continue;
        *ret_length = strlen(field->value);
        if (to != NULL)
            memcpy(to, field->value, *ret_length);
        return 1;
    }
    return 0;
}

int wm_words_add(struct wm_words *words, struct wm_text *out)
{
    struct wm_words ahead = *words;
    size_t length;
    int rc = wm_words_next(&ahead, NULL, &length);
    if (rc == 0)
        return 0;
    char *to = wm_text_extend(out, length);
    if (to == NULL) /* out->failed says it */
        *words = ahead;
    else
        wm_words_next(words, to, &length);
    return 1;
}

int wm_words_label(const struct wm_work *work, bool upper, struct wm_text *out)
{
    struct wm_words words;
    struct wm_text word;
    int rc = wm_words_begin(&words, work, NULL);
    if (rc < 0)
        return rc;
    wm_text_init(&word);
    wm_words_add(&words, &word);
    for (size_t i = 0; upper && i < word.length; i++)
        if (word.data[i] >= 'a' && word.data[i] <= 'z')
            word.data[i] = (char)(word.data[i] - 'a' + 'A');
    wm_text_add_safe(out, word.data, word.length, LABEL_BYTES);
    out->failed = out->failed || word.failed;
    wm_text_done(&word);
    return 0;
}
