/* stream.c - the door of this room: the next request, from a mix or a trace. */
#include "workloads/stream.h"

#include "workloads/mix.h"
#include "workloads/trace.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct wm_stream {
    struct wm_mix *mix;            /* either this, immutable: no lock ... */
    struct wm_trace_reader *trace; /* ... or this, under the lock */
    uint64_t seed;
    pthread_mutex_t lock;
    int ended;             /* under the lock. 1: not yet, 0: at its end, negative: damaged */
    struct wm_error error; /* of the damage, told to every thread that asks */
};

struct wm_cursor {
    struct wm_stream *stream;
    struct wm_mix_scratch *scratch;
    char *bytes; /* of a trace's request: entry, names, values and body */
    size_t room;
    struct wm_work_field fields[WM_WORK_FIELD_MAX];
};

static int open_source(struct wm_stream *stream, const char *name, enum wm_stream_kind kind,
                       struct wm_error *err)
{
    switch (kind) {
    case WM_STREAM_MIX:
        return wm_mix_read(name, &stream->mix, err);
    case WM_STREAM_TRACE:
        return wm_trace_open(name, &stream->trace, err);
    case WM_STREAM_SERVER_MIX:
        return wm_mix_read_for_server(name, &stream->mix, err);
    }
    return wm_fail(err, -EINVAL, "is neither a mix nor a trace");
}

int wm_stream_open(const char *name, enum wm_stream_kind kind, uint64_t seed,
                   struct wm_stream **ret_stream, struct wm_error *err)
{
    struct wm_stream *stream = calloc(1, sizeof(*stream));
    int rc;

    if (stream == NULL)
        return wm_fail_errno(err, -ENOMEM, name, "open");
    pthread_mutex_init(&stream->lock, NULL);
    stream->seed = seed;
    stream->ended = 1;
    rc = open_source(stream, name, kind, err);
    if (rc < 0) {
        wm_stream_close(stream);
        return rc;
    }
    *ret_stream = stream;
    return 0;
}

void wm_stream_close(struct wm_stream *stream)
{
    if (stream == NULL)
        return;
    wm_mix_free(stream->mix);
    wm_trace_close(stream->trace);
    pthread_mutex_destroy(&stream->lock);
    free(stream);
}

const struct wm_mix *wm_stream_mix(const struct wm_stream *stream)
{
    return stream->mix;
}

int wm_cursor_new(struct wm_stream *stream, struct wm_cursor **ret_cursor)
{
    struct wm_cursor *cursor = calloc(1, sizeof(*cursor));

    if (cursor == NULL)
        return -ENOMEM;
    cursor->stream = stream;
    if (stream->mix != NULL && wm_mix_scratch_new(stream->mix, &cursor->scratch) < 0) {
        free(cursor);
        return -ENOMEM;
    }
    *ret_cursor = cursor;
    return 0;
}

void wm_cursor_free(struct wm_cursor *cursor)
{
    if (cursor == NULL)
        return;
    wm_mix_scratch_free(cursor->scratch);
    free(cursor->bytes);
    free(cursor);
}

static int reserve(struct wm_cursor *cursor, size_t needed)
{
    if (needed <= cursor->room)
        return 0;
    char *bytes = realloc(cursor->bytes, needed * 2);
    if (bytes == NULL)
        return -ENOMEM;
    cursor->bytes = bytes;
    cursor->room = needed * 2;
    return 0;
}

static const char *copy_string(char **at, const char *string)
{
    char *copy = *at;
    *at = stpcpy(copy, string) + 1;
    return copy;
}

/* The reader's bytes are gone with its next request, which another thread may ask for at once. */
static int copy_work(struct wm_cursor *cursor, struct wm_work *work)
{
    size_t needed = strlen(work->entry) + 1 + work->body_bytes;

    for (uint32_t i = 0; i < work->field_count; i++)
        needed += strlen(work->fields[i].name) + strlen(work->fields[i].value) + 2;
    if (reserve(cursor, needed) < 0)
        return -ENOMEM;
    char *at = cursor->bytes;
    work->entry = copy_string(&at, work->entry);
    for (uint32_t i = 0; i < work->field_count; i++) {
        cursor->fields[i].name = copy_string(&at, work->fields[i].name);
        cursor->fields[i].value = copy_string(&at, work->fields[i].value);
    }
    work->fields = cursor->fields;
    if (work->body != NULL)
        work->body = memcpy(at, work->body, work->body_bytes);
    return 0;
}

static int draw_trace(struct wm_cursor *cursor, struct wm_work *work, struct wm_error *err)
{
    struct wm_stream *stream = cursor->stream;

    pthread_mutex_lock(&stream->lock);
    if (stream->ended > 0)
        stream->ended = wm_trace_next(stream->trace, work, &stream->error);
    int rc = stream->ended;
    if (rc < 0 && err != NULL)
        *err = stream->error;
    if (rc > 0 && work->field_count > WM_WORK_FIELD_MAX)
        rc = wm_fail(err, -EINVAL, "a request of the trace has %u fields, expected %d at most",
                     work->field_count, WM_WORK_FIELD_MAX);
    if (rc > 0 && copy_work(cursor, work) < 0)
        rc = wm_fail(err, -ENOMEM, "no memory for a request of the trace");
    pthread_mutex_unlock(&stream->lock);
    return rc;
}

int wm_stream_draw(struct wm_cursor *cursor, uint64_t index, struct wm_work *work,
                   struct wm_error *err)
{
    const struct wm_stream *stream = cursor->stream;

    if (stream->mix == NULL)
        return draw_trace(cursor, work, err);
    int rc = wm_mix_draw(stream->mix, stream->seed, index, cursor->scratch, work);
    return rc < 0 ? wm_fail(err, rc, "no memory for a request of the mix") : 1;
}

int wm_stream_rewind(struct wm_stream *stream, struct wm_error *err)
{
    if (stream->trace == NULL)
        return 0;
    stream->ended = 1;
    return wm_trace_rewind(stream->trace, err);
}
