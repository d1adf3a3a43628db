/* resp_request.c - RESP's requests as they were sent: arrays of strings, and inline commands. */
#include "drivers/protocols/lines.h"
#include "drivers/protocols/requests.h"
#include "drivers/protocols/resp.h"
#include "drivers/protocols/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 1024 * 1024 }; /* redis's own limit of a command */

enum state { COMMAND_LINE, LENGTH_LINE, WORD };

struct wm_request_reader {
    enum state state;
    struct wm_text bytes; /* of the request, as they came */
    struct wm_text split; /* the words of an inline command */
    struct wm_text name;  /* of a raw one's command */
    size_t line_at;       /* in `bytes`: where the line that is being read begins */
    size_t words_to_come;
    size_t bytes_to_come; /* of this word, with its line end */
    struct wm_request_words words;
    bool is_inline;
    bool whole;
    const char *reason;
    struct wm_work_field fields[WM_PROTOCOL_FIELD_MAX];
};

static void begin(struct wm_request_reader *reader)
{
    wm_request_clear(&reader->bytes);
    wm_request_clear(&reader->split);
    wm_request_clear(&reader->name);
    wm_request_words_clear(&reader->words);
    reader->state = COMMAND_LINE;
    reader->line_at = 0;
    reader->is_inline = false;
    reader->whole = false;
    reader->reason = "no RESP";
}

int wm_resp_request_open(struct wm_request_reader **ret_reader)
{
    struct wm_request_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return -ENOMEM;
    wm_text_init(&reader->bytes);
    wm_text_init(&reader->split);
    wm_text_init(&reader->name);
    begin(reader);
    *ret_reader = reader;
    return 0;
}

void wm_resp_request_close(struct wm_request_reader *reader)
{
    if (reader == NULL)
        return;
    wm_text_done(&reader->bytes);
    wm_text_done(&reader->split);
    wm_text_done(&reader->name);
    wm_request_words_done(&reader->words);
    free(reader);
}

/* The number behind a line's type. */
static bool read_count(const char *line, size_t length, char type, int64_t most, int64_t *ret_count)
{
    return length > 1 && line[0] == type && wm_line_number(line + 1, length - 1, ret_count) &&
           *ret_count <= most;
}

static int take_array(struct wm_request_reader *reader, const char *line, size_t length)
{
    int64_t count;
    if (!read_count(line, length, '*', WORD_MAX, &count))
        return -EBADMSG;
    if (count <= 0) { /* redis passes over it */
        begin(reader);
        return 0;
    }
    reader->line_at = reader->bytes.length;
    reader->words_to_come = (size_t)count;
    reader->state = LENGTH_LINE;
    return 0;
}

/* A line for people: words as in the field `command`. */
static int take_inline(struct wm_request_reader *reader, const char *line, size_t length)
{
    const char *at = line, *end = line + length;
    size_t word;
    int rc;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < ' ' && line[i] != '\t')
            return -EBADMSG;
    for (;;) {
        const char *from = at;
        rc = wm_word_next(&at, end, NULL, &word);
        if (rc <= 0)
            break;
        size_t to = reader->split.length;
        char *copy = wm_text_extend(&reader->split, word + 1);
        if (copy == NULL || wm_request_words_add(&reader->words, to, word) < 0)
            return -ENOMEM;
        if (wm_word_next(&from, end, copy, &word) > 0)
            copy[word] = '\0';
    }
    reader->is_inline = true;
    reader->whole = rc == 0 && reader->words.count > 0;
    if (rc == 0 && !reader->whole) /* an empty line */
        begin(reader);
    return rc < 0 ? -EBADMSG : 0;
}

static int take_length(struct wm_request_reader *reader, const char *line, size_t length)
{
    int64_t bytes;
    if (!read_count(line, length, '$', INT64_MAX, &bytes) || bytes < 0)
        return -EBADMSG;
    if (bytes > WM_PROTOCOL_REQUEST_MAX ||
        reader->bytes.length + (size_t)bytes > WM_PROTOCOL_REQUEST_MAX) {
        reader->reason = wm_request_too_large;
        return -EBADMSG;
    }
    reader->bytes_to_come = (size_t)bytes + 2;
    reader->state = WORD;
    return 0;
}

static int take_line(struct wm_request_reader *reader, const char *bytes, size_t count,
                     size_t *ret_used)
{
    int rc = wm_request_line(&reader->bytes, reader->line_at, bytes, count, ret_used);
    if (rc == -EBADMSG)
        reader->reason = wm_request_line_too_long;
    if (rc <= 0)
        return rc;
    const char *line = reader->bytes.data + reader->line_at;
    size_t length = reader->bytes.length - reader->line_at - 1;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (reader->state == LENGTH_LINE)
        return take_length(reader, line, length);
    return length > 0 && line[0] == '*' ? take_array(reader, line, length)
                                        : take_inline(reader, line, length);
}

