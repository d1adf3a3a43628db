/* accessline.c - takes a line of an access log apart, as real servers write them. */
#include "workloads/captures/accessline.h"

#include <string.h>

enum { TIME_BYTES = 28, NUMBER_DIGITS_MAX = 20, LAST_YEAR = 2261 };

/* ---- characters; the C library's answer depends on the locale ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 9110's tchar. */
static bool is_token(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || is_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- the time ---- */

/* The number of `count` digits, or -1. */
static int digits(const char *at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(at[i]))
            return -1;
        value = 10 * value + (at[i] - '0');
    }
    return value;
}

/* Days from 1970-01-01 in the Gregorian calendar: years start in March here, so that the leap day
 * is a year's last. */
static int64_t days_since_1970(int year, int month, int day)
{
    int shifted_year = month <= 2 ? year - 1 : year;
    int shifted_month = month <= 2 ? month + 9 : month - 3;
    int64_t days =
        (int64_t)shifted_year * 365 + shifted_year / 4 - shifted_year / 100 + shifted_year / 400;
    int before_month = (153 * shifted_month + 2) / 5;
    return days + before_month + day - 1 - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static int month_number(const char *at)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++) {
        if (memcmp(at, names + 3 * i, 3) == 0)
            return i + 1;
    }
    return -1;
}

/* "[10/Oct/2000:13:55:36 -0700]", exactly TIME_BYTES. */
static bool parse_time(const char *at, int64_t *ret_time_s)
{
    static const char shape[] = "[dd/mmm/dddd:dd:dd:dd sdddd]";
    for (int i = 0; i < TIME_BYTES; i++) {
        bool fits = shape[i] == 'd'   ? is_digit(at[i])
                    : shape[i] == 's' ? at[i] == '+' || at[i] == '-'
                                      : shape[i] == 'm' || shape[i] == at[i];
        if (!fits)
            return false;
    }
    int day = digits(at + 1, 2), month = month_number(at + 4), year = digits(at + 8, 4);
    int hour = digits(at + 13, 2), minute = digits(at + 16, 2), second = digits(at + 19, 2);
    int zone_hour = digits(at + 23, 2), zone_minute = digits(at + 25, 2);
    /* later years would not fit into nanoseconds since 1970 */
    if (month < 0 || year < 1970 || year > LAST_YEAR || day < 1 ||
        day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 60 ||
        zone_hour > 15 || zone_minute > 59)
        return false;
    int64_t zone_s = (zone_hour * 60 + zone_minute) * 60;
    int64_t local_s =
        days_since_1970(year, month, day) * 86400 + (hour * 60 + minute) * 60 + second;
    *ret_time_s = at[22] == '-' ? local_s + zone_s : local_s - zone_s;
    return true;
}

static const char *find_time(const char *at, const char *end, int64_t *ret_time_s)
{
    while (end - at >= TIME_BYTES) {
        at = memchr(at, '[', (size_t)(end - at) - TIME_BYTES + 1);
        if (at == NULL)
            return NULL;
        if (parse_time(at, ret_time_s))
            return at;
        at++;
    }
    return NULL;
}

/* ---- the client ---- */

/* The next word, which `*at` is then behind; empty at the end. */
static struct wm_span next_word(const char **at, const char *end)
{
    while (*at < end && is_blank(**at))
        (*at)++;
    struct wm_span word = {*at, 0};
    while (*at < end && !is_blank(**at))
        (*at)++;
    word.length = (size_t)(*at - word.at);
    return word;
}

/* Looks like an IP address: enough to tell it from a host's name and from host:port. */
static bool is_address(struct wm_span word)
{
    int dots = 0, colons = 0;
    for (size_t i = 0; i < word.length; i++) {
        char c = word.at[i];
        dots += c == '.';
        colons += c == ':';
        if (c != '.' && c != ':' && c != ',' && hex_digit(c) < 0)
            return false;
    }
    return colons >= 2 || (colons == 0 && dots == 3);
}

