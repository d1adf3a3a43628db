/* watched.h - one connection's stream of requests, line by line, in each protocol that is known.
 *
 * Only what tells where requests begin and what they are called is looked at; bodies are passed
 * over by their length. Pure: no memory but the state's, no system calls. */
#ifndef WM_HOOKS_WATCHED_H
#define WM_HOOKS_WATCHED_H

#include "profiles/wire/pattern.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WM_WATCHED_LINE_BYTES = 400,                   /* what is kept of a line */
    WM_WATCHED_NAME_BYTES = WM_PATTERN_BYTES + 32, /* of a label, the 0 included */
};

/* Zeroed at the connection's begin. */
struct wm_watched {
    uint64_t skip;  /* bytes that are no lines: a body */
    uint64_t body;  /* HTTP: length of the body that follows the head */
    uint32_t left;  /* RESP: arguments of the command that are still to come */
    uint8_t phase;  /* of the protocol; 0: a request is expected */
    bool chunked;   /* HTTP */
    bool raw;       /* what follows are no requests: an upgraded connection */
    bool lost;      /* the last line was not understood */
    uint16_t bytes; /* of `line` so far */
    char line[WM_WATCHED_LINE_BYTES];
};

enum wm_watched_line {
    WM_WATCHED_NOTHING,
    WM_WATCHED_REQUEST,   /* one begins; `name` is its label */
    WM_WATCHED_UNREADABLE /* not this protocol */
};
/* What the whole line in `watched`, without its end, is. */
typedef enum wm_watched_line wm_watched_fn(struct wm_watched *watched, char *name);

/* "GET /users/{id}" */
wm_watched_fn wm_watched_http;
/* "LRANGE" */
wm_watched_fn wm_watched_resp;
/* "get" */
wm_watched_fn wm_watched_memcache;

/* Takes bytes of the stream, `*ret_used` of them, at least one: to the end of a line at most.
 * `name` has WM_WATCHED_NAME_BYTES. Of what is not understood the first is told, until something
 * is. */
enum wm_watched_line wm_watched_take(struct wm_watched *watched, wm_watched_fn *read_line,
                                     const char *at, size_t bytes, size_t *ret_used, char *name);

#endif
