/* watched.c - where requests begin in HTTP/1, RESP and memcached's text protocol. */
#include "profiles/hooks/watched.h"

#include <string.h>

enum { WORD_MAX = 24 }; /* of a method, a command or a verb: longer ones are none */

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_word(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static char in_case(char c, bool upper)
{
    if (upper && c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c;
}

/* A word at the start of the line into `name`; its length, 0 when there is none. */
static size_t take_word(const struct wm_watched *watched, bool upper, char *name)
{
    size_t bytes = 0;
    while (bytes < watched->bytes && bytes < WORD_MAX && is_word(watched->line[bytes])) {
        name[bytes] = in_case(watched->line[bytes], upper);
        bytes++;
    }
    name[bytes] = '\0';
    bool ends = bytes == watched->bytes || watched->line[bytes] == ' ';
    return ends && bytes > 0 && is_letter(name[0]) ? bytes : 0;
}

/* Digits of `base` at the line's `at`; stops at the first that is none, or where it gets too long.
 */
static uint64_t take_number(const struct wm_watched *watched, size_t at, uint64_t base)
{
    uint64_t number = 0;
    for (; at < watched->bytes && number < UINT64_C(1) << 48; at++) {
        char c = watched->line[at];
        uint64_t digit = c >= '0' && c <= '9'   ? (uint64_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint64_t)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (uint64_t)(c - 'A') + 10
                                                : base;
        if (digit >= base)
            break;
        number = number * base + digit;
    }
    return number;
}

/* ---- HTTP ---- */

enum http_phase { HTTP_REQUEST, HTTP_HEADERS, HTTP_CHUNK, HTTP_TRAILERS };

static bool starts_with(const struct wm_watched *watched, const char *lower)
{
    size_t bytes = strlen(lower);
    if (watched->bytes < bytes)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        char c = watched->line[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != lower[i])
            return false;
    }
    return true;
}

/* What the line has of it: of a line that was cut perhaps nothing. */
static bool is_version(const struct wm_watched *watched, const char *at)
{
    static const char version[] = " HTTP/1.";
    size_t bytes = (size_t)(watched->line + watched->bytes - at);
    if (bytes < sizeof(version) - 1 && watched->bytes < WM_WATCHED_LINE_BYTES)
        return false;
    return memcmp(at, version, bytes < sizeof(version) - 1 ? bytes : sizeof(version) - 1) == 0;
}

static enum wm_watched_line http_request(struct wm_watched *watched, char *name)
{
    if (watched->bytes == 0)
        return WM_WATCHED_NOTHING;
    size_t method = take_word(watched, false, name);
    if (method == 0 || method + 1 >= watched->bytes)
        return WM_WATCHED_UNREADABLE;
    const char *target = watched->line + method + 1;
    size_t rest = watched->bytes - method - 1;
    const char *space = memchr(target, ' ', rest);
    size_t bytes = space != NULL ? (size_t)(space - target) : rest;
    if (!is_version(watched, target + bytes))
        return WM_WATCHED_UNREADABLE;
    name[method] = ' ';
    (void)wm_pattern_of_target(target, bytes, name + method + 1);
    watched->phase = HTTP_HEADERS;
    watched->body = 0;
    watched->chunked = false;
    return WM_WATCHED_REQUEST;
}

static void http_header(struct wm_watched *watched)
{
    static const char length[] = "content-length:", coding[] = "transfer-encoding:";
    static const char upgrade[] = "upgrade:";
    if (watched->bytes == 0) {
        watched->phase = watched->chunked ? HTTP_CHUNK : HTTP_REQUEST;
        watched->skip = watched->chunked ? 0 : watched->body;
    } else if (starts_with(watched, length)) {
        size_t at = sizeof(length) - 1;
        while (at < watched->bytes && watched->line[at] == ' ')
            at++;
        watched->body = take_number(watched, at, 10);
    } else if (starts_with(watched, coding)) {
        watched->chunked = memmem(watched->line, watched->bytes, "chunked", 7) != NULL;
    } else if (starts_with(watched, upgrade)) {
        /* Bodies and upgrades do not come together; who stays with HTTP sends another request. */
        watched->raw = memmem(watched->line, watched->bytes, "websocket", 9) != NULL;
    }
}

enum wm_watched_line wm_watched_http(struct wm_watched *watched, char *name)
{
    switch ((enum http_phase)watched->phase) {
    case HTTP_REQUEST:
        return http_request(watched, name);
    case HTTP_HEADERS:
        http_header(watched);
        break;
    case HTTP_CHUNK:
        watched->skip = take_number(watched, 0, 16);
        if (watched->skip == 0)
            watched->phase = HTTP_TRAILERS;
        else
            watched->skip += 2;
        break;
    case HTTP_TRAILERS:
        if (watched->bytes == 0)
            watched->phase = HTTP_REQUEST;
        break;
    }
    return WM_WATCHED_NOTHING;
}

/* ---- RESP ---- */

enum resp_phase { RESP_COMMAND, RESP_NAME_LENGTH, RESP_NAME, RESP_LENGTH };

static enum wm_watched_line resp_lost(struct wm_watched *watched)
{
    watched->phase = RESP_COMMAND;
    return WM_WATCHED_UNREADABLE;
}

static enum wm_watched_line resp_command(struct wm_watched *watched, char *name)
{
    if (watched->bytes == 0)
        return WM_WATCHED_NOTHING;
    if (watched->line[0] != '*')
        return take_word(watched, true, name) > 0 ? WM_WATCHED_REQUEST : WM_WATCHED_UNREADABLE;
    watched->left = (uint32_t)take_number(watched, 1, 10);
    if (watched->left > 0)
        watched->phase = RESP_NAME_LENGTH;
    return WM_WATCHED_NOTHING;
}

/* One more argument is over, or its length known. */
static void resp_next(struct wm_watched *watched)
{
    watched->left--;
    watched->phase = watched->left > 0 ? RESP_LENGTH : RESP_COMMAND;
}

enum wm_watched_line wm_watched_resp(struct wm_watched *watched, char *name)
{
    switch ((enum resp_phase)watched->phase) {
    case RESP_COMMAND:
        return resp_command(watched, name);
    case RESP_NAME_LENGTH:
        if (watched->bytes == 0 || watched->line[0] != '$')
            return resp_lost(watched);
        watched->phase = RESP_NAME;
        return WM_WATCHED_NOTHING;
    case RESP_NAME:
        resp_next(watched);
        return take_word(watched, true, name) > 0 ? WM_WATCHED_REQUEST : resp_lost(watched);
    case RESP_LENGTH:
        if (watched->bytes == 0 || watched->line[0] != '$')
            return resp_lost(watched);
        watched->skip = take_number(watched, 1, 10) + 2;
        resp_next(watched);
        return WM_WATCHED_NOTHING;
    }
    return WM_WATCHED_NOTHING;
}

/* ---- memcached ---- */

/* Which word behind the verb is the length of the data. */
static const struct {
    const char *verb;
    int length_at;
} with_data[] = {
    {"set",     4},
    {"add",     4},
    {"replace", 4},
    {"append",  4},
    {"prepend", 4},
    {"cas",     4},
    {"ms",      2},
};

static uint64_t take_nth_number(const struct wm_watched *watched, int n)
{
    size_t at = 0;
    for (; n > 0 && at < watched->bytes; n--) {
        while (at < watched->bytes && watched->line[at] != ' ')
            at++;
        while (at < watched->bytes && watched->line[at] == ' ')
            at++;
    }
    return take_number(watched, at, 10);
}

enum wm_watched_line wm_watched_memcache(struct wm_watched *watched, char *name)
{
    if (watched->bytes == 0)
        return WM_WATCHED_NOTHING;
    if (take_word(watched, false, name) == 0)
        return WM_WATCHED_UNREADABLE;
    for (size_t i = 0; i < sizeof(with_data) / sizeof(with_data[0]); i++) {
        if (strcmp(name, with_data[i].verb) == 0)
            watched->skip = take_nth_number(watched, with_data[i].length_at) + 2;
    }
    return WM_WATCHED_REQUEST;
}

/* ---- The stream ---- */

/* TLS and binary protocols begin with bytes that no request begins with, and may never end a line;
 * nor may a line without a blank in all that is kept of it. */
static bool is_hopeless(const struct wm_watched *watched)
{
    if (watched->phase != 0 || watched->bytes == 0)
        return false;
    unsigned char first = (unsigned char)watched->line[0];
    return (first < ' ' && first != '\r') || first > '~' ||
           (watched->bytes == WM_WATCHED_LINE_BYTES &&
            memchr(watched->line, ' ', WM_WATCHED_LINE_BYTES) == NULL);
}

static enum wm_watched_line end_line(struct wm_watched *watched, wm_watched_fn *read_line,
                                     char *name)
{
    if (watched->bytes > 0 && watched->line[watched->bytes - 1] == '\r')
        watched->bytes--;
    enum wm_watched_line line = read_line(watched, name);
    watched->bytes = 0;
    return line;
}

/* Appends what there is room for. True: the line is whole. */
static bool take_line(struct wm_watched *watched, const char *at, size_t bytes, size_t *ret_used)
{
    const char *end = memchr(at, '\n', bytes);
    size_t piece = end != NULL ? (size_t)(end - at) : bytes;
    size_t room = WM_WATCHED_LINE_BYTES - watched->bytes;
    size_t kept = piece < room ? piece : room;
    memcpy(watched->line + watched->bytes, at, kept);
    watched->bytes = (uint16_t)(watched->bytes + kept);
    *ret_used = piece + (end != NULL);
    return end != NULL;
}

enum wm_watched_line wm_watched_take(struct wm_watched *watched, wm_watched_fn *read_line,
                                     const char *at, size_t bytes, size_t *ret_used, char *name)
{
    enum wm_watched_line line = WM_WATCHED_NOTHING;
    *ret_used = bytes;
    if (watched->raw)
        return line;
    if (watched->skip > 0) {
        *ret_used = watched->skip < bytes ? (size_t)watched->skip : bytes;
        watched->skip -= *ret_used;
        return line;
    }
    if (take_line(watched, at, bytes, ret_used))
        line = end_line(watched, read_line, name);
    else if (is_hopeless(watched))
        line = WM_WATCHED_UNREADABLE;
    if (line == WM_WATCHED_UNREADABLE && watched->lost)
        return WM_WATCHED_NOTHING;
    if (line != WM_WATCHED_NOTHING)
        watched->lost = line == WM_WATCHED_UNREADABLE;
    return line;
}
