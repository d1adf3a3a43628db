/* test_spool.c - requests are written in order by another thread, and a failure is told. */
#include "tests/captures/recorded.h"
#include "workloads/captures/spool.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

static struct wm_spooled *numbered(uint64_t number, const char *text)
{
    const struct wm_work_field field = {"command", text};
    const struct wm_work work = {.entry = "", .fields = &field, .field_count = 1};
    struct wm_spooled *request = wm_spooled_copy(&work);
    assert_non_null(request);
    request->due_ns = number;
    return request;
}

static void test_requests_keep_their_order(void **state)
{
    struct recorded *recorded = *state;
    struct wm_spool *spool = NULL;
    struct wm_trace_reader *reader = NULL;
    struct wm_work work;
    struct wm_error err = {0};
    enum { COUNT = 20000 };
    assert_int_equal(wm_spool_start(recorded->writer, &spool), 0);
    for (uint64_t i = 0; i < COUNT; i++)
        assert_true(wm_spool_add(spool, numbered(i, "x"), &err));
    assert_true(wm_spool_stop(spool, &err));
    assert_int_equal(wm_trace_commit(recorded->writer, &err), 0);
    recorded->writer = NULL;
    assert_int_equal(wm_trace_open(recorded->name, &reader, &err), 0);
    uint64_t count = 0;
    for (; wm_trace_next(reader, &work, &err) > 0; count++)
        assert_int_equal(work.due_ns, count);
    assert_int_equal(count, COUNT);
    wm_trace_close(reader);
}

/* A limit of the file's size stands for a full disk. */
static void test_a_failure_is_told_and_what_follows_goes_nowhere(void **state)
{
    struct recorded *recorded = *state;
    struct wm_spool *spool = NULL;
    struct wm_error err = {0};
    struct rlimit old, limit;
    static char text[10000];
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = (char)('!' + (i * 2654435761u >> 16) % 90);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = (struct rlimit){.rlim_cur = 4096, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(wm_spool_start(recorded->writer, &spool), 0);
    for (uint64_t i = 0; i < 1000; i++) {
        snprintf(text, 20, "%019u", (unsigned)(i * 2654435761u));
        text[19] = 'x';
        wm_spool_add(spool, numbered(i, text), &err);
    }
    assert_false(wm_spool_stop(spool, &err));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_string_equal(err.place, recorded->name);
    assert_non_null(strstr(err.text, "File too large"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_requests_keep_their_order, recorded_bare_begin,
                                        recorded_end),
        cmocka_unit_test_setup_teardown(test_a_failure_is_told_and_what_follows_goes_nowhere,
                                        recorded_bare_begin, recorded_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
