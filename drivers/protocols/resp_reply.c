/* resp_reply.c - RESP's replies: whole, and whether an error. Strings are passed over as they come.
 *
 * Not hiredis's reader, which holds a string until it is whole (a value of 100 MB in as much
 * memory), copies what it is fed and knows nothing of RESP3. Nesting takes no stack: what matters
 * is how many elements are still to come. */
#include "drivers/protocols/resp.h"

#include "drivers/protocols/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t string_max = INT64_C(1) << 32; /* redis has 512 MiB, unless told */
static const int64_t element_max = INT64_C(1) << 32;

struct wm_reply_reader {
    struct wm_wanted wanted;
    uint32_t replies;  /* still to come, with this one */
    uint64_t elements; /* of this reply, still to come */
    uint64_t skip;     /* bytes of a string, with its line end */
    uint64_t bytes;
    bool began;      /* the reply's first line was seen */
    bool error_text; /* what is skipped begins with an error's word */
    bool failed;
    struct wm_line line;
    char reason[WM_PROTOCOL_REASON_BYTES];
};

/* How a line's first byte says what follows. */
enum shape { SIMPLE, SIMPLE_ERROR, STRING, STRING_ERROR, ELEMENTS, PAIRS };

static const struct {
    char type;
    enum shape shape;
} types[] = {
    {'+', SIMPLE      },
    {':', SIMPLE      },
    {'$', STRING      },
    {'*', ELEMENTS    },
    {'-', SIMPLE_ERROR},
    {'_', SIMPLE      }, /* from here on RESP3 */
    {'#', SIMPLE      },
    {',', SIMPLE      },
    {'(', SIMPLE      },
    {'=', STRING      },
    {'~', ELEMENTS    },
    {'%', PAIRS       },
    {'!', STRING_ERROR},
};

static bool find_shape(char type, enum shape *ret_shape)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i].type == type) {
            *ret_shape = types[i].shape;
            return true;
        }
    return false;
}

static void note_error(struct wm_reply_reader *reader, const char *text, size_t count)
{
    reader->failed = true;
    wm_line_copy(reader->reason, sizeof(reader->reason), text, wm_line_word(text, count));
}

/* A line's number: -1 for none (null) if that is allowed. */
static bool read_count(const struct wm_line *line, int64_t most, int64_t *ret_count)
{
    return wm_line_number(line->text + 1, line->kept - 1, ret_count) && *ret_count >= -1 &&
           *ret_count <= most;
}

static int begin_string(struct wm_reply_reader *reader, bool is_error)
{
    int64_t length;
    if (!read_count(&reader->line, string_max, &length))
        return -EBADMSG;
    reader->elements--;
    reader->skip = length >= 0 ? (uint64_t)length + 2 : 0;
    reader->error_text = is_error && length > 0;
    return 0;
}

static int begin_elements(struct wm_reply_reader *reader, uint64_t each)
{
    int64_t count;
    if (!read_count(&reader->line, element_max, &count) ||
        reader->elements > UINT64_MAX / 2 - 2 * (uint64_t)element_max)
        return -EBADMSG;
    reader->elements--;
    reader->elements += count > 0 ? (uint64_t)count * each : 0;
    return 0;
}

static int take_line(struct wm_reply_reader *reader)
{
    const struct wm_line *line = &reader->line;
    enum shape shape;
    bool top = !reader->began; /* errors inside an array are its caller's business */
    if (line->kept == 0 || !find_shape(line->text[0], &shape))
        return -EBADMSG;
    reader->began = true;
    switch (shape) {
    case SIMPLE_ERROR:
        if (top)
            note_error(reader, line->text + 1, line->kept - 1);
        reader->elements--;
        return 0;
    case SIMPLE:
        reader->elements--;
        return 0;
    case STRING:
        return begin_string(reader, false);
    case STRING_ERROR:
        return begin_string(reader, top);
    case ELEMENTS:
        return begin_elements(reader, 1);
    case PAIRS:
        return begin_elements(reader, 2);
    }
    return -EBADMSG;
}

/* Of a string that is an error the beginning, for its word. */
static void keep_error(struct wm_reply_reader *reader, const char *bytes, size_t count)
{
    struct wm_line *line = &reader->line; /* empty while a string comes */
    size_t room = sizeof(line->store) - line->kept;
    size_t kept = count < room ? count : room;
    memcpy(line->store + line->kept, bytes, kept);
    line->kept += kept;
    if (reader->skip > 0)
        return;
    const char *end = memchr(line->store, '\r', line->kept);
    note_error(reader, line->store, end != NULL ? (size_t)(end - line->store) : line->kept);
    wm_line_clear(line);
    reader->error_text = false;
}

static int take_string(struct wm_reply_reader *reader, const char *bytes, size_t count,
                       size_t *ret_used)
{
    int rc = wm_line_skip(&reader->skip, bytes, count, ret_used);
    if (rc == 0 && reader->error_text)
        keep_error(reader, bytes, *ret_used);
    return rc;
}

static void begin_reply(struct wm_reply_reader *reader)
{
    reader->elements = 1;
    reader->skip = 0;
    reader->began = false;
    reader->error_text = false;
    wm_line_clear(&reader->line);
}

int wm_resp_reply_open(struct wm_reply_reader **ret_reader)
{
    struct wm_reply_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return -ENOMEM;
    *ret_reader = reader;
    wm_resp_reply_begin(reader, &(struct wm_wanted){.replies = 1});
    return 0;
}

void wm_resp_reply_close(struct wm_reply_reader *reader)
{
    free(reader);
}

void wm_resp_reply_begin(struct wm_reply_reader *reader, const struct wm_wanted *wanted)
{
    reader->wanted = *wanted;
    reader->replies = wanted->replies;
    reader->bytes = 0;
    reader->failed = false;
    reader->reason[0] = '\0';
    begin_reply(reader);
}

/* The next piece of the reply, a line or a string. */
static int take(struct wm_reply_reader *reader, const char *bytes, size_t count, size_t *ret_used)
{
    if (reader->skip > 0)
        return take_string(reader, bytes, count, ret_used);
    int rc = wm_line_feed(&reader->line, bytes, count, ret_used);
    if (rc <= 0)
        return rc;
    rc = take_line(reader);
    wm_line_clear(&reader->line);
    return rc;
}

int wm_resp_reply_feed(struct wm_reply_reader *reader, const char *bytes, size_t count,
                       size_t *ret_used, struct wm_protocol_reply *reply)
{
    size_t used = 0;
    while (used < count && reader->replies > 0) {
        size_t taken = 0;
        int rc = take(reader, bytes + used, count - used, &taken);
        used += taken;
        reader->bytes += taken;
        *ret_used = used;
        if (rc < 0) {
            *reply = (struct wm_protocol_reply){.failed = true, .closes = true};
            snprintf(reply->reason, sizeof(reply->reason), "no RESP");
            return rc;
        }
        if (reader->elements > 0 || reader->skip > 0)
            continue;
        reader->replies--;
        begin_reply(reader);
    }
    *ret_used = used;
    if (reader->replies > 0)
        return 0;
    *reply = (struct wm_protocol_reply){.failed = reader->failed && !reader->wanted.seen_failed,
                                        .bytes = reader->bytes};
    if (reader->failed)
        snprintf(reply->outcome, sizeof(reply->outcome), "error");
    if (reply->failed)
        memcpy(reply->reason, reader->reason, sizeof(reply->reason));
    return 1;
}

int wm_resp_reply_end(struct wm_reply_reader *reader, struct wm_protocol_reply *reply)
{
    (void)reader;
    (void)reply;
    return -EPIPE;
}
