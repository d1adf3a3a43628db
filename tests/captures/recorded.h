/* recorded.h - a trace that is being recorded into, and its requests as text. Header only. */
#ifndef WM_TESTS_CAPTURES_RECORDED_H
#define WM_TESTS_CAPTURES_RECORDED_H

#include "harness/core/file.h"
#include "tests/support/support.h"
#include "workloads/captures/window.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct recorded {
    char *folder;
    char *name;
    struct wm_trace_writer *writer;
    struct wm_recording recording;
    struct wm_window *window;
};

/* Without a window: the writer is the test's. */
static inline int recorded_bare_begin(void **state)
{
    struct recorded *recorded = calloc(1, sizeof(*recorded));
    struct wm_error err = {0};
    assert_non_null(recorded);
    recorded->folder = wm_test_folder();
    recorded->name = wm_file_join_dup(recorded->folder, "a.wmt");
    assert_int_equal(wm_trace_create(recorded->name, "a test", &recorded->writer, &err), 0);
    *state = recorded;
    return 0;
}

static inline int recorded_begin(void **state)
{
    recorded_bare_begin(state);
    struct recorded *recorded = *state;
    assert_int_equal(wm_window_new(recorded->writer, &recorded->recording, &recorded->window), 0);
    return 0;
}

static inline int recorded_end(void **state)
{
    struct recorded *recorded = *state;
    wm_window_free(recorded->window);
    wm_trace_discard(recorded->writer);
    wm_test_folder_remove(recorded->folder);
    free(recorded->name);
    free(recorded);
    return 0;
}

/* Completes the trace: a line for each of its first `most` requests, "due name=value … [body]".
 * free() it. */
static inline char *recorded_text(struct recorded *recorded, size_t most)
{
    struct wm_trace_reader *reader = NULL;
    struct wm_work work;
    struct wm_error err = {0};
    struct wm_text text;
    wm_text_init(&text);
    wm_window_finish(recorded->window);
    assert_int_equal(wm_trace_commit(recorded->writer, &err), 0);
    recorded->writer = NULL;
    assert_int_equal(wm_trace_open(recorded->name, &reader, &err), 0);
    for (size_t i = 0; i < most && wm_trace_next(reader, &work, &err) > 0; i++) {
        wm_text_addf(&text, "%" PRIu64, work.due_ns);
        for (uint32_t field = 0; field < work.field_count; field++)
            wm_text_addf(&text, " %s=%s", work.fields[field].name, work.fields[field].value);
        if (work.body != NULL)
            wm_text_addf(&text, " [%.*s]", (int)work.body_bytes, (const char *)work.body);
        wm_text_add(&text, "\n");
    }
    wm_trace_close(reader);
    return wm_text_take(&text);
}

static inline void recorded_check(struct recorded *recorded, const char *expected)
{
    char *text = recorded_text(recorded, 1000);
    assert_string_equal(text, expected);
    free(text);
}

#endif
