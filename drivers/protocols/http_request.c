/* http_request.c - HTTP's requests as they were sent: line, headers and body to fields. */
#include "drivers/protocols/http.h"
#include "drivers/protocols/http_head.h"
#include "drivers/protocols/requests.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEADER_MAX = WM_PROTOCOL_FIELD_MAX - 2 }; /* beside method and target */

/* What the piece before was of: pieces of one kind belong together. */
enum part { NOTHING, TARGET, NAME, VALUE };

/* Offsets, since the text moves as it grows. */
struct header {
    size_t name, value;
};

struct wm_request_reader {
    http_parser parser;
    struct wm_text text; /* target, names and values, each with its NUL */
    struct wm_text body;
    enum part part;
    struct header next; /* being read */
    struct header headers[HEADER_MAX];
    size_t header_count;
    uint64_t dropped;
    const char *reason; /* why we stopped, where http-parser does not know */
    bool whole;
    bool has_body;
    struct wm_work_field fields[WM_PROTOCOL_FIELD_MAX];
};

/* Ends the string that was being read. */
static void end_part(struct wm_request_reader *reader)
{
    if (reader->part != NOTHING)
        wm_text_add_bytes(&reader->text, "", 1);
}

/* The body is kept without its chunks, so its length is written anew. */
static bool is_framing(const char *name)
{
    return strcasecmp(name, "header.Content-Length") == 0 ||
           strcasecmp(name, "header.Transfer-Encoding") == 0;
}

static void end_header(struct wm_request_reader *reader)
{
    if (reader->part != VALUE || reader->text.failed)
        return;
    if (is_framing(reader->text.data + reader->next.name))
        reader->has_body = true;
    else if (reader->header_count == HEADER_MAX)
        reader->dropped++;
    else
        reader->headers[reader->header_count++] = reader->next;
}

static int on_target(http_parser *parser, const char *at, size_t length)
{
    struct wm_request_reader *reader = parser->data;
    reader->part = TARGET;
    wm_text_add_bytes(&reader->text, at, length);
    return 0;
}

static int on_name(http_parser *parser, const char *at, size_t length)
{
    struct wm_request_reader *reader = parser->data;
    if (reader->part != NAME) {
        end_part(reader);
        end_header(reader);
        reader->next.name = reader->text.length;
        wm_text_add(&reader->text, "header.");
    }
    reader->part = NAME;
    wm_text_add_bytes(&reader->text, at, length);
    return 0;
}

static int on_value(http_parser *parser, const char *at, size_t length)
{
    struct wm_request_reader *reader = parser->data;
    if (reader->part != VALUE) {
        end_part(reader);
        reader->next.value = reader->text.length;
    }
    reader->part = VALUE;
    wm_text_add_bytes(&reader->text, at, length);
    return 0;
}

static int on_head(http_parser *parser)
{
    struct wm_request_reader *reader = parser->data;
    end_part(reader);
    end_header(reader);
    reader->part = NOTHING;
    return 0;
}

static int on_body(http_parser *parser, const char *at, size_t length)
{
    struct wm_request_reader *reader = parser->data;
    if (reader->text.length + reader->body.length + length > WM_PROTOCOL_REQUEST_MAX) {
        reader->reason = wm_request_too_large;
        return -1;
    }
    wm_text_add_bytes(&reader->body, at, length);
    return 0;
}

static int on_whole(http_parser *parser)
{
    struct wm_request_reader *reader = parser->data;
    on_head(parser); /* trailers are headers that came late */
    reader->whole = true;
    http_parser_pause(parser, 1);
    return 0;
}

static const http_parser_settings callbacks = {
    .on_url = on_target,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_headers_complete = on_head,
    .on_body = on_body,
    .on_message_complete = on_whole,
};

static void begin(struct wm_request_reader *reader)
{
    wm_request_clear(&reader->text);
    wm_request_clear(&reader->body);
    reader->part = NOTHING;
    reader->header_count = 0;
    reader->dropped = 0;
    reader->whole = false;
    reader->has_body = false;
    wm_http_parser_begin(&reader->parser, HTTP_REQUEST, reader);
}

int wm_http_request_open(struct wm_request_reader **ret_reader)
{
    struct wm_request_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return -ENOMEM;
    wm_text_init(&reader->text);
    wm_text_init(&reader->body);
    begin(reader);
    *ret_reader = reader;
    return 0;
}

void wm_http_request_close(struct wm_request_reader *reader)
{
    if (reader == NULL)
        return;
    wm_text_done(&reader->text);
    wm_text_done(&reader->body);
    free(reader);
}

static void hand_over(struct wm_request_reader *reader, struct wm_protocol_request *request)
{
    const char *method = http_method_str((enum http_method)reader->parser.method);
    const char *text = reader->text.data;
    struct wm_work_field *fields = reader->fields;
    uint32_t count = 0;
    fields[count++] = (struct wm_work_field){"method", method};
    fields[count++] = (struct wm_work_field){"target", text};
    for (size_t i = 0; i < reader->header_count; i++)
        fields[count++] =
            (struct wm_work_field){text + reader->headers[i].name, text + reader->headers[i].value};
    *request = (struct wm_protocol_request){
        .work = {.entry = "",       .row = UINT32_MAX, .field_count = count, .fields = fields},
        .wanted = {.no_body = wm_http_answers_without_body(method), .replies = 1                 },
        .dropped = reader->dropped,
    };
    if (!reader->has_body)
        return;
    request->work.body = reader->body.data;
    request->work.body_bytes = reader->body.length;
}

int wm_http_request_feed(struct wm_request_reader *reader, const char *bytes, size_t count,
                         size_t *ret_used, struct wm_protocol_request *request)
{
    if (reader->whole)
        begin(reader);
    *ret_used = count > 0 ? http_parser_execute(&reader->parser, &callbacks, bytes, count) : 0;
    *request = (struct wm_protocol_request){0};
    if (reader->text.failed || reader->body.failed)
        return -ENOMEM;
    if (reader->whole) {
        hand_over(reader, request);
        return 1;
    }
    if (HTTP_PARSER_ERRNO(&reader->parser) == HPE_OK)
        return 0;
    request->reason =
        reader->reason != NULL ? reader->reason : wm_http_parser_fault(&reader->parser);
    return -EBADMSG;
}
