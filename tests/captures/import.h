/* import.h - a capture imported in a temporary folder, for the tests of this room. Header only. */
#ifndef WM_TESTS_CAPTURES_IMPORT_H
#define WM_TESTS_CAPTURES_IMPORT_H

#include "tests/support/support.h"

#include "harness/core/file.h"
#include "workloads/captures/capture.h"
#include "workloads/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct imported {
    char *folder;
    char *trace;
    struct wm_capture_report report;
    struct wm_error err;
    struct wm_trace_reader *reader;
    struct wm_work work;
};

/* What wm_capture_import returned; a trace that it made can be read with next_request. */
static inline int import_file(const char *name, const char *format, struct imported *in)
{
    memset(in, 0, sizeof(*in));
    in->folder = wm_test_folder();
    in->trace = wm_file_join_dup(in->folder, "out.wmt");
    struct wm_trace_writer *writer = NULL;
    assert_int_equal(wm_trace_create(in->trace, name, &writer, NULL), 0);
    int rc = wm_capture_import(name, format, writer, &in->report, &in->err);
    if (rc < 0) {
        wm_trace_discard(writer);
        assert_int_not_equal(access(in->trace, F_OK), 0);
        return rc;
    }
    assert_int_equal(wm_trace_commit(writer, NULL), 0);
    assert_int_equal(wm_trace_open(in->trace, &in->reader, NULL), 0);
    return rc;
}

/* The same from bytes. */
static inline int import_bytes(const void *bytes, size_t length, struct imported *in)
{
    char *folder = wm_test_folder();
    char *name = wm_file_join_dup(folder, "in.log");
    assert_int_equal(wm_file_write(name, bytes, length, NULL), 0);
    int rc = import_file(name, NULL, in);
    free(name);
    wm_test_folder_remove(folder);
    return rc;
}

static inline int import_text(const char *text, struct imported *in)
{
    return import_bytes(text, strlen(text), in);
}

static inline const char *field(const struct imported *in, const char *name)
{
    for (size_t i = 0; i < in->work.field_count; i++) {
        if (strcmp(in->work.fields[i].name, name) == 0)
            return in->work.fields[i].value;
    }
    return NULL;
}

static inline int next_request(struct imported *in)
{
    return wm_trace_next(in->reader, &in->work, &in->err);
}

static inline void imported_done(struct imported *in)
{
    wm_trace_close(in->reader);
    wm_test_folder_remove(in->folder);
    free(in->trace);
}

#endif
