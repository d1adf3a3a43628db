/* http_reply.c - HTTP's replies: their status and length; the body is passed over. */
#include "drivers/protocols/http.h"
#include "drivers/protocols/http_head.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct wm_reply_reader {
    http_parser parser;
    struct wm_wanted wanted;
    uint64_t body_bytes;
    bool whole;
    bool closes;
};

enum { HEAD_COMPLETE_NO_BODY = 1 }; /* http-parser's word for it */

static int on_head(http_parser *parser)
{
    const struct wm_reply_reader *reader = parser->data;
    bool none = reader->wanted.no_body || parser->status_code == 204 || parser->status_code == 304;
    return none ? HEAD_COMPLETE_NO_BODY : 0;
}

static int on_body(http_parser *parser, const char *at, size_t length)
{
    struct wm_reply_reader *reader = parser->data;
    (void)at;
    reader->body_bytes += length;
    return 0;
}

/* Stops the parser behind the message, unless that was only to say that another one comes. */
static int on_whole(http_parser *parser)
{
    struct wm_reply_reader *reader = parser->data;
    bool switches = parser->status_code == 101; /* another protocol from here on */
    if (parser->status_code < 200 && !switches)
        return 0;
    reader->whole = true;
    reader->closes = switches || !http_should_keep_alive(parser);
    http_parser_pause(parser, 1);
    return 0;
}

static const http_parser_settings callbacks = {
    .on_headers_complete = on_head,
    .on_body = on_body,
    .on_message_complete = on_whole,
};

int wm_http_reply_open(struct wm_reply_reader **ret_reader)
{
    struct wm_reply_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return -ENOMEM;
    *ret_reader = reader;
    wm_http_reply_begin(reader, &(struct wm_wanted){.replies = 1});
    return 0;
}

void wm_http_reply_close(struct wm_reply_reader *reader)
{
    free(reader);
}

void wm_http_reply_begin(struct wm_reply_reader *reader, const struct wm_wanted *wanted)
{
    reader->wanted = *wanted;
    reader->body_bytes = 0;
    reader->whole = false;
    reader->closes = false;
    wm_http_parser_begin(&reader->parser, HTTP_RESPONSE, reader);
}

/* An expectation says all; without one a client's fault is an error unless it was seen before. */
static bool is_failure(const struct wm_wanted *wanted, uint32_t status)
{
    if (wanted->status != 0)
        return status != wanted->status;
    return status >= 400 && status != wanted->seen_status;
}

static void judge(const struct wm_reply_reader *reader, struct wm_protocol_reply *reply)
{
    uint32_t status = reader->parser.status_code;
    *reply = (struct wm_protocol_reply){.failed = is_failure(&reader->wanted, status),
                                        .closes = reader->closes,
                                        .status = status,
                                        .bytes = reader->body_bytes};
    if (status != 200)
        snprintf(reply->outcome, sizeof(reply->outcome), "%u", status);
    if (reply->failed && reader->wanted.status != 0)
        snprintf(reply->reason, sizeof(reply->reason), "status %u instead of %u", status,
                 reader->wanted.status);
    else if (reply->failed)
        snprintf(reply->reason, sizeof(reply->reason), "status %u", status);
}

int wm_http_reply_feed(struct wm_reply_reader *reader, const char *bytes, size_t count,
                       size_t *ret_used, struct wm_protocol_reply *reply)
{
    *ret_used = count > 0 ? http_parser_execute(&reader->parser, &callbacks, bytes, count) : 0;
    if (reader->whole) {
        judge(reader, reply);
        return 1;
    }
    if (HTTP_PARSER_ERRNO(&reader->parser) == HPE_OK)
        return 0;
    *reply = (struct wm_protocol_reply){.failed = true, .closes = true};
    snprintf(reply->reason, sizeof(reply->reason), "no HTTP: %s",
             wm_http_parser_fault(&reader->parser));
    return -EBADMSG;
}

int wm_http_reply_end(struct wm_reply_reader *reader, struct wm_protocol_reply *reply)
{
    if (!reader->whole && HTTP_PARSER_ERRNO(&reader->parser) == HPE_OK)
        http_parser_execute(&reader->parser, &callbacks, NULL, 0);
    if (!reader->whole)
        return -EPIPE;
    reader->closes = true;
    judge(reader, reply);
    return 1;
}
