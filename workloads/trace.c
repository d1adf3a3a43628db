/* trace.c - reads a .wmt member by member: what is handed out has passed its checksum.
 *
 * Memory: one member packed and unpacked and one message, together about 1 MB where requests are
 * small and never above 70 MB, since the frame states a member's sizes and both are limited. */
#include "workloads/trace.h"

#include "harness/core/file.h"
#include "trace.pb-c.h"
#include "workloads/trace_format.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where protobuf-c and the fields' C strings get their memory; emptied before each message. A
 * message of n bytes with at most WM_WORK_FIELD_MAX fields takes less than 2 n + SPARE_BYTES, so
 * a message that wants more is hostile, and is refused when the arena is full. */
struct message_arena {
    uint8_t *bytes;
    size_t capacity;
    size_t used;
};
enum { SPARE_BYTES = 64 * 1024 };

struct wm_trace_reader {
    char *name;
    int fd;
    uint64_t offset;        /* of the file: where the next member starts */
    uint64_t member_offset; /* of the member in `plain` */
    uint64_t cut_offset;
    uint64_t index; /* of the next request */
    bool ended;
    int failure; /* 0, or what every later call returns */
    struct wm_error failure_error;
    z_stream inflater;
    uint8_t *member;
    size_t member_capacity;
    uint8_t *plain;
    size_t plain_capacity;
    size_t plain_bytes;
    size_t plain_used;
    struct message_arena arena;
    struct wm_work_field fields[WM_WORK_FIELD_MAX];
    char source[256];
};

static int damaged(struct wm_trace_reader *reader, uint64_t offset, const char *what,
                   struct wm_error *err)
{
    char place[sizeof(err->place)];
    snprintf(place, sizeof(place), "%s:byte %llu", reader->name, (unsigned long long)offset);
    return wm_fail_at(err, -EINVAL, place, "%s; make the trace anew", what);
}

