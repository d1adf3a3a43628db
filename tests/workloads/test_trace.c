/* test_trace.c - traces come back as written, through files and pipes, in fixed memory. */
#include "tests/workloads/trace_files.h"
#include "workloads/trace_format.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_a_request_comes_back_as_written(void **state)
{
    struct fixture *f = *state;
    const struct wm_work_field fields[] = {
        {"target", "/a?b=\"c\""},
        {"empty",  ""          },
        {"target", "again"     },
        {"bytes",  "\xff\x01"  }
    };
    const struct wm_work works[] = {
        {.due_ns = 0,          .entry = "", .field_count = 0, .body = NULL},
        {.due_ns = UINT64_MAX,
         .think_ns = 7,
         .entry = "HandleRequest",
         .field_count = 4,
         .fields = fields,
         .body = "\0binary",
         .body_bytes = 7},
        {.due_ns = 5,   .entry = "E",                   .body = "",                                   .body_bytes = 0                                    },
    };
    struct wm_trace_writer *writer = create(f->name);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(wm_trace_write(writer, &works[i], NULL), 0);
    commit(writer);
    struct wm_trace_reader *reader = NULL;
    struct wm_work work;
    assert_int_equal(wm_trace_open(f->name, &reader, NULL), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(wm_trace_next(reader, &work, NULL), 1);
        assert_int_equal(work.index, i);
        assert_true(work.due_ns == works[i].due_ns && work.think_ns == works[i].think_ns);
        assert_string_equal(work.entry, works[i].entry);
        assert_int_equal(work.row, UINT32_MAX);
        assert_int_equal(work.field_count, works[i].field_count);
        for (size_t j = 0; j < work.field_count; j++) {
            assert_string_equal(work.fields[j].name, fields[j].name);
            assert_string_equal(work.fields[j].value, fields[j].value);
        }
        assert_int_equal(work.body == NULL, works[i].body == NULL);
        assert_int_equal(work.body_bytes, works[i].body_bytes);
        if (work.body != NULL)
            assert_memory_equal(work.body, works[i].body, work.body_bytes);
    }
    assert_int_equal(wm_trace_next(reader, &work, NULL), 0);
    assert_int_equal(wm_trace_next(reader, &work, NULL), 0);
    assert_int_equal(wm_trace_cut(reader), 0);
    wm_trace_close(reader);
}

static void test_many_members_come_back_whole_and_can_be_read_again(void **state)
{
    struct fixture *f = *state;
    struct wm_trace_reader *reader = NULL;
    struct wm_work work;
    write_many(f->name, 5000, 200);
    assert_int_equal(wm_trace_open(f->name, &reader, NULL), 0);
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < 5000; i++) {
            assert_int_equal(wm_trace_next(reader, &work, NULL), 1);
            assert_int_equal(work.index, i);
            assert_int_equal(strtoull(work.fields[1].value, NULL, 10), i);
        }
        assert_int_equal(wm_trace_next(reader, &work, NULL), 0);
        assert_int_equal(wm_trace_rewind(reader, NULL), 0);
    }
    wm_trace_close(reader);
}

static void test_the_summary_counts_requests_and_names_the_source(void **state)
{
    struct fixture *f = *state;
    struct wm_trace_summary summary;
    write_many(f->name, 1234, 0);
    assert_int_equal(wm_trace_summarize(f->name, &summary, NULL), 0);
    assert_int_equal(summary.requests, 1234);
    assert_int_equal(summary.last_due_ns, 1233000);
    assert_int_equal(summary.cut_offset, 0);
    assert_string_equal(summary.source, "a test");
}

static void test_a_trace_without_requests_is_whole(void **state)
{
    struct fixture *f = *state;
    uint64_t cut = 1;
    write_many(f->name, 0, 0);
    assert_int_equal(read_all(f->name, &cut, NULL), 0);
    assert_int_equal(cut, 0);
}

static void test_equal_requests_make_equal_bytes(void **state)
{
    struct fixture *f = *state;
    write_many(f->name, 3000, 100);
    write_many(f->other, 3000, 100);
    struct stat one, two;
    assert_int_equal(stat(f->name, &one), 0);
    assert_int_equal(stat(f->other, &two), 0);
    assert_int_equal(one.st_size, two.st_size);
    char *first = wm_test_read(f->name), *second = wm_test_read(f->other);
    assert_memory_equal(first, second, (size_t)one.st_size);
    assert_memory_equal(first + 4, "\0\0\0\0", 4); /* gzip's time stamp */
    free(first);
    free(second);
}

static void test_gunzip_unpacks_a_trace(void **state)
{
    struct fixture *f = *state;
    char buffer[65536];
    int count, total = 0, code;
    write_many(f->name, 2000, 300);
    gzFile file = gzopen(f->name, "rb");
    assert_non_null(file);
    while ((count = gzread(file, buffer, sizeof(buffer))) > 0)
        total += count;
    gzerror(file, &code);
    assert_int_equal(count, 0);
    assert_int_equal(code, Z_OK);
    assert_true(total > 2000 * 300);
    gzclose_r(file);
}

