/* trace_write.c - writes a .wmt: requests gather in a buffer, a full buffer becomes a member.
 *
 * The bytes are a pure function of the requests: gzip's time stamp stays 0, messages are packed in
 * field order, members are closed by size alone. Traces are compared byte for byte. */
#include "workloads/trace.h"

#include "harness/core/file.h"
#include "trace.pb-c.h"
#include "workloads/trace_format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCE_MAX = 255 };

struct wm_trace_writer {
    struct wm_file *file;
    char *name;
    z_stream deflater;
    uint8_t *plain; /* messages of the member that is being filled */
    size_t plain_bytes;
    size_t plain_capacity;
    uint8_t *member;
    size_t member_capacity;
    uint64_t requests;
    uint64_t packed; /* of them, in members that were written */
    uint64_t filed;  /* of these, in members that are in the file for sure */
    Wm__Trace__Field fields[WM_WORK_FIELD_MAX];
    Wm__Trace__Field *field_list[WM_WORK_FIELD_MAX];
};

/* All that was written so far is in the file: what follows can be taken back alone. */
static int mark_file(struct wm_trace_writer *writer, struct wm_error *err)
{
    int rc = wm_file_mark(writer->file);
    if (rc < 0)
        return wm_fail_errno(err, rc, writer->name, "write the trace");
    writer->filed = writer->packed;
    return 0;
}

static int flush_member(struct wm_trace_writer *writer, uint32_t kind, struct wm_error *err)
{
    int bytes = wm_trace_member_pack(&writer->deflater, kind, writer->plain, writer->plain_bytes,
                                     &writer->member, &writer->member_capacity);
    if (bytes < 0)
        return wm_fail_errno(err, bytes, writer->name, "write the trace");
    writer->plain_bytes = 0;
    int rc = mark_file(writer, err);
    if (rc < 0)
        return rc;
    /* found here and not only at the end: an import into a full disk stops at once */
    errno = 0;
    if (fwrite(writer->member, 1, (size_t)bytes, wm_file_stream(writer->file)) != (size_t)bytes)
        return wm_fail_errno(err, errno != 0 ? -errno : -EIO, writer->name, "write the trace");
    writer->packed = writer->requests;
    return 0;
}

/* Room for `more` bytes behind what the member has. */
static bool grow_plain(struct wm_trace_writer *writer, size_t more)
{
    size_t need = writer->plain_bytes + more;
    if (need <= writer->plain_capacity)
        return true;
    uint8_t *plain = realloc(writer->plain, need);
    if (plain == NULL)
        return false;
    writer->plain = plain;
    writer->plain_capacity = need;
    return true;
}

static int add_message(struct wm_trace_writer *writer, const ProtobufCMessage *message,
                       struct wm_error *err)
{
    size_t length = protobuf_c_message_get_packed_size(message);
    if (length > WM_TRACE_REQUEST_MAX)
        return wm_fail_at(err, -EINVAL, writer->name,
                          "request %llu is larger than 16 MiB, the most that a trace holds",
                          (unsigned long long)writer->requests);
    if (!grow_plain(writer, WM_TRACE_VARINT_BYTES + length))
        return wm_fail_errno(err, -ENOMEM, writer->name, "write the trace");
    uint8_t *to = writer->plain + writer->plain_bytes;
    size_t used = wm_trace_length_write(length, to);
    used += protobuf_c_message_pack(message, to + used);
    writer->plain_bytes += used;
    return 0;
}

/* protobuf-c's messages are not const; packing only reads them. */
static ProtobufCBinaryData borrow(const void *data, size_t length)
{
    return (ProtobufCBinaryData){.len = length, .data = (uint8_t *)(uintptr_t)data};
}

static int write_header(struct wm_trace_writer *writer, const char *source, struct wm_error *err)
{
    Wm__Trace__Header header = WM__TRACE__HEADER__INIT;
    header.has_version = true;
    header.version = WM_TRACE_VERSION;
    header.has_source = true;
    header.source = borrow(source, strnlen(source, SOURCE_MAX));
    int rc = add_message(writer, &header.base, err);
    return rc < 0 ? rc : flush_member(writer, WM_TRACE_HEADER, err);
}

