/* requests.c - what readers of requests share. */
#include "drivers/protocols/requests.h"

#include "drivers/protocols/protocol.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_BYTES = 64 * 1024, KEPT_WORDS = 1024 };

const char wm_request_too_large[] = "a request above 15 MiB";
const char wm_request_line_too_long[] = "a line above 256 KiB";

void wm_request_clear(struct wm_text *text)
{
    if (text->capacity > KEPT_BYTES)
        wm_text_done(text);
    else
        wm_text_clear(text);
}

int wm_request_line(struct wm_text *text, size_t line_at, const char *bytes, size_t count,
                    size_t *ret_used)
{
    const char *newline = memchr(bytes, '\n', count);
    size_t used = newline != NULL ? (size_t)(newline - bytes) + 1 : count;
    *ret_used = used;
    wm_text_add_bytes(text, bytes, used);
    if (text->failed)
        return -ENOMEM;
    if (text->length - line_at > WM_PROTOCOL_HEAD_MAX)
        return -EBADMSG;
    return newline != NULL;
}

int wm_request_words_add(struct wm_request_words *words, size_t at, size_t length)
{
    if (words->count == words->capacity) {
        size_t capacity = words->capacity > 0 ? words->capacity * 2 : 16;
        struct wm_request_word *larger = realloc(words->words, capacity * sizeof(*larger));
        if (larger == NULL)
            return -ENOMEM;
        words->words = larger;
        words->capacity = capacity;
    }
    words->words[words->count++] = (struct wm_request_word){at, length};
    return 0;
}

void wm_request_words_clear(struct wm_request_words *words)
{
    if (words->capacity > KEPT_WORDS)
        wm_request_words_done(words);
    words->count = 0;
}

void wm_request_words_done(struct wm_request_words *words)
{
    free(words->words);
    *words = (struct wm_request_words){0};
}

uint32_t wm_request_fields(const struct wm_request_words *words, size_t count, char *text,
                           struct wm_work_field *fields)
{
    static const char names[WM_PROTOCOL_FIELD_MAX][8] = {
        "command", "arg1",  "arg2",  "arg3",  "arg4",  "arg5",  "arg6",  "arg7",  "arg8",  "arg9",
        "arg10",   "arg11", "arg12", "arg13", "arg14", "arg15", "arg16", "arg17", "arg18", "arg19",
        "arg20",   "arg21", "arg22", "arg23", "arg24", "arg25", "arg26", "arg27", "arg28", "arg29",
        "arg30",   "arg31", "arg32", "arg33", "arg34", "arg35", "arg36", "arg37", "arg38", "arg39",
        "arg40",   "arg41", "arg42", "arg43", "arg44", "arg45", "arg46", "arg47", "arg48", "arg49",
        "arg50",   "arg51", "arg52", "arg53", "arg54", "arg55", "arg56", "arg57", "arg58", "arg59",
    };
    assert(count <= WM_PROTOCOL_FIELD_MAX);
    for (size_t i = 0; i < count; i++) {
        char *word = text + words->words[i].at;
        word[words->words[i].length] = '\0';
        fields[i] = (struct wm_work_field){names[i], word};
    }
    return (uint32_t)count;
}

uint32_t wm_request_raw(const char *name, size_t length, struct wm_text *keep,
                        struct wm_work_field *fields)
{
    wm_text_add_bytes(keep, name, length);
    fields[0] = (struct wm_work_field){"command", keep->failed ? "?" : keep->data};
    fields[1] = (struct wm_work_field){"raw", "1"};
    return 2;
}
