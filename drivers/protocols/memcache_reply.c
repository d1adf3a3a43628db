/* memcache_reply.c - memcached's replies: lines and data blocks, up to the line that ends them. */
#include "drivers/protocols/lines.h"
#include "drivers/protocols/memcache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_MAX = 1 << 30 };

/* What a line's first word means; one that is not in the table is the whole reply. */
enum meaning {
    VALUE,      /* a data block follows, then more */
    META_VALUE, /* a data block follows, and ends the reply */
    MORE,
    END, /* of values, or of none */
    OUTCOME,
    FAILURE,
};

static const struct word {
    const char *word;
    enum meaning meaning;
    const char *outcome;
} words[] = {
    {"VALUE",        VALUE,      ""          },
    {"VA",           META_VALUE, ""          },
    {"STAT",         MORE,       ""          },
    {"ITEM",         MORE,       ""          },
    {"PREFIX",       MORE,       ""          },
    {"END",          END,        ""          },
    {"EN",           OUTCOME,    "miss"      },
    {"NOT_FOUND",    OUTCOME,    "miss"      },
    {"NF",           OUTCOME,    "miss"      },
    {"NOT_STORED",   OUTCOME,    "not_stored"},
    {"NS",           OUTCOME,    "not_stored"},
    {"EXISTS",       OUTCOME,    "exists"    },
    {"EX",           OUTCOME,    "exists"    },
    {"ERROR",        FAILURE,    "error"     },
    {"CLIENT_ERROR", FAILURE,    "error"     },
    {"SERVER_ERROR", FAILURE,    "error"     },
};

struct wm_reply_reader {
    struct wm_wanted wanted;
    struct wm_line line;
    uint64_t skip; /* bytes of a data block, with its line end */
    uint64_t bytes;
    bool answered; /* a value or another line came before the end */
    bool last;     /* the block that is skipped ends the reply */
    bool failed;
    bool whole;
    const char *outcome;
    char reason[WM_PROTOCOL_REASON_BYTES];
};

static const struct word *find_word(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i].word) == length && memcmp(words[i].word, text, length) == 0)
            return &words[i];
    return NULL;
}

/* The line's i-th word, as a data block's length; false if it is none. */
static bool read_block(const struct wm_line *line, unsigned word, uint64_t *ret_skip)
{
    const char *at = line->text;
    size_t left = line->kept;
    for (unsigned i = 0; i < word; i++) {
        size_t passed = wm_line_word(at, left);
        passed += passed < left; /* the blank */
        at += passed;
        left -= passed;
    }
    int64_t bytes;
    if (!wm_line_number(at, wm_line_word(at, left), &bytes) || bytes < 0 || bytes > BLOCK_MAX)
        return false;
    *ret_skip = (uint64_t)bytes + 2;
    return true;
}

static int take_word(struct wm_reply_reader *reader, const struct word *word, size_t length)
{
    const struct wm_line *line = &reader->line;
    switch (word->meaning) {
    case VALUE:
        reader->answered = true;
        return read_block(line, 3, &reader->skip) ? 0 : -EBADMSG;
    case META_VALUE:
        reader->last = true;
        return read_block(line, 1, &reader->skip) ? 0 : -EBADMSG;
    case MORE:
        reader->answered = true;
        return 0;
    case END:
        reader->outcome = reader->answered ? "" : "miss";
        break;
    case OUTCOME:
        reader->outcome = word->outcome;
        break;
    case FAILURE:
        reader->failed = true;
        reader->outcome = word->outcome;
        wm_line_copy(reader->reason, sizeof(reader->reason), line->text, length);
        break;
    }
    reader->whole = true;
    return 0;
}

static int take_line(struct wm_reply_reader *reader)
{
    const struct wm_line *line = &reader->line;
    size_t length = wm_line_word(line->text, line->kept);
    if (length == 0)
        return -EBADMSG;
    const struct word *word = find_word(line->text, length);
    if (word != NULL)
        return take_word(reader, word, length);
    /* "STORED", "HD", a number */
    if ((unsigned char)line->text[0] < '0' || (unsigned char)line->text[0] > 'Z')
        return -EBADMSG;
    reader->whole = true;
    return 0;
}

int wm_memcache_reply_open(struct wm_reply_reader **ret_reader)
{
    struct wm_reply_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return -ENOMEM;
    *ret_reader = reader;
    wm_memcache_reply_begin(reader, &(struct wm_wanted){.replies = 1});
    return 0;
}

void wm_memcache_reply_close(struct wm_reply_reader *reader)
{
    free(reader);
}

void wm_memcache_reply_begin(struct wm_reply_reader *reader, const struct wm_wanted *wanted)
{
    reader->wanted = *wanted;
    reader->skip = 0;
    reader->bytes = 0;
    reader->answered = false;
    reader->last = false;
    reader->failed = false;
    reader->whole = false;
    reader->outcome = "";
    reader->reason[0] = '\0';
    wm_line_clear(&reader->line);
}

/* The next piece of the reply, a line or a data block. */
static int take(struct wm_reply_reader *reader, const char *bytes, size_t count, size_t *ret_used)
{
    if (reader->skip > 0) {
        int rc = wm_line_skip(&reader->skip, bytes, count, ret_used);
        reader->whole = rc == 0 && reader->skip == 0 && reader->last;
        return rc;
    }
    int rc = wm_line_feed(&reader->line, bytes, count, ret_used);
    if (rc <= 0)
        return rc;
    rc = take_line(reader);
    wm_line_clear(&reader->line);
    return rc;
}

int wm_memcache_reply_feed(struct wm_reply_reader *reader, const char *bytes, size_t count,
                           size_t *ret_used, struct wm_protocol_reply *reply)
{
    size_t used = 0;
    int rc = 0;
    while (rc == 0 && used < count && !reader->whole) {
        size_t taken = 0;
        rc = take(reader, bytes + used, count - used, &taken);
        used += taken;
    }
    reader->bytes += used;
    *ret_used = used;
    if (rc < 0) {
        *reply = (struct wm_protocol_reply){.failed = true, .closes = true};
        snprintf(reply->reason, sizeof(reply->reason), "no answer of memcached's");
        return rc;
    }
    if (!reader->whole)
        return 0;
    *reply = (struct wm_protocol_reply){.failed = reader->failed && !reader->wanted.seen_failed,
                                        .bytes = reader->bytes};
    snprintf(reply->outcome, sizeof(reply->outcome), "%s", reader->outcome);
    if (reply->failed)
        memcpy(reply->reason, reader->reason, sizeof(reply->reason));
    return 1;
}

int wm_memcache_reply_end(struct wm_reply_reader *reader, struct wm_protocol_reply *reply)
{
    (void)reader;
    (void)reply;
    return -EPIPE;
}