int wm_trace_create(const char *name, const char *source, struct wm_trace_writer **ret_writer,
                    struct wm_error *err)
{
    int rc = -ENOMEM;
    struct wm_trace_writer *writer = calloc(1, sizeof(*writer));
    if (writer == NULL || (writer->name = strdup(name)) == NULL ||
        wm_trace_deflate_init(&writer->deflater) < 0) {
        rc = wm_fail_errno(err, rc, name, "write the trace");
        goto out;
    }
    if (!grow_plain(writer, WM_TRACE_FILL_BYTES + 64 * 1024)) {
        rc = wm_fail_errno(err, rc, name, "write the trace");
        goto out;
    }
    for (size_t i = 0; i < WM_WORK_FIELD_MAX; i++) {
        wm__trace__field__init(&writer->fields[i]);
        writer->fields[i].has_name = true;
        writer->fields[i].has_value = true;
        writer->field_list[i] = &writer->fields[i];
    }
    rc = wm_file_create(name, &writer->file, err);
    if (rc < 0)
        goto out;
    rc = write_header(writer, source, err);
    if (rc < 0)
        goto out;
    *ret_writer = writer;
    writer = NULL;
out:
    wm_trace_discard(writer);
    return rc;
}

int wm_trace_write(struct wm_trace_writer *writer, const struct wm_work *work, struct wm_error *err)
{
    if (work->field_count > WM_WORK_FIELD_MAX)
        return wm_fail_at(err, -EINVAL, writer->name, "request %llu has %u fields, at most %d fit",
                          (unsigned long long)writer->requests, work->field_count,
                          WM_WORK_FIELD_MAX);
    Wm__Trace__Request request = WM__TRACE__REQUEST__INIT;
    request.has_due_ns = work->due_ns != 0;
    request.due_ns = work->due_ns;
    request.has_think_ns = work->think_ns != 0;
    request.think_ns = work->think_ns;
    request.has_entry = work->entry[0] != '\0';
    request.entry = borrow(work->entry, strlen(work->entry));
    request.has_body = work->body != NULL;
    request.body = borrow(work->body, work->body != NULL ? work->body_bytes : 0);
    for (size_t i = 0; i < work->field_count; i++) {
        const struct wm_work_field *field = &work->fields[i];
        writer->fields[i].name = borrow(field->name, strlen(field->name));
        writer->fields[i].value = borrow(field->value, strlen(field->value));
    }
    request.n_field = work->field_count;
    request.field = writer->field_list;
    int rc = add_message(writer, &request.base, err);
    if (rc < 0)
        return rc;
    writer->requests++;
    return writer->plain_bytes < WM_TRACE_FILL_BYTES ? 0
                                                     : flush_member(writer, WM_TRACE_REQUESTS, err);
}

static int write_end(struct wm_trace_writer *writer, struct wm_error *err)
{
    Wm__Trace__End end = WM__TRACE__END__INIT;
    end.has_requests = true;
    end.requests = writer->requests;
    int rc = add_message(writer, &end.base, err);
    return rc < 0 ? rc : flush_member(writer, WM_TRACE_END, err);
}

int wm_trace_commit(struct wm_trace_writer *writer, struct wm_error *err)
{
    int rc = 0;
    if (writer->plain_bytes > 0)
        rc = flush_member(writer, WM_TRACE_REQUESTS, err);
    if (rc == 0)
        rc = write_end(writer, err);
    if (rc == 0) {
        rc = wm_file_commit(writer->file, err);
        writer->file = NULL; /* gone, whatever came of it */
    }
    wm_trace_discard(writer);
    return rc;
}

int wm_trace_salvage(struct wm_trace_writer *writer, uint64_t *ret_requests, struct wm_error *err)
{
    int rc = writer->plain_bytes > 0 ? flush_member(writer, WM_TRACE_REQUESTS, err) : 0;
    if (rc == 0)
        rc = mark_file(writer, err);
    bool lost = rc < 0 || writer->filed < writer->requests;
    if (lost) {
        writer->plain_bytes = 0;
        writer->requests = writer->filed;
        rc = wm_file_cut(writer->file);
    }
    /* Without room even for the end the file is one that was cut off, which reads as well. */
    if (rc == 0 && (write_end(writer, NULL) < 0 || mark_file(writer, NULL) < 0))
        rc = wm_file_cut(writer->file);
    *ret_requests = writer->requests;
    if (rc < 0) {
        wm_fail_errno(err, rc, writer->name, "keep what was recorded");
    } else {
        rc = wm_file_commit(writer->file, err);
        writer->file = NULL; /* gone, whatever came of it */
    }
    wm_trace_discard(writer);
    return rc < 0 ? rc : lost;
}

void wm_trace_discard(struct wm_trace_writer *writer)
{
    if (writer == NULL)
        return;
    wm_file_discard(writer->file);
    deflateEnd(&writer->deflater);
    free(writer->plain);
    free(writer->member);
    free(writer->name);
    free(writer);
}
