/* accesslog.c - nginx and Apache access logs: lines to requests at the log's own times. */
#include "workloads/captures/format.h"

#include "harness/core/text.h"
#include "workloads/captures/accessline.h"
#include "workloads/captures/spread.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum { FIELD_MAX = 7, SHOWN_COLUMNS = 24 };

struct import {
    struct wm_spread *spread;
    struct wm_capture_report *report;
    bool started;
    int64_t first_s, last_s; /* of the requests so far */
    uint32_t field_count;
    struct wm_work_field fields[FIELD_MAX];
    size_t used;
    char text[WM_INPUT_LINE_MAX +
              FIELD_MAX]; /* the fields' values: parts of one line, each with a NUL */
};

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* Some editors put it in front of the first line. */
static struct wm_span without_mark(const char *line, size_t length)
{
    size_t mark = sizeof(byte_order_mark) - 1;
    bool has = length >= mark && memcmp(line, byte_order_mark, mark) == 0;
    return has ? (struct wm_span){line + mark, length - mark} : (struct wm_span){line, length};
}

bool wm_accesslog_matches(const char *beginning, size_t length)
{
    struct wm_span rest = without_mark(beginning, length);
    while (rest.length > 0) {
        const char *newline = memchr(rest.at, '\n', rest.length);
        size_t line = newline != NULL ? (size_t)(newline - rest.at) : rest.length;
        size_t parsed = line > 0 && rest.at[line - 1] == '\r' ? line - 1 : line;
        struct wm_access_line ignored;
        if (parsed > 0 && parsed <= WM_INPUT_LINE_MAX &&
            wm_access_parse(rest.at, parsed, &ignored) != WM_ACCESS_OTHER)
            return true;
        size_t taken = newline != NULL ? line + 1 : line;
        rest = (struct wm_span){rest.at + taken, rest.length - taken};
    }
    return false;
}

/* Remembers what is wrong with the first one, fit to print. */
static int count_skipped(struct import *import, const struct wm_line *line,
                         const struct wm_access_line *parsed)
{
    struct wm_capture_report *report = import->report;
    if (report->skipped++ > 0)
        return 0;
    const char *found = parsed->fault;
    const char *end = line->at + line->length;
    /* of a log line's request, the request */
    if (found >= parsed->request.at && parsed->request.at != NULL)
        end = parsed->request.at + parsed->request.length;
    struct wm_text text;
    wm_text_init(&text);
    wm_text_addf(&text, "byte %zu: expected %s, found", (size_t)(found - line->at) + 1,
                 parsed->expected);
    wm_text_add(&text, found < end ? ": " : " nothing");
    wm_text_add_safe(&text, found, (size_t)(end - found), SHOWN_COLUMNS);
    bool failed = text.failed;
    assert(text.length < sizeof(report->first_fault));
    report->first_skipped = line->number;
    if (!failed)
        memcpy(report->first_fault, text.data, text.length + 1);
    wm_text_done(&text);
    return failed ? -ENOMEM : 0;
}

/* The value as added; NULL when there is none. */
static const char *add_field(struct import *import, const char *name, struct wm_span value)
{
    if (value.at == NULL)
        return NULL;
    char *to = import->text + import->used;
    size_t length = wm_access_unescape(value, to);
    to[length] = '\0';
    import->used += length + 1;
    import->fields[import->field_count++] = (struct wm_work_field){name, to};
    return to;
}

static bool has_blank(const char *string)
{
    return strpbrk(string, " \t\n\v\f\r") != NULL;
}

/* The request's second, from the first one's on; it never steps back. */
static uint64_t second_ns(struct import *import, int64_t time_s)
{
    if (!import->started) {
        import->started = true;
        import->first_s = time_s;
        import->last_s = time_s;
    }
    if (time_s < import->last_s)
        import->report->reordered++;
    else
        import->last_s = time_s;
    return (uint64_t)(import->last_s - import->first_s) * UINT64_C(1000000000);
}

/* 1: on its way, 0: its target is not one after unescaping. */
static int write_request(struct import *import, const struct wm_access_line *line,
                         struct wm_error *err)
{
    import->used = 0;
    import->field_count = 0;
    add_field(import, "method", line->method);
    const char *target = add_field(import, "target", line->target);
    if (target == NULL || has_blank(target))
        return 0;
    add_field(import, "status", line->status);
    add_field(import, "bytes", line->bytes.at != NULL ? line->bytes : (struct wm_span){"0", 1});
    add_field(import, "referer", line->referer);
    add_field(import, "user_agent", line->user_agent);
    add_field(import, "client", line->client);
    int rc = wm_spread_add(import->spread, second_ns(import, line->time_s), import->fields,
                           import->field_count, err);
    return rc < 0 ? rc : 1;
}

static int import_line(struct import *import, const struct wm_line *line, struct wm_error *err)
{
    struct wm_span text = {line->at, line->length};
    if (line->number == 1)
        text = without_mark(line->at, line->length);
    if (text.length == 0)
        return 0;
    struct wm_access_line parsed = {.fault = text.at, .expected = "at most 64 KiB to a line"};
    enum wm_access_kind kind =
        line->overlong ? WM_ACCESS_OTHER : wm_access_parse(text.at, text.length, &parsed);
    int written = kind == WM_ACCESS_REQUEST ? write_request(import, &parsed, err) : 0;
    if (written != 0)
        return written < 0 ? written : 0;
    if (kind == WM_ACCESS_REQUEST) {
        parsed.fault = parsed.target.at;
        parsed.expected = "a target without blanks";
    }
    int rc = count_skipped(import, line, &parsed);
    return rc < 0 ? wm_fail_errno(err, rc, "", "read the capture") : 0;
}

static int import_lines(struct import *import, struct wm_input *input, struct wm_error *err)
{
    struct wm_line line;
    int rc;
    while ((rc = wm_input_line(input, &line, err)) > 0) {
        rc = import_line(import, &line, err);
        if (rc < 0)
            return rc;
    }
    return rc < 0 ? rc : wm_spread_finish(import->spread, err);
}

int wm_accesslog_import(struct wm_input *input, struct wm_trace_writer *writer,
                        struct wm_capture_report *report, struct wm_error *err)
{
    struct import import;
    import.report = report;
    import.started = false;
    int rc = wm_spread_new(writer, report, &import.spread);
    if (rc < 0)
        return wm_fail_errno(err, rc, "", "hold a second of the capture");
    rc = import_lines(&import, input, err);
    wm_spread_free(import.spread);
    return rc;
}