static int take_word(struct wm_request_reader *reader, const char *bytes, size_t count,
                     size_t *ret_used)
{
    size_t taken = count < reader->bytes_to_come ? count : reader->bytes_to_come;
    wm_text_add_bytes(&reader->bytes, bytes, taken);
    if (reader->bytes.failed)
        return -ENOMEM;
    reader->bytes_to_come -= taken;
    *ret_used = taken;
    if (reader->bytes_to_come > 0)
        return 0;
    size_t end = reader->bytes.length;
    if (memcmp(reader->bytes.data + end - 2, "\r\n", 2) != 0)
        return -EBADMSG;
    /* the line of its length begins at line_at, and ends where the word begins */
    const char *line = reader->bytes.data + reader->line_at;
    const char *word = (const char *)memchr(line, '\n', end - reader->line_at) + 1;
    size_t at = (size_t)(word - reader->bytes.data);
    if (wm_request_words_add(&reader->words, at, end - 2 - at) < 0)
        return -ENOMEM;
    reader->line_at = end;
    reader->state = LENGTH_LINE;
    reader->whole = --reader->words_to_come == 0;
    return 0;
}

/* Whether the field `command` can hold it as it is. */
static bool is_plain(const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)word[i] <= ' ' || word[i] == '"' || word[i] == '\'')
            return false;
    return length > 0;
}

/* A last word like this is the body: no field holds a NUL, and an empty last one is none. */
static bool is_body(const struct wm_request_word *word, const char *text)
{
    return word->length == 0 || memchr(text + word->at, '\0', word->length) != NULL;
}

/* How many words go into fields: all, or all but the last, which is the body; 0: they do not fit.
 */
static size_t field_words(const struct wm_request_reader *reader, const char *text)
{
    const struct wm_request_word *words = reader->words.words;
    size_t count = reader->words.count;
    count -= count > 1 && is_body(&words[count - 1], text);
    if (count > WM_PROTOCOL_FIELD_MAX || !is_plain(text + words[0].at, words[0].length))
        return 0;
    if (count > 1 && words[count - 1].length == 0)
        return 0;
    for (size_t i = 1; i < count; i++)
        if (memchr(text + words[i].at, '\0', words[i].length) != NULL)
            return 0;
    return count;
}

static void hand_over(struct wm_request_reader *reader, struct wm_protocol_request *request)
{
    char *text = reader->is_inline ? reader->split.data : reader->bytes.data;
    const struct wm_request_words *words = &reader->words;
    struct wm_work *work = &request->work;
    size_t count = field_words(reader, text);
    *work = (struct wm_work){.entry = "", .row = UINT32_MAX, .fields = reader->fields};
    request->wanted = (struct wm_wanted){.replies = 1};
    if (count > 0) {
        work->field_count = wm_request_fields(words, count, text, reader->fields);
        if (count == words->count)
            return;
        work->body = text + words->words[count].at;
        work->body_bytes = words->words[count].length;
        return;
    }
    bool named = is_plain(text + words->words[0].at, words->words[0].length);
    work->field_count =
        wm_request_raw(named ? text + words->words[0].at : "?", named ? words->words[0].length : 1,
                       &reader->name, reader->fields);
    work->body = reader->bytes.data;
    work->body_bytes = reader->bytes.length;
}

int wm_resp_request_feed(struct wm_request_reader *reader, const char *bytes, size_t count,
                         size_t *ret_used, struct wm_protocol_request *request)
{
    size_t used = 0;
    int rc = 0;
    *request = (struct wm_protocol_request){0};
    if (reader->whole)
        begin(reader);
    while (rc == 0 && used < count && !reader->whole) {
        size_t taken = 0;
        rc = reader->state == WORD ? take_word(reader, bytes + used, count - used, &taken)
                                   : take_line(reader, bytes + used, count - used, &taken);
        used += taken;
        if (rc == 0 && reader->bytes.length > WM_PROTOCOL_REQUEST_MAX) {
            reader->reason = wm_request_too_large;
            rc = -EBADMSG;
        }
    }
    *ret_used = used;
    if (rc < 0) {
        request->reason = reader->reason;
        return rc;
    }
    if (!reader->whole)
        return 0;
    hand_over(reader, request);
    return 1;
}