static void *arena_alloc(void *context, size_t size)
{
    struct message_arena *arena = context;
    size_t start = (arena->used + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (start > arena->capacity || size > arena->capacity - start)
        return NULL;
    arena->used = start + size;
    return arena->bytes + start;
}

/* All is freed at once, with the next message. */
static void arena_free(void *context, void *pointer)
{
    (void)context;
    (void)pointer;
}

static ProtobufCMessage *unpack(struct wm_trace_reader *reader,
                                const ProtobufCMessageDescriptor *kind, const uint8_t *data,
                                size_t length)
{
    struct message_arena *arena = &reader->arena;
    if (!wm_trace_reserve(&arena->bytes, &arena->capacity, 2 * length + SPARE_BYTES))
        return NULL;
    arena->used = 0;
    ProtobufCAllocator allocator = {arena_alloc, arena_free, arena};
    return protobuf_c_message_unpack(kind, &allocator, length, data);
}

/* The next message of the member in `plain`: NULL when it is damaged. */
static ProtobufCMessage *next_message(struct wm_trace_reader *reader,
                                      const ProtobufCMessageDescriptor *kind)
{
    const uint8_t *from = reader->plain + reader->plain_used;
    size_t available = reader->plain_bytes - reader->plain_used;
    uint64_t length = 0;
    size_t used = wm_trace_length_read(from, available, &length);
    if (used == 0 || length > available - used || length > WM_TRACE_REQUEST_MAX)
        return NULL;
    reader->plain_used += used + (size_t)length;
    return unpack(reader, kind, from + used, (size_t)length);
}

static int cut_off(struct wm_trace_reader *reader)
{
    reader->cut_offset = reader->offset;
    reader->ended = true;
    return 0;
}

/* 1: a member is in `plain`, 0: the file ends, whole or not. */
static int read_member(struct wm_trace_reader *reader, struct wm_trace_frame *ret_frame,
                       struct wm_error *err)
{
    uint8_t bytes[WM_TRACE_FRAME_BYTES];
    ssize_t count = wm_file_fill(reader->fd, bytes, sizeof(bytes));
    if (count < 0)
        return wm_fail_errno(err, (int)count, reader->name, "read the trace");
    if ((size_t)count < sizeof(bytes)) {
        size_t known =
            (size_t)count < WM_TRACE_PREFIX_BYTES ? (size_t)count : WM_TRACE_PREFIX_BYTES;
        if (memcmp(bytes, wm_trace_prefix, known) != 0)
            return damaged(reader, reader->offset, "what follows is no part of a trace", err);
        return cut_off(reader);
    }
    struct wm_trace_frame frame;
    if (!wm_trace_frame_read(bytes, &frame))
        return damaged(reader, reader->offset, "the trace is damaged here: not a member's frame",
                       err);
    if (!wm_trace_reserve(&reader->member, &reader->member_capacity, frame.member_bytes) ||
        !wm_trace_reserve(&reader->plain, &reader->plain_capacity, frame.plain_bytes))
        return wm_fail_errno(err, -ENOMEM, reader->name, "read the trace");
    memcpy(reader->member, bytes, sizeof(bytes));
    size_t rest = frame.member_bytes - sizeof(bytes);
    count = wm_file_fill(reader->fd, reader->member + sizeof(bytes), rest);
    if (count < 0)
        return wm_fail_errno(err, (int)count, reader->name, "read the trace");
    if ((size_t)count < rest)
        return cut_off(reader);
    if (!wm_trace_member_unpack(&reader->inflater, &frame, reader->member, reader->plain))
        return damaged(reader, reader->offset,
                       "the trace is damaged here: a member does not match its checksum", err);
    reader->member_offset = reader->offset;
    reader->offset += frame.member_bytes;
    reader->plain_bytes = frame.plain_bytes;
    reader->plain_used = 0;
    *ret_frame = frame;
    return 1;
}

/* The end message is in `plain`: it closes the file. */
static int check_end(struct wm_trace_reader *reader, struct wm_error *err)
{
    ProtobufCMessage *message = next_message(reader, &wm__trace__end__descriptor);
    if (message == NULL)
        return damaged(reader, reader->member_offset, "the trace's end is damaged", err);
    const Wm__Trace__End *end = (const Wm__Trace__End *)message;
    if (end->requests != reader->index)
        return damaged(reader, reader->member_offset, "the trace lacks requests that it once had",
                       err);
    uint8_t byte;
    ssize_t count = wm_file_fill(reader->fd, &byte, 1);
    if (count < 0)
        return wm_fail_errno(err, (int)count, reader->name, "read the trace");
    if (count > 0)
        return damaged(reader, reader->offset, "more follows behind the end of the trace", err);
    reader->ended = true;
    return 0;
}

/* From the file's first byte to behind its header. */
static int read_header(struct wm_trace_reader *reader, struct wm_error *err)
{
    struct wm_trace_frame frame = {0};
    int rc = read_member(reader, &frame, err);
    if (rc < 0 && rc != -EINVAL)
        return rc;
    if (rc == 0 && reader->cut_offset == 0 && reader->ended)
        return wm_fail_at(err, -EINVAL, reader->name,
                          "is empty or cut off before its first request: no trace to read");
    if (rc < 0 || frame.kind != WM_TRACE_HEADER)
        return wm_fail_at(err, -EINVAL, reader->name,
                          "is no waymark trace, or its header is damaged; 'waymark import' makes "
                          "traces from captures");
    ProtobufCMessage *message = next_message(reader, &wm__trace__header__descriptor);
    if (message == NULL || reader->plain_used != reader->plain_bytes)
        return damaged(reader, 0, "the trace's header is damaged", err);
    const Wm__Trace__Header *header = (const Wm__Trace__Header *)message;
    if (header->version != WM_TRACE_VERSION)
        return wm_fail_at(err, -EINVAL, reader->name,
                          "is a trace of version %u, this waymark reads version %d",
                          header->version, WM_TRACE_VERSION);
    size_t length = header->source.len;
    if (length >= sizeof(reader->source))
        length = sizeof(reader->source) - 1;
    if (length > 0)
        memcpy(reader->source, header->source.data, length);
    reader->source[length] = '\0';
    return 0;
}

bool wm_trace_is(const char *name)
{
    uint8_t bytes[WM_TRACE_PREFIX_BYTES];
    struct stat status;
    /* a pipe is left alone: what is read from it here would be missing later */
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool is = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
              wm_file_fill(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes) &&
              memcmp(bytes, wm_trace_prefix, sizeof(bytes)) == 0;
    close(fd);
    return is;
}

int wm_trace_open(const char *name, struct wm_trace_reader **ret_reader, struct wm_error *err)
{
    int rc = -ENOMEM;
    struct wm_trace_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return wm_fail_errno(err, rc, name, "read the trace");
    reader->fd = -1;
    reader->name = strdup(name);
    if (reader->name == NULL || inflateInit2(&reader->inflater, -15) != Z_OK) {
        rc = wm_fail_errno(err, rc, name, "read the trace");
        goto out;
    }
    reader->fd = open(name, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0) {
        rc = wm_fail_errno(err, -errno, name, "open the trace");
        goto out;
    }
    rc = read_header(reader, err);
    if (rc < 0)
        goto out;
    *ret_reader = reader;
    reader = NULL;
out:
    wm_trace_close(reader);
    return rc;
}

void wm_trace_close(struct wm_trace_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->fd >= 0)
        close(reader->fd);
    inflateEnd(&reader->inflater);
    free(reader->member);
    free(reader->plain);
    free(reader->arena.bytes);
    free(reader->name);
    free(reader);
}