/* Ends in one colon and digits. */
static bool has_port(struct wm_span word)
{
    const char *colon = memchr(word.at, ':', word.length);
    if (colon == NULL || colon + 1 == word.at + word.length)
        return false;
    for (const char *c = colon + 1; c < word.at + word.length; c++) {
        if (!is_digit(*c))
            return false;
    }
    return true;
}

static bool is_dash(struct wm_span word)
{
    return word.length == 1 && word.at[0] == '-';
}

/* What stands before the time: the client is its first word, behind a virtual host if there is
 * one, and of a list ("client, proxy, proxy", quoted or not) the first. */
static bool parse_client(const char *at, const char *end, struct wm_span *ret_client)
{
    bool quoted = at < end && *at == '"';
    at += quoted ? 1 : 0;
    struct wm_span first = next_word(&at, end);
    struct wm_span client = first;
    if (first.length == 0)
        return false;
    struct wm_span second = next_word(&at, end), third = next_word(&at, end);
    struct wm_span fourth = next_word(&at, end);
    bool list = memchr(first.at, ',', first.length) != NULL;
    bool full = third.length > 0 && fourth.length > 0; /* one word more than client, ident, user */
    if (full && !list && !quoted && !is_address(first) &&
        (is_address(second) || (has_port(first) && !is_dash(second))))
        client = second;
    const char *comma = memchr(client.at, ',', client.length);
    if (comma != NULL)
        client.length = (size_t)(comma - client.at);
    if (client.length > 0 && client.at[client.length - 1] == '"')
        client.length--;
    *ret_client = is_dash(client) || client.length == 0 ? (struct wm_span){NULL, 0} : client;
    return true;
}

/* ---- what is quoted ---- */

/* A number or "-", behind blanks, with a blank or the end behind it. */
static bool parse_number(const char **at, const char *end, size_t least, size_t most,
                         struct wm_span *ret_number)
{
    struct wm_span word = next_word(at, end);
    if (is_dash(word)) {
        *ret_number = (struct wm_span){NULL, 0};
        return true;
    }
    if (word.length < least || word.length > most)
        return false;
    for (size_t i = 0; i < word.length; i++) {
        if (!is_digit(word.at[i]))
            return false;
    }
    *ret_number = word;
    return true;
}

/* What stands behind a request's closing quote: blank, status, size. */
static bool parse_result(const char **at, const char *end, struct wm_access_line *line)
{
    return *at < end && **at == ' ' && parse_number(at, end, 3, 3, &line->status) &&
           parse_number(at, end, 1, NUMBER_DIGITS_MAX, &line->bytes);
}

/* From behind the request's opening quote to behind the size. With `escapes`, \" does not close. */
static const char *parse_request(const char *at, const char *end, bool escapes,
                                 struct wm_access_line *line)
{
    for (const char *c = at; c < end; c++) {
        if (*c == '\\' && escapes) {
            c++;
        } else if (*c == '"') {
            const char *behind = c + 1;
            line->request = (struct wm_span){at, (size_t)(c - at)};
            if (parse_result(&behind, end, line))
                return behind;
        }
    }
    return NULL;
}

/* A quoted field behind blanks: it ends at the first unescaped quote with a blank or the line's
 * end behind it, or, cut off, with the line. Not there: nothing is taken. */
static struct wm_span parse_quoted(const char **at, const char *end)
{
    const char *c = *at;
    while (c < end && is_blank(*c))
        c++;
    if (c == end || *c != '"')
        return (struct wm_span){NULL, 0};
    const char *start = ++c;
    while (c < end && !(*c == '"' && (c + 1 == end || is_blank(c[1]))))
        c += *c == '\\' && c + 1 < end ? 2 : 1;
    struct wm_span field = {start, (size_t)(c - start)};
    *at = c < end ? c + 1 : end;
    return is_dash(field) ? (struct wm_span){NULL, 0} : field;
}

/* "HTTP/d" or "HTTP/d.d" */
static bool is_version(struct wm_span word)
{
    return (word.length == 6 || word.length == 8) && memcmp(word.at, "HTTP/", 5) == 0 &&
           is_digit(word.at[5]) &&
           (word.length == 6 || (word.at[6] == '.' && is_digit(word.at[7])));
}

