/* protocol.h - requests into bytes, bytes into answers, and back: the table of protocols.
 *
 * Pure: no socket, no clock, no loop. A client's side spells requests and reads replies; a
 * recorder reads both. Bytes come in whatever pieces the network made of them. A reader is one
 * connection's; not thread-safe. */
#ifndef WM_PROTOCOLS_PROTOCOL_H
#define WM_PROTOCOLS_PROTOCOL_H

#include "harness/core/error.h"
#include "harness/core/text.h"
#include "workloads/work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WM_PROTOCOL_HEAD_MAX = 256 * 1024, /* of a message, before its body; more is an error */
    /* Of a request that was read: fields, so that a recorder finds room for its own, and bytes, so
     * that a trace can hold it. */
    WM_PROTOCOL_FIELD_MAX = WM_WORK_FIELD_MAX - 4,
    WM_PROTOCOL_REQUEST_MAX = 15 * 1024 * 1024,
    WM_PROTOCOL_OUTCOME_BYTES = 32,
    WM_PROTOCOL_REASON_BYTES = 128,
};

/* What reading the reply takes to know of the request. */
struct wm_wanted {
    bool no_body;         /* HTTP's HEAD: the reply has the length of a body, and no body */
    uint32_t status;      /* what it must be (`expect_status`); 0: the protocol's own judgement */
    uint32_t seen_status; /* when it was recorded: no error then; 0: not known */
    bool seen_failed;     /* the same of protocols without a status */
    uint32_t replies;     /* how many make the answer; 0: none at all (memcached's noreply) */
};

/* One whole reply. */
struct wm_protocol_reply {
    bool failed;     /* by this protocol's word, or not as wanted */
    bool closes;     /* the connection is of no more use */
    uint32_t status; /* HTTP's; 0 where there is none */
    uint64_t bytes;  /* of the body, or of the whole reply where there is none such */
    /* What splits paths: "" for what went well ("404" and "301" for HTTP, "error", "miss"). */
    char outcome[WM_PROTOCOL_OUTCOME_BYTES];
    /* Of a failed one, in few words without what differs between requests: "status 503",
     * "WRONGTYPE", "SERVER_ERROR". */
    char reason[WM_PROTOCOL_REASON_BYTES];
};

/* One whole request, as it was read. Borrowed until the next call. */
struct wm_protocol_request {
    struct wm_work work; /* fields and body as spell() takes them; no times, no index */
    struct wm_wanted wanted;
    uint64_t dropped;   /* fields that found no room (WM_PROTOCOL_FIELD_MAX) */
    const char *reason; /* of -EBADMSG: "a request above 15 MiB"; static */
};

struct wm_reply_reader;
struct wm_request_reader;

struct wm_protocol {
    const char *name;
    const char *help;
    const char *columns; /* of a mix, a line each: "method    GET, unless told" … */

    /* Appends the request's bytes. `host`: "127.0.0.1:8080". -EINVAL and which field is wrong; what
     * was appended then is of no use. */
    int (*spell)(const struct wm_work *work, const char *host, struct wm_text *out,
                 struct wm_wanted *ret_wanted, struct wm_error *err);
    /* Appends the request's label: "GET /users/{id}", "LRANGE", "get". -EINVAL where spell() says
     * why. */
    int (*label)(const struct wm_work *work, struct wm_text *out);

    int (*reply_open)(struct wm_reply_reader **ret_reader);
    void (*reply_close)(struct wm_reply_reader *reader);
    /* The next reply answers a request that wanted this. Forgets what was half read. */
    void (*reply_begin)(struct wm_reply_reader *reader, const struct wm_wanted *wanted);
    /* Takes bytes, at most to the end of the reply; *ret_used of them. 1: it is whole, 0: more is
     * needed, -EBADMSG: this is no such protocol, with reply->reason in words. */
    int (*reply_feed)(struct wm_reply_reader *reader, const char *bytes, size_t count,
                      size_t *ret_used, struct wm_protocol_reply *reply);
    /* The peer closed: 1 if that ends the reply (HTTP without a length), else -EPIPE. */
    int (*reply_end)(struct wm_reply_reader *reader, struct wm_protocol_reply *reply);

    int (*request_open)(struct wm_request_reader **ret_reader);
    void (*request_close)(struct wm_request_reader *reader);
    /* The same for requests. -EBADMSG: what follows on this connection is not understood, for
     * request->reason; -ENOMEM. */
    int (*request_feed)(struct wm_request_reader *reader, const char *bytes, size_t count,
                        size_t *ret_used, struct wm_protocol_request *request);
};

/* The table, for help and tests. wm_protocol_at: `i` < wm_protocol_count(). */
size_t wm_protocol_count(void);
const struct wm_protocol *wm_protocol_at(size_t i);
/* The protocol of that name, NULL when there is none. */
const struct wm_protocol *wm_protocol_find(const char *name);

#endif
