/* trace_files.h - makes and reads traces in a temporary folder, for the tests of traces. Header
 * only. */
#ifndef WM_TESTS_WORKLOADS_TRACE_FILES_H
#define WM_TESTS_WORKLOADS_TRACE_FILES_H

#include "tests/support/support.h"

#include "harness/core/file.h"
#include "workloads/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline struct wm_trace_writer *create(const char *name)
{
    struct wm_trace_writer *writer = NULL;
    struct wm_error err = {0};
    if (wm_trace_create(name, "a test", &writer, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    return writer;
}

static inline void commit(struct wm_trace_writer *writer)
{
    struct wm_error err = {0};
    if (wm_trace_commit(writer, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
}

/* `count` small requests with bodies of `body_bytes` that do not compress. */
static inline void write_many(const char *name, uint64_t count, size_t body_bytes)
{
    struct wm_trace_writer *writer = create(name);
    uint8_t *body = malloc(body_bytes + 1);
    assert_non_null(body);
    uint64_t state = 88172645463325252;
    for (uint64_t i = 0; i < count; i++) {
        char number[24];
        snprintf(number, sizeof(number), "%llu", (unsigned long long)i);
        for (size_t b = 0; b < body_bytes; b++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            body[b] = (uint8_t)state;
        }
        const struct wm_work_field fields[] = {
            {"op",  "order"},
            {"sku", number }
        };
        struct wm_work work = {.index = i,
                               .due_ns = i * 1000,
                               .entry = "HandleRequest",
                               .field_count = 2,
                               .fields = fields,
                               .body = body_bytes > 0 ? body : NULL,
                               .body_bytes = body_bytes};
        struct wm_error err = {0};
        assert_int_equal(wm_trace_write(writer, &work, &err), 0);
    }
    commit(writer);
    free(body);
}

static uint64_t hash_sum; /* of all requests that read_all saw last */

/* Reads all: the number of requests, or the first error. */
static inline int64_t read_all(const char *name, uint64_t *ret_cut, struct wm_error *err)
{
    hash_sum = 0;
    struct wm_trace_reader *reader = NULL;
    struct wm_work work;
    int64_t count = 0;
    int rc = wm_trace_open(name, &reader, err);
    if (rc < 0)
        return rc;
    while ((rc = wm_trace_next(reader, &work, err)) > 0) {
        assert_int_equal(work.index, count);
        hash_sum += wm_work_hash(&work);
        count++;
    }
    *ret_cut = wm_trace_cut(reader);
    wm_trace_close(reader);
    return rc < 0 ? rc : count;
}

struct fixture {
    char *folder;
    char *name;
    char *other;
};

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->folder = wm_test_folder();
    f->name = wm_file_join_dup(f->folder, "a.wmt");
    f->other = wm_file_join_dup(f->folder, "b.wmt");
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    wm_test_folder_remove(f->folder);
    free(f->name);
    free(f->other);
    free(f);
    return 0;
}

#endif
