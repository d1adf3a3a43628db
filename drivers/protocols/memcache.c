/* memcache.c - memcached's text protocol: a command's words to its line, with the data block. */
#include "drivers/protocols/memcache.h"

#include "drivers/protocols/raw.h"
#include "drivers/protocols/words.h"

#include <errno.h>
#include <string.h>

enum { LENGTH_AT_MAX = 4 };

/* The line as it was written, and what its words say. */
struct line {
    struct wm_memcache_command command;
    size_t starts[LENGTH_AT_MAX + 1]; /* of the first words, in the text */
};

static bool is_sayable(const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)word[i] <= ' ' || word[i] == 0x7F)
            return false;
    return length > 0;
}

static int add_words(const struct wm_work *work, struct wm_text *out, struct line *line,
                     struct wm_error *err)
{
    struct wm_words words;
    int rc = wm_words_begin(&words, work, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0;; i++) {
        size_t start = out->length;
        if (wm_words_add(&words, out) == 0)
            break;
        if (out->failed)
            return 0; /* as the caller sees */
        if (i <= LENGTH_AT_MAX)
            line->starts[i] = start;
        const char *word = out->data + start;
        if (!is_sayable(word, out->length - start))
            return wm_fail_at(err, -EINVAL, i == 0 ? "command" : "arg",
                              "word %zu is empty, or has blanks or control bytes", i + 1);
        wm_memcache_note_word(&line->command, i, word, out->length - start);
        wm_text_add_bytes(out, " ", 1);
    }
    return 0;
}

/* Whether the line says the length itself. */
static bool has_length(const struct line *line, const struct wm_text *out)
{
    const struct wm_memcache_command *command = &line->command;
    if (command->meta) /* flags are letters */
        return command->words > 2 && strchr("0123456789", out->data[line->starts[2]]) != NULL;
    return command->words - command->noreply > command->storing->words;
}

static void insert(struct wm_text *out, size_t at, const char *bytes, size_t count)
{
    size_t behind = out->length - at;
    if (wm_text_extend(out, count) == NULL)
        return;
    memmove(out->data + at + count, out->data + at, behind);
    memcpy(out->data + at, bytes, count);
}

static void add_number(struct wm_text *text, size_t number)
{
    wm_text_add_number(text, (int64_t)number, 0);
    wm_text_add_bytes(text, " ", 1);
}

/* The block's length, where the line lacks it. */
static int complete_line(const struct line *line, size_t body_bytes, struct wm_text *out,
                         struct wm_error *err)
{
    const struct wm_memcache_command *command = &line->command;
    const struct wm_memcache_storing *storing = command->storing;
    if (command->words - command->noreply < storing->words)
        return wm_fail_at(err, -EINVAL, "command", "write %s", storing->usage);
    struct wm_text number;
    int rc = 0;
    wm_text_init(&number);
    add_number(&number, body_bytes);
    size_t at =
        storing->length_at < command->words ? line->starts[storing->length_at] : out->length;
    if (!has_length(line, out))
        insert(out, at, number.data, number.length);
    else if (strncmp(out->data + at, number.data, number.length) != 0)
        rc = wm_fail_at(err, -EINVAL, "command",
                        "says another length than the %zu bytes of body; leave it out", body_bytes);
    out->failed = out->failed || number.failed;
    wm_text_done(&number);
    return rc;
}

static int spell_line(const struct wm_work *work, struct line *line, struct wm_text *out,
                      struct wm_error *err)
{
    int rc = add_words(work, out, line, err);
    if (rc < 0 || out->failed)
        return rc;
    if (line->command.quiet)
        return wm_fail_at(err, -EINVAL, "command",
                          "of a quiet command (flag q) nobody can tell when it is answered");
    if (line->command.storing != NULL)
        rc = complete_line(line, work->body != NULL ? work->body_bytes : 0, out, err);
    else if (work->body != NULL)
        rc = wm_fail_at(err, -EINVAL, "body", "this command takes no data");
    return rc;
}

static int spell(const struct wm_work *work, const char *host, struct wm_text *out,
                 struct wm_wanted *ret_wanted, struct wm_error *err)
{
    (void)host;
    *ret_wanted = (struct wm_wanted){.seen_failed = wm_raw_seen_failed(work), .replies = 1};
    if (wm_raw_is(work))
        return wm_raw_spell(work, out, err);
    struct line line = {0};
    int rc = spell_line(work, &line, out, err);
    if (rc < 0 || out->failed)
        return rc;
    ret_wanted->replies = wm_memcache_replies(&line.command);
    out->data[out->length - 1] = '\r'; /* for the blank behind the last word */
    wm_text_add_bytes(out, "\n", 1);
    if (line.command.storing != NULL) {
        wm_text_add_bytes(out, work->body, work->body != NULL ? work->body_bytes : 0);
        wm_text_add_bytes(out, "\r\n", 2);
    }
    return 0;
}

static int label(const struct wm_work *work, struct wm_text *out)
{
    return wm_words_label(work, false, out);
}

const struct wm_protocol wm_protocol_memcache = {
    .name = "memcache",
    .help = "memcached's text protocol",
    .columns = "command        get user:{zipf 1.1 1000}, or set KEY 0 60: words, as written\n"
               "arg1 …         more words, one each; none where the rest is empty\n"
               "body           the data of set, add, replace, append, prepend, cas, ms; its length "
               "is added\n",
    .spell = spell,
    .label = label,
    .reply_open = wm_memcache_reply_open,
    .reply_close = wm_memcache_reply_close,
    .reply_begin = wm_memcache_reply_begin,
    .reply_feed = wm_memcache_reply_feed,
    .reply_end = wm_memcache_reply_end,
    .request_open = wm_memcache_request_open,
    .request_close = wm_memcache_request_close,
    .request_feed = wm_memcache_request_feed,
};
