/* accessline.h - one line of an access log, taken apart. Pure: no state, no memory of its own.
 *
 *   [vhost:port] client[, client…] ident user [10/Oct/2000:13:55:36 -0700] "request" status bytes
 *   ["referer" "user agent" [whatever the server was told to add]] */
#ifndef WM_CAPTURES_ACCESSLINE_H
#define WM_CAPTURES_ACCESSLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_span {
    const char *at; /* NULL: the line does not have it */
    size_t length;
};

enum wm_access_kind {
    WM_ACCESS_OTHER,      /* no line of an access log */
    WM_ACCESS_NO_REQUEST, /* a log line whose request is not METHOD target HTTP/d[.d] */
    WM_ACCESS_REQUEST,
};

struct wm_access_line {
    int64_t time_s;         /* since 1970, UTC */
    struct wm_span request; /* as written; the spans below are parts of the line too */
    struct wm_span method, target;
    struct wm_span status, bytes;               /* not there for "-" */
    struct wm_span referer, user_agent, client; /* the same; "" is there and empty */
    const char *expected; /* no request: what should be at `fault`, which is in the line or its */
    const char *fault;    /* end */
};

/* Fills `ret_line` (borrowing from `line`); of WM_ACCESS_OTHER only the last two, method and
 * target only for WM_ACCESS_REQUEST. */
enum wm_access_kind wm_access_parse(const char *line, size_t length,
                                    struct wm_access_line *ret_line);

/* Writes the span with the servers' escapes taken back (\" \\ \xHH \b \n \r \t \v) to `to`, which
 * has room for span.length bytes. \x00 stays as written. Returns the length; never above
 * span.length. */
size_t wm_access_unescape(struct wm_span span, char *to);

#endif
