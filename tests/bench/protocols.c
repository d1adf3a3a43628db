/* protocols.c - how fast replies and requests are read: MB/s of each protocol's readers, hiredis's
 * reader beside RESP's. */
#include "drivers/protocols/protocol.h"
#include "harness/core/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef WITH_HIREDIS
#include <hiredis/read.h>
#endif

enum { PIECE = 64 * 1024, ROUNDS = 5, STREAM_BYTES = 64 * 1024 * 1024 };

/* A stream of equal messages, read in pieces as a socket would hand them out. */
struct stream {
    const char *name;
    const char *protocol;
    bool requests;
    const char *head; /* of a message */
    size_t fill;      /* bytes behind it */
    const char *tail;
};

static const struct stream streams[] = {
    {"HTTP replies, 200 of 12 bytes", "http",     false,
     "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
     "Content-Type: text/html\r\nContent-Length: 12\r\nConnection: keep-alive\r\n\r\n",                  12,     ""    },
    {"HTTP replies, 100,000 bytes",   "http",     false,
     "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",                                                100000, ""    },
    {"HTTP requests",                 "http",     true,
     "GET /users/42/cart?item=7 HTTP/1.1\r\nHost: localhost:8080\r\nAccept: */*\r\n"
     "User-Agent: wrk\r\n\r\n",                                                                          0,      ""    },
    {"RESP replies, +OK",             "resp",     false, "+OK\r\n",                                      0,      ""    },
    {"RESP replies, 100 bytes",       "resp",     false, "$100\r\n",                                     100,    "\r\n"},
    {"RESP replies, 100,000 bytes",   "resp",     false, "$100000\r\n",                                  100000, "\r\n"},
    {"RESP replies, 10 of 8 bytes",   "resp",     false,
     "*10\r\n$8\r\n00000000\r\n$8\r\n00000000\r\n$8\r\n00000000\r\n$8\r\n00000000\r\n"
     "$8\r\n00000000\r\n$8\r\n00000000\r\n$8\r\n00000000\r\n$8\r\n00000000\r\n$8\r\n00000000\r\n"
     "$8\r\n00000000\r\n",                                                                               0,      ""    },
    {"RESP requests",                 "resp",     true,  "*3\r\n$3\r\nSET\r\n$8\r\nkey:1234\r\n$64\r\n", 64,     "\r\n"},
    {"memcached replies, 100 bytes",  "memcache", false, "VALUE key:1234 0 100\r\n",                     100,
     "\r\nEND\r\n"                                                                                                     },
    {"memcached requests",            "memcache", true,  "set key:1234 0 60 64\r\n",                     64,     "\r\n"},
};

static char *make(const struct stream *stream, size_t *ret_bytes)
{
    struct wm_text text;
    wm_text_init(&text);
    while (text.length < STREAM_BYTES && !text.failed) {
        wm_text_add(&text, stream->head);
        char *fill = wm_text_extend(&text, stream->fill);
        if (fill != NULL)
            memset(fill, 'x', stream->fill);
        wm_text_add(&text, stream->tail);
    }
    *ret_bytes = text.length;
    return wm_text_take(&text);
}

static uint64_t read_replies(const struct wm_protocol *protocol, const char *bytes, size_t count)
{
    struct wm_reply_reader *reader = NULL;
    struct wm_protocol_reply reply;
    struct wm_wanted wanted = {.replies = 1};
    uint64_t messages = 0;
    if (protocol->reply_open(&reader) < 0)
        exit(1);
    for (size_t piece = 0; piece < count; piece += PIECE) {
        size_t length = count - piece < PIECE ? count - piece : PIECE;
        for (size_t at = 0, used = 0; at < length; at += used) {
            if (protocol->reply_feed(reader, bytes + piece + at, length - at, &used, &reply) <= 0)
                continue;
            messages++;
            protocol->reply_begin(reader, &wanted);
        }
    }
    protocol->reply_close(reader);
    return messages;
}

static uint64_t read_requests(const struct wm_protocol *protocol, const char *bytes, size_t count)
{
    struct wm_request_reader *reader = NULL;
    struct wm_protocol_request request;
    uint64_t messages = 0;
    if (protocol->request_open(&reader) < 0)
        exit(1);
    for (size_t piece = 0; piece < count; piece += PIECE) {
        size_t length = count - piece < PIECE ? count - piece : PIECE;
        for (size_t at = 0, used = 0; at < length; at += used)
            messages += protocol->request_feed(reader, bytes + piece + at, length - at, &used,
                                               &request) > 0;
    }
    protocol->request_close(reader);
    return messages;
}

#ifdef WITH_HIREDIS
/* hiredis makes what these make: nothing. */
static char made;
static void *make_string(const redisReadTask *task, char *bytes, size_t length)
{
    (void)task, (void)bytes, (void)length;
    return &made;
}
static void *make_array(const redisReadTask *task, int elements)
{
    (void)task, (void)elements;
    return &made;
}
static void *make_integer(const redisReadTask *task, long long value)
{
    (void)task, (void)value;
    return &made;
}
static void *make_nil(const redisReadTask *task)
{
    (void)task;
    return &made;
}
static void free_object(void *object)
{
    (void)object;
}

static uint64_t read_hiredis(const struct wm_protocol *protocol, const char *bytes, size_t count)
{
    redisReplyObjectFunctions functions = {make_string, make_array, make_integer, make_nil,
                                           free_object};
    redisReader *reader = redisReaderCreateWithFunctions(&functions);
    uint64_t messages = 0;
    (void)protocol;
    for (size_t piece = 0; piece < count; piece += PIECE) {
        void *reply = NULL;
        redisReaderFeed(reader, bytes + piece, count - piece < PIECE ? count - piece : PIECE);
        while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply != NULL)
            messages++;
    }
    redisReaderFree(reader);
    return messages;
}
#endif

/* The best of some rounds: others use the machine too. */
static void measure(const char *name, const char *suffix,
                    uint64_t (*read)(const struct wm_protocol *, const char *, size_t),
                    const struct wm_protocol *protocol, const char *bytes, size_t count)
{
    uint64_t best_ns = UINT64_MAX, messages = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t start_ns = wm_clock_now_ns();
        messages = read(protocol, bytes, count);
        uint64_t took_ns = wm_clock_now_ns() - start_ns;
        best_ns = took_ns < best_ns ? took_ns : best_ns;
    }
    printf("%-32s %-8s %8.0f MB/s %8.1f ns each\n", name, suffix,
           (double)count * 1000 / (double)best_ns, (double)best_ns / (double)messages);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        const struct stream *stream = &streams[i];
        const struct wm_protocol *protocol = wm_protocol_find(stream->protocol);
        size_t count;
        char *bytes = make(stream, &count);
        if (bytes == NULL)
            return 1;
        measure(stream->name, "", stream->requests ? read_requests : read_replies, protocol, bytes,
                count);
#ifdef WITH_HIREDIS
        if (strcmp(stream->protocol, "resp") == 0 && !stream->requests)
            measure("", "hiredis", read_hiredis, protocol, bytes, count);
#endif
        free(bytes);
    }
    return 0;
}