static bool split_request(struct wm_access_line *line)
{
    struct wm_span request = line->request;
    const char *end = request.at + request.length;
    const char *at = request.at;
    while (at < end && is_token(*at))
        at++;
    struct wm_span method = {request.at, (size_t)(at - request.at)};
    if (method.length == 0 || at == end || *at != ' ')
        return false;
    struct wm_span target = {++at, 0};
    while (at < end && !is_blank(*at))
        at++;
    target.length = (size_t)(at - target.at);
    if (target.length == 0 || at == end || *at != ' ')
        return false;
    if (!is_version((struct wm_span){at + 1, (size_t)(end - at) - 1}))
        return false;
    line->method = method;
    line->target = target;
    return true;
}

/* Says why the line is no request. */
static enum wm_access_kind fail_at(struct wm_access_line *line, enum wm_access_kind kind,
                                   const char *at, const char *expected)
{
    line->fault = at;
    line->expected = expected;
    return kind;
}

enum wm_access_kind wm_access_parse(const char *line, size_t length,
                                    struct wm_access_line *ret_line)
{
    const char *end = line + length;
    memset(ret_line, 0, sizeof(*ret_line));
    const char *nul = memchr(line, '\0', length);
    if (nul != NULL)
        return fail_at(ret_line, WM_ACCESS_OTHER, nul, "text without NUL bytes");
    const char *time = find_time(line, end, &ret_line->time_s);
    if (time == NULL)
        return fail_at(ret_line, WM_ACCESS_OTHER, line,
                       "a line with a time such as [10/Oct/2000:13:55:36 -0700]");
    /* a quote that opens before the time and closes behind it wraps the whole line */
    if (*line == '"' && memchr(line + 1, '"', (size_t)(time - line - 1)) == NULL &&
        end[-1] == '"') {
        line++;
        end--;
    }
    if (!parse_client(line, time, &ret_line->client))
        return fail_at(ret_line, WM_ACCESS_OTHER, line, "a client in front of the time");
    const char *at = time + TIME_BYTES;
    while (at < end && is_blank(*at))
        at++;
    if (at == end || *at != '"')
        return fail_at(ret_line, WM_ACCESS_OTHER, at, "a request in quotes behind the time");
    const char *request = at + 1;
    at = parse_request(request, end, true, ret_line);
    if (at == NULL) /* the server may not escape: then a backslash means nothing */
        at = parse_request(request, end, false, ret_line);
    if (at == NULL)
        return fail_at(ret_line, WM_ACCESS_OTHER, request,
                       "a request, its closing quote, a status and a size");
    ret_line->referer = parse_quoted(&at, end);
    ret_line->user_agent = parse_quoted(&at, end);
    if (split_request(ret_line))
        return WM_ACCESS_REQUEST;
    return fail_at(ret_line, WM_ACCESS_NO_REQUEST, request, "METHOD target HTTP/1.1");
}

size_t wm_access_unescape(struct wm_span span, char *to)
{
    static const char letters[] = "\"\\bnrtv", meanings[] = "\"\\\b\n\r\t\v";
    size_t used = 0;
    for (size_t i = 0; i < span.length; i++) {
        size_t left = span.length - i - 1;
        if (span.at[i] != '\\' || left == 0) {
            to[used++] = span.at[i];
            continue;
        }
        int high = left >= 3 && span.at[i + 1] == 'x' ? hex_digit(span.at[i + 2]) : -1;
        int low = high >= 0 ? hex_digit(span.at[i + 3]) : -1;
        const char *letter = memchr(letters, span.at[i + 1], sizeof(letters) - 1);
        if (low >= 0 && high + low > 0) {
            to[used++] = (char)(16 * high + low);
            i += 3;
        } else if (letter != NULL) {
            to[used++] = meanings[letter - letters];
            i++;
        } else {
            to[used++] = span.at[i];
        }
    }
    return used;
}
