/* resp.c - RESP: a command's words to the bytes of an array of strings. */
#include "drivers/protocols/resp.h"

#include "drivers/protocols/raw.h"
#include "drivers/protocols/words.h"

#include <errno.h>
#include <string.h>

static void add_length(struct wm_text *out, const char *type, size_t length)
{
    wm_text_add_bytes(out, type, 1);
    wm_text_add_number(out, (int64_t)length, 0);
    wm_text_add_bytes(out, "\r\n", 2);
}

static void add_string(struct wm_text *out, const void *bytes, size_t length)
{
    add_length(out, "$", length);
    wm_text_add_bytes(out, bytes, length);
    wm_text_add_bytes(out, "\r\n", 2);
}

static int spell(const struct wm_work *work, const char *host, struct wm_text *out,
                 struct wm_wanted *ret_wanted, struct wm_error *err)
{
    (void)host;
    *ret_wanted = (struct wm_wanted){.seen_failed = wm_raw_seen_failed(work), .replies = 1};
    if (wm_raw_is(work))
        return wm_raw_spell(work, out, err);
    struct wm_words words;
    int rc = wm_words_begin(&words, work, err);
    if (rc < 0)
        return rc;
    size_t count = work->body != NULL;
    size_t length;
    struct wm_words ahead = words;
    while (wm_words_next(&ahead, NULL, &length) > 0)
        count++;
    add_length(out, "*", count);
    for (;;) {
        ahead = words;
        if (wm_words_next(&ahead, NULL, &length) == 0)
            break;
        add_length(out, "$", length);
        wm_words_add(&words, out);
        wm_text_add_bytes(out, "\r\n", 2);
    }
    if (work->body != NULL)
        add_string(out, work->body, work->body_bytes);
    return 0;
}

static int label(const struct wm_work *work, struct wm_text *out)
{
    return wm_words_label(work, true, out); /* redis takes commands in any case */
}

const struct wm_protocol wm_protocol_resp = {
    .name = "resp",
    .help = "RESP, the protocol of redis",
    .columns = "command        GET user:{zipf 1.1 1000}: words; quotes as redis-cli takes them\n"
               "arg1 …         more words, one each, as they are; none where the rest is empty\n"
               "body           the last word\n",
    .spell = spell,
    .label = label,
    .reply_open = wm_resp_reply_open,
    .reply_close = wm_resp_reply_close,
    .reply_begin = wm_resp_reply_begin,
    .reply_feed = wm_resp_reply_feed,
    .reply_end = wm_resp_reply_end,
    .request_open = wm_resp_request_open,
    .request_close = wm_resp_request_close,
    .request_feed = wm_resp_request_feed,
};