/* A C string in the arena; NULL when the bytes hold a NUL. */
static const char *to_string(struct wm_trace_reader *reader, ProtobufCBinaryData bytes)
{
    if (bytes.len == 0)
        return "";
    char *string = arena_alloc(&reader->arena, bytes.len + 1);
    if (string == NULL || memchr(bytes.data, '\0', bytes.len) != NULL)
        return NULL;
    memcpy(string, bytes.data, bytes.len);
    string[bytes.len] = '\0';
    return string;
}

static bool fill_work(struct wm_trace_reader *reader, const Wm__Trace__Request *request,
                      struct wm_work *work)
{
    if (request->n_field > WM_WORK_FIELD_MAX)
        return false;
    for (size_t i = 0; i < request->n_field; i++) {
        struct wm_work_field *field = &reader->fields[i];
        field->name = to_string(reader, request->field[i]->name);
        field->value = to_string(reader, request->field[i]->value);
        if (field->name == NULL || field->value == NULL)
            return false;
    }
    const void *body = request->body.len > 0 ? (const void *)request->body.data : "";
    *work = (struct wm_work){
        .index = reader->index,
        .due_ns = request->due_ns,
        .think_ns = request->think_ns,
        .entry = to_string(reader, request->entry),
        .row = UINT32_MAX,
        .field_count = (uint32_t)request->n_field,
        .fields = reader->fields,
        .body = request->has_body ? body : NULL,
        .body_bytes = request->body.len,
    };
    return work->entry != NULL;
}

static int next_request(struct wm_trace_reader *reader, struct wm_work *work, struct wm_error *err)
{
    while (reader->plain_used == reader->plain_bytes) {
        struct wm_trace_frame frame = {0};
        int rc = read_member(reader, &frame, err);
        if (rc <= 0)
            return rc;
        if (frame.kind == WM_TRACE_END)
            return check_end(reader, err);
        if (frame.kind != WM_TRACE_REQUESTS)
            return damaged(reader, reader->member_offset, "a second trace starts here", err);
    }
    ProtobufCMessage *message = next_message(reader, &wm__trace__request__descriptor);
    if (message == NULL || !fill_work(reader, (const Wm__Trace__Request *)message, work))
        return damaged(reader, reader->member_offset,
                       "a request in this member is damaged or larger than a trace may hold", err);
    reader->index++;
    return 1;
}

int wm_trace_next(struct wm_trace_reader *reader, struct wm_work *work, struct wm_error *err)
{
    if (reader->ended)
        return 0;
    if (reader->failure == 0) {
        int rc = next_request(reader, work, &reader->failure_error);
        if (rc >= 0)
            return rc;
        reader->failure = rc;
    }
    if (err != NULL)
        *err = reader->failure_error;
    return reader->failure;
}

uint64_t wm_trace_cut(const struct wm_trace_reader *reader)
{
    return reader->cut_offset;
}

int wm_trace_rewind(struct wm_trace_reader *reader, struct wm_error *err)
{
    if (lseek(reader->fd, 0, SEEK_SET) < 0)
        return wm_fail_at(err, -errno, reader->name,
                          "cannot start the trace over, since it comes from a pipe; save it to a "
                          "file first");
    reader->offset = 0;
    reader->cut_offset = 0;
    reader->index = 0;
    reader->ended = false;
    reader->failure = 0;
    return read_header(reader, err);
}

int wm_trace_summarize(const char *name, struct wm_trace_summary *ret_summary, struct wm_error *err)
{
    struct wm_trace_reader *reader = NULL;
    int rc = wm_trace_open(name, &reader, err);
    if (rc < 0)
        return rc;
    assert(reader != NULL);
    struct wm_trace_summary summary = {0};
    struct wm_work work = {0};
    while ((rc = wm_trace_next(reader, &work, err)) > 0) {
        summary.requests++;
        summary.last_due_ns = work.due_ns;
        summary.unnamed += work.entry[0] == '\0';
    }
    if (rc == 0) {
        summary.cut_offset = wm_trace_cut(reader);
        memcpy(summary.source, reader->source, sizeof(summary.source));
        *ret_summary = summary;
    }
    wm_trace_close(reader);
    return rc;
}
