/* spread.c - holds one second's requests, then writes them at their parts of it. */
#include "workloads/captures/spread.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t SECOND_NS = UINT64_C(1000000000);

struct wm_spread {
    struct wm_trace_writer *writer;
    struct wm_capture_report *report;
    uint64_t second_ns;
    uint64_t held;   /* requests in `bytes` */
    uint64_t due_ns; /* of the latest one written */
    bool full;       /* this second has more than could be held: the rest is written at once */
    size_t used;
    /* Of each request the number of fields, one byte, then its names and values as C strings. */
    char bytes[WM_SPREAD_BYTES];
};

int wm_spread_new(struct wm_trace_writer *writer, struct wm_capture_report *report,
                  struct wm_spread **ret_spread)
{
    struct wm_spread *spread = malloc(sizeof(*spread));
    if (spread == NULL)
        return -ENOMEM;
    spread->writer = writer;
    spread->report = report;
    spread->second_ns = spread->held = spread->due_ns = 0;
    spread->full = false;
    spread->used = 0;
    *ret_spread = spread;
    return 0;
}

void wm_spread_free(struct wm_spread *spread)
{
    free(spread);
}

static int write_one(struct wm_spread *spread, const struct wm_work_field *fields,
                     uint32_t field_count, uint64_t due_ns, struct wm_error *err)
{
    struct wm_work work = {
        .index = spread->report->requests,
        .due_ns = due_ns,
        .entry = "",
        .row = UINT32_MAX,
        .field_count = field_count,
        .fields = fields,
    };
    int rc = wm_trace_write(spread->writer, &work, err);
    if (rc < 0)
        return rc;
    spread->due_ns = due_ns;
    spread->report->requests++;
    spread->report->span_ns = due_ns;
    return 0;
}

static const char *take_string(const char **at)
{
    const char *string = *at;
    *at += strlen(string) + 1;
    return string;
}

int wm_spread_finish(struct wm_spread *spread, struct wm_error *err)
{
    const char *at = spread->bytes;
    uint64_t count = spread->held;
    for (uint64_t i = 0; i < count; i++) {
        struct wm_work_field fields[WM_WORK_FIELD_MAX];
        uint32_t field_count = (unsigned char)*at++;
        for (uint32_t f = 0; f < field_count; f++) {
            fields[f].name = take_string(&at);
            fields[f].value = take_string(&at);
        }
        /* count is below the buffer's bytes: nothing overflows */
        uint64_t due_ns = spread->second_ns + i * SECOND_NS / count;
        int rc = write_one(spread, fields, field_count, due_ns, err);
        if (rc < 0)
            return rc;
    }
    if (count > 1)
        spread->report->spread += count;
    spread->held = 0;
    spread->used = 0;
    return 0;
}

static void hold(struct wm_spread *spread, const struct wm_work_field *fields, uint32_t field_count)
{
    char *to = spread->bytes + spread->used;
    *to++ = (char)field_count;
    for (uint32_t i = 0; i < field_count; i++) {
        to = stpcpy(to, fields[i].name) + 1;
        to = stpcpy(to, fields[i].value) + 1;
    }
    spread->used = (size_t)(to - spread->bytes);
    spread->held++;
}

int wm_spread_add(struct wm_spread *spread, uint64_t second_ns, const struct wm_work_field *fields,
                  uint32_t field_count, struct wm_error *err)
{
    size_t bytes = 1;
    assert(field_count <= WM_WORK_FIELD_MAX);
    for (uint32_t i = 0; i < field_count; i++)
        bytes += strlen(fields[i].name) + strlen(fields[i].value) + 2;
    assert(bytes <= WM_SPREAD_BYTES);
    bool next = second_ns != spread->second_ns;
    bool full = !next && (spread->full || spread->used + bytes > WM_SPREAD_BYTES);
    if (next || (full && !spread->full)) {
        int rc = wm_spread_finish(spread, err);
        if (rc < 0)
            return rc;
    }
    spread->second_ns = second_ns;
    spread->full = full;
    if (full) {
        spread->report->crowded++;
        return write_one(spread, fields, field_count, spread->due_ns, err);
    }
    hold(spread, fields, field_count);
    return 0;
}
