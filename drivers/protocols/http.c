/* http.c - HTTP/1.1: a request's fields to its bytes and its label. */
#include "drivers/protocols/http.h"

#include "drivers/protocols/words.h"
#include "profiles/wire/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What the head of a request takes from its fields. */
struct head {
    const char *method;
    const char *target;
    bool host, length, referer, user_agent; /* header.X says it */
};

static const char header_prefix[] = "header.";
enum { PREFIX_BYTES = sizeof(header_prefix) - 1 };

bool wm_http_answers_without_body(const char *method)
{
    return strcmp(method, "HEAD") == 0 || strcmp(method, "CONNECT") == 0;
}

uint32_t wm_http_status(const char *digits)
{
    uint32_t status = 0;
    if (strlen(digits) != 3 || digits[strspn(digits, "0123456789")] != '\0')
        return 0;
    for (; *digits != '\0'; digits++)
        status = status * 10 + (uint32_t)(*digits - '0');
    return status >= 100 ? status : 0;
}

/* What names of methods and headers are made of. */
static bool is_token(const char *string)
{
    for (const char *at = string; *at != '\0'; at++)
        if (*at <= ' ' || *at == 0x7F || strchr("\"(),/:;<=>?@[\\]{}", *at) != NULL)
            return false; /* bytes above 0x7F are negative */
    return string[0] != '\0';
}

static bool is_target(const char *string)
{
    for (const char *at = string; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7F)
            return false;
    return string[0] != '\0';
}

/* The name behind "header."; NULL: the field is another one, or empty, which is no header. */
static const char *header_name(const struct wm_work_field *field)
{
    if (strncmp(field->name, header_prefix, PREFIX_BYTES) != 0 || field->value[0] == '\0')
        return NULL;
    return field->name + PREFIX_BYTES;
}

/* A server would wait for what does not come, or take what is left for the next request. */
static int check_framing(const char *name, const char *value, size_t body_bytes,
                         struct wm_error *err)
{
    if (strcasecmp(name, "Transfer-Encoding") == 0)
        return wm_fail_at(err, -EINVAL, name, "bodies are sent whole, with their length");
    if (strcasecmp(name, "Content-Length") != 0)
        return 0;
    errno = 0;
    unsigned long long length = strtoull(value, NULL, 10);
    if (value[strspn(value, "0123456789")] != '\0' || errno != 0 || length != body_bytes)
        return wm_fail_at(err, -EINVAL, name,
                          "is not the body's length, which is %zu; it is added where not given",
                          body_bytes);
    return 0;
}

static int note_header(struct head *head, const char *name, const char *value, struct wm_error *err)
{
    if (!is_token(name))
        return wm_fail_at(err, -EINVAL, "header.",
                          "behind the point a header's name is missing, "
                          "or it is none");
    if (strpbrk(value, "\r\n") != NULL)
        return wm_fail_at(err, -EINVAL, name, "a header's value cannot have line ends");
    head->host = head->host || strcasecmp(name, "Host") == 0;
    head->length = head->length || strcasecmp(name, "Content-Length") == 0;
    head->referer = head->referer || strcasecmp(name, "Referer") == 0;
    head->user_agent = head->user_agent || strcasecmp(name, "User-Agent") == 0;
    return 0;
}

static int read_line(const struct wm_work *work, struct head *ret_head, struct wm_error *err)
{
    const char *method = wm_protocol_field(work, "method");
    const char *target = wm_protocol_field(work, "target");
    if (method == NULL || method[0] == '\0')
        method = "GET";
    if (!is_token(method))
        return wm_fail_at(err, -EINVAL, "method", "is no method of HTTP");
    if (target == NULL)
        return wm_fail_at(err, -EINVAL, "target", "the request has no such field");
    if (!is_target(target))
        return wm_fail_at(err, -EINVAL, "target", "is empty, or has blanks or control bytes");
    *ret_head = (struct head){.method = method, .target = target};
    return 0;
}

static int read_head(const struct wm_work *work, struct head *head, struct wm_error *err)
{
    int rc = read_line(work, head, err);
    for (size_t i = 0; rc == 0 && i < work->field_count; i++) {
        const char *name = header_name(&work->fields[i]);
        if (name != NULL)
            rc = note_header(head, name, work->fields[i].value, err);
        if (rc == 0 && name != NULL)
            rc = check_framing(name, work->fields[i].value,
                               work->body != NULL ? work->body_bytes : 0, err);
    }
    return rc;
}

