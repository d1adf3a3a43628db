/* trace.c - libFuzzer: any bytes as a trace, and as the messages of a member that is sound. */
#include "workloads/trace.h"
#include "workloads/trace_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void touch(const void *bytes, size_t length)
{
    static volatile uint8_t sum;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + ((const uint8_t *)bytes)[i]);
}

/* Reads the trace to its end or its first error and touches every byte that it hands out. */
static void read_whole(int fd)
{
    char name[40];
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    struct wm_trace_reader *reader = NULL;
    struct wm_error err = {0};
    struct wm_work work;
    (void)wm_trace_is(name);
    if (wm_trace_open(name, &reader, &err) < 0) {
        require(err.text[0] != '\0');
        return;
    }
    int rc;
    while ((rc = wm_trace_next(reader, &work, &err)) > 0) {
        touch(work.entry, strlen(work.entry));
        touch(work.body, work.body != NULL ? work.body_bytes : 0);
        for (uint32_t i = 0; i < work.field_count; i++) {
            touch(work.fields[i].name, strlen(work.fields[i].name));
            touch(work.fields[i].value, strlen(work.fields[i].value));
        }
    }
    require(rc == 0 || err.text[0] != '\0');
    wm_trace_close(reader);
}

static void put(int fd, const void *bytes, size_t length)
{
    require(write(fd, bytes, length) == (ssize_t)length);
}

static void put_member(int fd, uint32_t kind, const uint8_t *plain, size_t length)
{
    static z_stream deflater;
    static uint8_t *member;
    static size_t capacity;
    if (deflater.state == NULL)
        require(wm_trace_deflate_init(&deflater) == 0);
    int bytes = wm_trace_member_pack(&deflater, kind, plain, length, &member, &capacity);
    require(bytes > 0);
    put(fd, member, (size_t)bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t header[] = {2, 8, WM_TRACE_VERSION};
    int fd = memfd_create("trace", MFD_CLOEXEC);
    require(fd >= 0);
    put(fd, data, size);
    read_whole(fd);
    if (size > 1) { /* the first byte says which member the rest is */
        require(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
        uint32_t kind = WM_TRACE_HEADER + data[0] % 3;
        if (kind != WM_TRACE_HEADER)
            put_member(fd, WM_TRACE_HEADER, header, sizeof(header));
        put_member(fd, kind, data + 1, size - 1);
        read_whole(fd);
    }
    close(fd);
    return 0;
}
