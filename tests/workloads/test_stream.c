/* test_stream.c - one stream, several threads: each request once, the same as on one thread. */
#include "workloads/stream.h"

#include "harness/core/file.h"
#include "tests/support/support.h"
#include "workloads/mix.h"
#include "workloads/trace.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUESTS = 20000, THREADS = 4 };

static const char mix_text[] = "entry,weight,id,tag,body\n"
                               "A,3,{seq},{string 12},{hex 40}\n"
                               "B,1,{uniform 1 9},fixed,\n";

struct share {
    struct wm_stream *stream;
    atomic_uint_fast64_t *next; /* index of a mix's next request */
    uint64_t count;
    uint64_t hash; /* sum over this thread's requests */
    bool seen[REQUESTS];
};

static struct wm_stream *open_stream(const char *name, bool trace)
{
    struct wm_stream *stream = NULL;
    struct wm_error err = {0};

    if (wm_stream_open(name, trace, 1, &stream, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    return stream;
}

/* Draws until the stream, or the REQUESTS of a mix, are used up. Asserts nothing: cmocka's
 * failures may not leave a thread. */
static void *draw_all(void *user)
{
    struct share *share = user;
    struct wm_cursor *cursor = NULL;
    struct wm_work work;

    if (wm_cursor_new(share->stream, &cursor) < 0)
        return NULL;
    for (;;) {
        uint64_t index = atomic_fetch_add(share->next, 1);
        if (wm_stream_mix(share->stream) != NULL && index >= REQUESTS)
            break;
        if (wm_stream_draw(cursor, index, &work, NULL) != 1 || work.index >= REQUESTS)
            break;
        share->seen[work.index] = true;
        share->hash += wm_work_hash(&work);
        share->count++;
    }
    wm_cursor_free(cursor);
    return NULL;
}

/* The sum of all requests' hashes, drawn by `threads` threads; each request must come once. */
static uint64_t draw_by(struct wm_stream *stream, size_t threads)
{
    struct share *shares = calloc(threads, sizeof(*shares));
    pthread_t ids[THREADS];
    atomic_uint_fast64_t next = 0;
    uint64_t hash = 0, count = 0;

    assert_non_null(shares);
    for (size_t i = 0; i < threads; i++) {
        shares[i].stream = stream;
        shares[i].next = &next;
        assert_int_equal(pthread_create(&ids[i], NULL, draw_all, &shares[i]), 0);
    }
    for (size_t i = 0; i < threads; i++) {
        assert_int_equal(pthread_join(ids[i], NULL), 0);
        hash += shares[i].hash;
        count += shares[i].count;
    }
    assert_int_equal(count, REQUESTS);
    for (size_t i = 0; i < REQUESTS; i++) {
        size_t times = 0;
        for (size_t j = 0; j < threads; j++)
            times += shares[j].seen[i];
        assert_int_equal(times, 1);
    }
    free(shares);
    return hash;
}

/* Writes the mix's requests as a trace beside it; free() the name. */
static char *write_trace(const char *folder, struct wm_stream *mix)
{
    struct wm_trace_writer *writer = NULL;
    struct wm_cursor *cursor = NULL;
    struct wm_error err = {0};
    char *name = wm_file_join_dup(folder, "mix.wmt");

    assert_non_null(name);
    assert_int_equal(wm_trace_create(name, "test", &writer, &err), 0);
    assert_int_equal(wm_cursor_new(mix, &cursor), 0);
    for (uint64_t i = 0; i < REQUESTS; i++) {
        struct wm_work work;
        assert_int_equal(wm_stream_draw(cursor, i, &work, &err), 1);
        assert_int_equal(wm_trace_write(writer, &work, &err), 0);
    }
    assert_int_equal(wm_trace_commit(writer, &err), 0);
    wm_cursor_free(cursor);
    return name;
}

static void test_stream_of_a_mix_is_the_same_on_any_number_of_threads(void **state)
{
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "mix.csv", mix_text);
    struct wm_stream *stream = open_stream(name, false);
    (void)state;

    assert_non_null(wm_stream_mix(stream));
    assert_int_equal(wm_mix_row_count(wm_stream_mix(stream)), 2);
    uint64_t alone = draw_by(stream, 1);
    assert_true(draw_by(stream, THREADS) == alone);
    assert_int_equal(wm_stream_rewind(stream, NULL), 0);
    assert_true(draw_by(stream, THREADS) == alone);
    wm_stream_close(stream);
    free(name);
    wm_test_folder_remove(folder);
}

static void test_stream_of_a_trace_hands_each_request_out_once(void **state)
{
    char *folder = wm_test_folder();
    char *mix_name = wm_test_file(folder, "mix.csv", mix_text);
    struct wm_stream *mix = open_stream(mix_name, false);
    char *name = write_trace(folder, mix);
    struct wm_stream *trace = open_stream(name, true);
    struct wm_error err = {0};
    (void)state;

    assert_null(wm_stream_mix(trace));
    uint64_t expected = draw_by(mix, 1);
    assert_true(draw_by(trace, 1) == expected);
    assert_int_equal(wm_stream_rewind(trace, &err), 0);
    assert_true(draw_by(trace, THREADS) == expected);
    wm_stream_close(trace);
    wm_stream_close(mix);
    free(name);
    free(mix_name);
    wm_test_folder_remove(folder);
}

static void test_stream_of_a_trace_keeps_file_order_and_ends_for_good(void **state)
{
    char *folder = wm_test_folder();
    char *mix_name = wm_test_file(folder, "mix.csv", mix_text);
    struct wm_stream *mix = open_stream(mix_name, false);
    char *name = write_trace(folder, mix);
    struct wm_stream *trace = open_stream(name, true);
    struct wm_cursor *one = NULL, *other = NULL;
    struct wm_error err = {0};
    struct wm_work kept, work;
    (void)state;

    assert_int_equal(wm_cursor_new(trace, &one), 0);
    assert_int_equal(wm_cursor_new(trace, &other), 0);
    assert_int_equal(wm_stream_draw(one, 77, &kept, &err), 1);
    assert_int_equal(kept.index, 0);
    uint64_t hash = wm_work_hash(&kept);
    for (uint64_t i = 1; i < REQUESTS; i++) {
        assert_int_equal(wm_stream_draw(other, 0, &work, &err), 1);
        assert_int_equal(work.index, i);
    }
    assert_true(wm_work_hash(&kept) == hash); /* the other cursor's draws left it alone */
    assert_int_equal(wm_stream_draw(one, 0, &work, &err), 0);
    assert_int_equal(wm_stream_draw(other, 0, &work, &err), 0);
    wm_cursor_free(one);
    wm_cursor_free(other);
    wm_cursor_free(NULL);
    wm_stream_close(trace);
    wm_stream_close(mix);
    free(name);
    free(mix_name);
    wm_test_folder_remove(folder);
}

/* Damage in the middle: told once to each who asks, and again after that. */
static void test_stream_of_a_damaged_trace_tells_every_cursor(void **state)
{
    char *folder = wm_test_folder();
    char *mix_name = wm_test_file(folder, "mix.csv", mix_text);
    struct wm_stream *mix = open_stream(mix_name, false);
    char *name = write_trace(folder, mix);
    struct wm_cursor *cursors[2] = {NULL, NULL};
    struct wm_error err = {0};
    struct wm_work work;
    char *data = NULL;
    size_t length = 0;
    int rc = 1;
    (void)state;

    assert_int_equal(wm_file_read(name, 0, &data, &length, &err), 0);
    memset(data + length / 2, 0x55, 64);
    assert_int_equal(wm_file_write(name, data, length, &err), 0);
    struct wm_stream *trace = open_stream(name, true);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(wm_cursor_new(trace, &cursors[i]), 0);
    for (size_t i = 0; i < REQUESTS && rc == 1; i++)
        rc = wm_stream_draw(cursors[0], 0, &work, &err);
    assert_true(rc < 0);
    for (size_t i = 0; i < 2; i++) {
        struct wm_error again = {0};
        assert_int_equal(wm_stream_draw(cursors[i], 0, &work, &again), rc);
        assert_string_equal(again.text, err.text);
        wm_cursor_free(cursors[i]);
    }
    wm_stream_close(trace);
    wm_stream_close(mix);
    free(data);
    free(name);
    free(mix_name);
    wm_test_folder_remove(folder);
}

static void test_stream_that_cannot_open_is_told(void **state)
{
    struct wm_stream *stream = NULL;
    struct wm_error err = {0};
    (void)state;

    assert_int_equal(wm_stream_open("no/such/mix.csv", WM_STREAM_MIX, 1, &stream, &err), -ENOENT);
    assert_string_equal(err.place, "no/such/mix.csv");
    assert_int_equal(wm_stream_open("no/such/t.wmt", WM_STREAM_TRACE, 1, &stream, &err), -ENOENT);
    assert_null(stream);
    wm_stream_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream_of_a_mix_is_the_same_on_any_number_of_threads),
        cmocka_unit_test(test_stream_of_a_trace_hands_each_request_out_once),
        cmocka_unit_test(test_stream_of_a_trace_keeps_file_order_and_ends_for_good),
        cmocka_unit_test(test_stream_of_a_damaged_trace_tells_every_cursor),
        cmocka_unit_test(test_stream_that_cannot_open_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