static int read_wanted(const struct wm_work *work, const char *method, struct wm_wanted *ret_wanted,
                       struct wm_error *err)
{
    const char *expected = wm_protocol_field(work, "expect_status");
    const char *seen = wm_protocol_field(work, "status");
    *ret_wanted = (struct wm_wanted){.no_body = wm_http_answers_without_body(method),
                                     .seen_status = seen != NULL ? wm_http_status(seen) : 0,
                                     .replies = 1};
    if (expected == NULL || expected[0] == '\0')
        return 0;
    ret_wanted->status = wm_http_status(expected);
    return ret_wanted->status > 0 ? 0
                                  : wm_fail_at(err, -EINVAL, "expect_status",
                                               "is no status, three digits from 100 on");
}

static void add_header(struct wm_text *out, const char *name, const char *value)
{
    wm_text_add(out, name);
    wm_text_add_bytes(out, ": ", 2);
    wm_text_add(out, value);
    wm_text_add_bytes(out, "\r\n", 2);
}

/* What an access log has of the headers. */
static void add_logged(struct wm_text *out, const struct wm_work *work, const char *field,
                       const char *header, bool given)
{
    const char *value = given ? NULL : wm_protocol_field(work, field);
    if (value != NULL && value[0] != '\0' && strpbrk(value, "\r\n") == NULL)
        add_header(out, header, value);
}

/* Methods whose requests have a body, if an empty one: servers ask for its length. */
static bool carries_body(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
           strcmp(method, "PATCH") == 0;
}

static int spell(const struct wm_work *work, const char *host, struct wm_text *out,
                 struct wm_wanted *ret_wanted, struct wm_error *err)
{
    struct head head = {.method = "", .target = ""};
    int rc = read_head(work, &head, err);
    if (rc == 0)
        rc = read_wanted(work, head.method, ret_wanted, err);
    if (rc < 0)
        return rc;
    wm_text_add(out, head.method);
    wm_text_add_bytes(out, " ", 1);
    wm_text_add(out, head.target);
    wm_text_add_bytes(out, " HTTP/1.1\r\n", 11);
    if (!head.host)
        add_header(out, "Host", host);
    for (size_t i = 0; i < work->field_count; i++) {
        const char *name = header_name(&work->fields[i]);
        if (name != NULL)
            add_header(out, name, work->fields[i].value);
    }
    add_logged(out, work, "referer", "Referer", head.referer);
    add_logged(out, work, "user_agent", "User-Agent", head.user_agent);
    size_t bytes = work->body != NULL ? work->body_bytes : 0;
    if (!head.length && (work->body != NULL || carries_body(head.method))) {
        wm_text_add(out, "Content-Length: ");
        wm_text_add_number(out, (int64_t)bytes, 0);
        wm_text_add_bytes(out, "\r\n", 2);
    }
    wm_text_add_bytes(out, "\r\n", 2);
    wm_text_add_bytes(out, work->body, bytes);
    return 0;
}

static int label(const struct wm_work *work, struct wm_text *out)
{
    char pattern[WM_PATTERN_BYTES];
    struct head head = {.method = "", .target = ""};
    int rc = read_line(work, &head, NULL);
    if (rc < 0)
        return rc;
    wm_text_add(out, head.method);
    wm_text_add(out, " ");
    wm_pattern_of_target(head.target, strlen(head.target), pattern);
    wm_text_add(out, pattern);
    return 0;
}

const struct wm_protocol wm_protocol_http = {
    .name = "http",
    .help = "HTTP/1.1 over TCP",
    .columns = "method         GET, unless told\n"
               "target         /cart?item={uniform 1 99}: path and query\n"
               "header.NAME    a header; none where the cell is empty\n"
               "body           the content; its length is added\n"
               "expect_status  any other status is an error\n",
    .spell = spell,
    .label = label,
    .reply_open = wm_http_reply_open,
    .reply_close = wm_http_reply_close,
    .reply_begin = wm_http_reply_begin,
    .reply_feed = wm_http_reply_feed,
    .reply_end = wm_http_reply_end,
    .request_open = wm_http_request_open,
    .request_close = wm_http_request_close,
    .request_feed = wm_http_request_feed,
};
