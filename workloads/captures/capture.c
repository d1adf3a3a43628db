/* capture.c - the table of capture formats; finds the right one and lets it import. */
#include "workloads/captures/capture.h"

#include "workloads/captures/format.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct wm_capture_reader readers[] = {
    {{"accesslog", "nginx and Apache access logs, common and combined format, plain or gzip"},
     true, wm_accesslog_matches,
     wm_accesslog_import},
};
enum { READER_COUNT = sizeof(readers) / sizeof(readers[0]) };
enum { MAGIC_BYTES = 16 }; /* where a binary file shows what it is */

size_t wm_capture_format_count(void)
{
    return READER_COUNT;
}

const struct wm_capture_format *wm_capture_format(size_t i)
{
    return i < READER_COUNT ? &readers[i].format : NULL;
}

/* "accesslog (nginx and …), har (…)" */
static void list_formats(char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < READER_COUNT && used < size; i++) {
        int count = snprintf(text + used, size - used, "%s%s (%s)", i > 0 ? ", " : "",
                             readers[i].format.name, readers[i].format.help);
        used += count > 0 ? (size_t)count : 0;
    }
}

static const struct wm_capture_reader *find_by_name(const char *format)
{
    for (size_t i = 0; i < READER_COUNT; i++) {
        if (strcmp(readers[i].format.name, format) == 0)
            return &readers[i];
    }
    return NULL;
}

/* Begins as no text does. A NUL byte further in is one damaged line of a text. */
static bool begins_binary(const char *bytes, size_t length)
{
    if (memchr(bytes, '\0', length) == NULL)
        return false;
    for (size_t i = 0; i < length && i < MAGIC_BYTES; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool blank = c >= '\b' && c <= '\r';
        if ((c < ' ' && !blank && c != '\x1b') || c == 0x7f)
            return true;
    }
    return false;
}

static const struct wm_capture_reader *find_by_beginning(const char *bytes, size_t length)
{
    bool binary = begins_binary(bytes, length);
    for (size_t i = 0; i < READER_COUNT; i++) {
        if (!(readers[i].text && binary) && readers[i].matches(bytes, length))
            return &readers[i];
    }
    return NULL;
}

static int choose(struct wm_input *input, const char *name, const char *format,
                  const struct wm_capture_reader **ret_reader, struct wm_error *err)
{
    char list[400];
    list_formats(list, sizeof(list));
    const struct wm_capture_reader *reader = NULL;
    if (format != NULL && (reader = find_by_name(format)) == NULL)
        return wm_fail_at(err, -EINVAL, name, "no capture format is named '%.40s'; known: %s",
                          format, list);
    const char *bytes = NULL;
    size_t length = 0;
    int rc = wm_input_beginning(input, &bytes, &length, err);
    if (rc < 0)
        return rc;
    if (length == 0)
        return wm_fail_at(err, -EINVAL, name, "is empty: no request to import");
    if (reader == NULL)
        reader = find_by_beginning(bytes, length);
    const char *nul = memchr(bytes, '\0', length);
    if (begins_binary(bytes, length) && (reader == NULL || reader->text))
        return wm_fail_at(err, -EINVAL, name, "is a binary file (byte %zu is 0); known formats: %s",
                          (size_t)(nul - bytes), list);
    if (reader == NULL)
        return wm_fail_at(err, -EINVAL, name, "is no capture of a known format; known: %s", list);
    *ret_reader = reader;
    return 0;
}

static int none_found(const char *name, const struct wm_capture_report *report,
                      struct wm_error *err)
{
    if (report->first_skipped == 0)
        return wm_fail_at(err, -EINVAL, name, "holds no request");
    return wm_fail_at(err, -EINVAL, name,
                      "holds no request: %llu line%s, none readable as one (first: line %llu, %s)",
                      (unsigned long long)report->skipped, report->skipped == 1 ? "" : "s",
                      (unsigned long long)report->first_skipped, report->first_fault);
}

int wm_capture_import(const char *name, const char *format, struct wm_trace_writer *writer,
                      struct wm_capture_report *ret_report, struct wm_error *err)
{
    memset(ret_report, 0, sizeof(*ret_report));
    ret_report->format = "";
    const char *shown = strcmp(name, "-") == 0 ? "standard input" : name;
    if (wm_trace_is(name))
        return wm_fail_at(err, -EINVAL, name, "is a trace already; use it as it is");
    struct wm_input *input = NULL;
    int rc = wm_input_open(name, &input, err);
    if (rc < 0)
        return rc;
    const struct wm_capture_reader *reader = NULL;
    rc = choose(input, shown, format, &reader, err);
    if (rc < 0)
        goto out;
    assert(reader != NULL);
    ret_report->format = reader->format.name;
    rc = reader->import(input, writer, ret_report, err);
    if (rc == 0 && ret_report->requests == 0)
        rc = none_found(shown, ret_report, err);
out:
    wm_input_close(input);
    return rc;
}
