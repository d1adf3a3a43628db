/* memcache_request.c - memcached's requests as they were sent: a line, and a data block. */
#include "drivers/protocols/lines.h"
#include "drivers/protocols/memcache.h"
#include "drivers/protocols/requests.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wm_request_reader {
    struct wm_text bytes; /* of the request, as they came; its words' ends become NULs */
    struct wm_text name;  /* of a raw one's command */
    size_t block_at;      /* where the data block begins; 0: the line is not whole yet */
    size_t block_bytes;   /* of it, without its line end */
    struct wm_memcache_command command;
    struct wm_request_words words;
    bool whole;
    const char *reason;
    struct wm_work_field fields[WM_PROTOCOL_FIELD_MAX];
};

static void begin(struct wm_request_reader *reader)
{
    wm_request_clear(&reader->bytes);
    wm_request_clear(&reader->name);
    wm_request_words_clear(&reader->words);
    reader->block_at = 0;
    reader->block_bytes = 0;
    reader->command = (struct wm_memcache_command){0};
    reader->whole = false;
    reader->reason = "no command of memcached's";
}

int wm_memcache_request_open(struct wm_request_reader **ret_reader)
{
    struct wm_request_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return -ENOMEM;
    wm_text_init(&reader->bytes);
    wm_text_init(&reader->name);
    begin(reader);
    *ret_reader = reader;
    return 0;
}

void wm_memcache_request_close(struct wm_request_reader *reader)
{
    if (reader == NULL)
        return;
    wm_text_done(&reader->bytes);
    wm_text_done(&reader->name);
    wm_request_words_done(&reader->words);
    free(reader);
}

static int split_line(struct wm_request_reader *reader, size_t length)
{
    const char *line = reader->bytes.data;
    for (size_t at = 0; at < length;) {
        size_t word = wm_line_word(line + at, length - at);
        if (word > 0) {
            wm_memcache_note_word(&reader->command, reader->words.count, line + at, word);
            if (wm_request_words_add(&reader->words, at, word) < 0)
                return -ENOMEM;
        }
        at += word + 1;
    }
    return 0;
}

/* A data block follows if the line says its length; without it the server says what is wrong. */
static int begin_block(struct wm_request_reader *reader)
{
    const struct wm_memcache_storing *storing = reader->command.storing;
    int64_t bytes = 0;
    if (storing == NULL || reader->words.count <= storing->length_at) {
        reader->whole = true;
        return 0;
    }
    struct wm_request_word word = reader->words.words[storing->length_at];
    if (!wm_line_number(reader->bytes.data + word.at, word.length, &bytes) || bytes < 0) {
        reader->whole = true;
        return 0;
    }
    if (bytes > WM_PROTOCOL_REQUEST_MAX ||
        (size_t)bytes + reader->bytes.length > WM_PROTOCOL_REQUEST_MAX) {
        reader->reason = wm_request_too_large;
        return -EBADMSG;
    }
    reader->block_at = reader->bytes.length;
    reader->block_bytes = (size_t)bytes;
    return 0;
}

static int take_line(struct wm_request_reader *reader, const char *bytes, size_t count,
                     size_t *ret_used)
{
    int rc = wm_request_line(&reader->bytes, 0, bytes, count, ret_used);
    if (rc == -EBADMSG)
        reader->reason = wm_request_line_too_long;
    if (rc <= 0)
        return rc;
    const char *line = reader->bytes.data;
    size_t length = reader->bytes.length - 1;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7F)
            return -EBADMSG;
    rc = split_line(reader, length);
    if (rc < 0)
        return rc;
    if (reader->words.count == 0)
        return -EBADMSG;
    if (reader->command.quiet) {
        reader->reason = "a quiet command (flag q): nobody can tell when it is answered";
        return -EBADMSG;
    }
    return begin_block(reader);
}

static int take_block(struct wm_request_reader *reader, const char *bytes, size_t count,
                      size_t *ret_used)
{
    size_t end = reader->block_at + reader->block_bytes + 2;
    size_t left = end - reader->bytes.length;
    size_t taken = count < left ? count : left;
    wm_text_add_bytes(&reader->bytes, bytes, taken);
    *ret_used = taken;
    if (reader->bytes.failed)
        return -ENOMEM;
    if (taken < left)
        return 0;
    reader->whole = true;
    return memcmp(reader->bytes.data + end - 2, "\r\n", 2) == 0 ? 0 : -EBADMSG;
}

static void hand_over(struct wm_request_reader *reader, struct wm_protocol_request *request)
{
    const struct wm_request_words *words = &reader->words;
    struct wm_work *work = &request->work;
    char *text = reader->bytes.data;
    *work = (struct wm_work){.entry = "", .row = UINT32_MAX, .fields = reader->fields};
    request->wanted = (struct wm_wanted){.replies = wm_memcache_replies(&reader->command)};
    struct wm_request_word name = words->words[0];
    bool quoted = memchr(text + name.at, '"', name.length) != NULL ||
                  memchr(text + name.at, '\'', name.length) != NULL;
    if (words->count > WM_PROTOCOL_FIELD_MAX || quoted) {
        work->field_count = wm_request_raw(quoted ? "?" : text + name.at, quoted ? 1 : name.length,
                                           &reader->name, reader->fields);
        work->body = text;
        work->body_bytes = reader->bytes.length;
        return;
    }
    work->field_count = wm_request_fields(words, words->count, text, reader->fields);
    if (reader->block_at == 0)
        return;
    work->body = text + reader->block_at;
    work->body_bytes = reader->block_bytes;
}

int wm_memcache_request_feed(struct wm_request_reader *reader, const char *bytes, size_t count,
                             size_t *ret_used, struct wm_protocol_request *request)
{
    size_t used = 0;
    int rc = 0;
    *request = (struct wm_protocol_request){0};
    if (reader->whole)
        begin(reader);
    while (rc == 0 && used < count && !reader->whole) {
        size_t taken = 0;
        rc = reader->block_at > 0 ? take_block(reader, bytes + used, count - used, &taken)
                                  : take_line(reader, bytes + used, count - used, &taken);
        used += taken;
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