static void test_a_request_above_the_limits_is_refused(void **state)
{
    struct fixture *f = *state;
    struct wm_error err = {0};
    struct wm_trace_writer *writer = create(f->name);
    char *body = calloc(1, WM_TRACE_REQUEST_MAX);
    assert_non_null(body);
    struct wm_work work = {.entry = "", .body = body, .body_bytes = WM_TRACE_REQUEST_MAX};
    assert_int_equal(wm_trace_write(writer, &work, &err), -EINVAL);
    assert_non_null(strstr(err.text, "16 MiB"));
    work.body_bytes = WM_TRACE_REQUEST_MAX - 100;
    assert_int_equal(wm_trace_write(writer, &work, NULL), 0);
    struct wm_work_field fields[WM_WORK_FIELD_MAX + 1];
    for (size_t i = 0; i <= WM_WORK_FIELD_MAX; i++)
        fields[i] = (struct wm_work_field){"name", "value"};
    work = (struct wm_work){.entry = "", .fields = fields, .field_count = WM_WORK_FIELD_MAX + 1};
    assert_int_equal(wm_trace_write(writer, &work, &err), -EINVAL);
    work.field_count = WM_WORK_FIELD_MAX;
    assert_int_equal(wm_trace_write(writer, &work, NULL), 0);
    commit(writer);
    uint64_t cut;
    assert_int_equal(read_all(f->name, &cut, NULL), 2);
    free(body);
}

/* ---- pipes, full disks, memory ---- */

static void test_a_trace_goes_through_a_pipe_but_does_not_start_over(void **state)
{
    (void)state;
    int ends[2];
    char name[2][40];
    struct wm_error err = {0};
    struct wm_trace_reader *reader = NULL;
    struct wm_work work;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    for (int i = 0; i < 2; i++)
        snprintf(name[i], sizeof(name[i]), "/proc/self/fd/%d", ends[i]);
    write_many(name[1], 100, 0);
    close(ends[1]);
    assert_false(wm_trace_is(name[0]));
    assert_int_equal(wm_trace_open(name[0], &reader, NULL), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(wm_trace_next(reader, &work, NULL), 1);
    assert_int_equal(wm_trace_next(reader, &work, NULL), 0);
    assert_int_equal(wm_trace_cut(reader), 0);
    assert_int_equal(wm_trace_rewind(reader, &err), -ESPIPE);
    assert_non_null(strstr(err.text, "pipe"));
    wm_trace_close(reader);
    close(ends[0]);
}

static void test_a_full_disk_is_told_and_a_discarded_trace_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct wm_error err = {0};
    if (access("/dev/full", W_OK) == 0) {
        struct wm_trace_writer *writer = create("/dev/full");
        struct wm_work work = {.entry = ""};
        assert_int_equal(wm_trace_write(writer, &work, NULL), 0);
        assert_int_equal(wm_trace_commit(writer, &err), -ENOSPC);
        assert_true(err.text[0] != '\0');
    }
    wm_trace_discard(create(f->name));
    wm_trace_discard(NULL);
    assert_int_not_equal(access(f->name, F_OK), 0);
    assert_int_equal(rmdir(f->folder), 0); /* not even a temporary file */
    assert_int_equal(mkdir(f->folder, 0700), 0);
    struct wm_trace_writer *writer = NULL;
    assert_int_equal(wm_trace_create("/nonexistent/a.wmt", "", &writer, &err), -ENOENT);
    assert_null(writer);
}

static void test_memory_does_not_grow_with_the_trace(void **state)
{
    struct fixture *f = *state;
    struct rusage before, after;
    uint64_t cut;
    write_many(f->name, 100, 0);
    assert_int_equal(read_all(f->name, &cut, NULL), 100);
    getrusage(RUSAGE_SELF, &before);
    write_many(f->name, 400000, 8); /* about 25 MB unpacked */
    assert_int_equal(read_all(f->name, &cut, NULL), 400000);
    getrusage(RUSAGE_SELF, &after);
    assert_true(after.ru_maxrss - before.ru_maxrss < 8 * 1024); /* KiB */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_memory_does_not_grow_with_the_trace, set_up,
                                        tear_down), /* first: peaks of others would hide it */
        cmocka_unit_test_setup_teardown(test_a_request_comes_back_as_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_members_come_back_whole_and_can_be_read_again,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_summary_counts_requests_and_names_the_source,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_trace_without_requests_is_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equal_requests_make_equal_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gunzip_unpacks_a_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_request_above_the_limits_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test(test_a_trace_goes_through_a_pipe_but_does_not_start_over),
        cmocka_unit_test_setup_teardown(
            test_a_full_disk_is_told_and_a_discarded_trace_leaves_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
