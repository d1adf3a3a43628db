/* test_trace.c - traces come back as written; what was cut off or damaged is told apart. */
#include "tests/support/support.h"

#include "harness/core/file.h"
#include "workloads/trace.h"
#include "workloads/trace_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- making traces ---- */

static struct wm_trace_writer *create(const char *name)
{
    struct wm_trace_writer *writer = NULL;
    struct wm_error err = {0};
    if (wm_trace_create(name, "a test", &writer, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    return writer;
}

static void commit(struct wm_trace_writer *writer)
{
    struct wm_error err = {0};
    if (wm_trace_commit(writer, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
}

/* `count` small requests with bodies of `body_bytes` that do not compress. */
static void write_many(const char *name, uint64_t count, size_t body_bytes)
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

/* A file of any bytes. */
static void write_bytes(const char *name, const void *bytes, size_t length)
{
    struct wm_error err = {0};
    assert_int_equal(wm_file_write(name, bytes, length, &err), 0);
}

static uint64_t hash_sum; /* of all requests that read_all saw last */

/* Reads all: the number of requests, or the first error. */
static int64_t read_all(const char *name, uint64_t *ret_cut, struct wm_error *err)
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

/* Offsets of the members of a whole trace; the last is the file's size. */
static size_t find_members(const char *bytes, size_t length, size_t *offsets, size_t most)
{
    size_t count = 0, at = 0;
    while (at < length && count + 1 < most) {
        struct wm_trace_frame frame;
        assert_true(wm_trace_frame_read((const uint8_t *)bytes + at, &frame));
        offsets[count++] = at;
        at += frame.member_bytes;
    }
    offsets[count] = at;
    return count;
}

/* A trace with the header of `donor` and one member of `plain`, as a hostile writer makes it. */
static void write_hostile(const char *name, const char *donor, const uint8_t *plain, size_t length)
{
    z_stream deflater;
    uint8_t *member = NULL;
    size_t capacity = 0;
    assert_int_equal(wm_trace_deflate_init(&deflater), 0);
    int bytes =
        wm_trace_member_pack(&deflater, WM_TRACE_REQUESTS, plain, length, &member, &capacity);
    assert_true(bytes > 0);
    deflateEnd(&deflater);
    char *whole = wm_test_read(donor);
    struct wm_trace_frame header;
    assert_true(wm_trace_frame_read((const uint8_t *)whole, &header));
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    fwrite(whole, 1, header.member_bytes, file);
    fwrite(member, 1, (size_t)bytes, file);
    assert_int_equal(fclose(file), 0);
    free(whole);
    free(member);
}

struct fixture {
    char *folder;
    char *name;
    char *other;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->folder = wm_test_folder();
    f->name = wm_file_join_dup(f->folder, "a.wmt");
    f->other = wm_file_join_dup(f->folder, "b.wmt");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    wm_test_folder_remove(f->folder);
    free(f->name);
    free(f->other);
    free(f);
    return 0;
}

/* ---- what is written comes back ---- */

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

/* ---- cut off, damaged, hostile ---- */

static void test_a_trace_cut_anywhere_reads_up_to_its_last_whole_member(void **state)
{
    struct fixture *f = *state;
    size_t offsets[16];
    struct wm_error err = {0};
    write_many(f->name, 12, 60000); /* 3 members of 5, 5 and 2 requests */
    struct stat status;
    assert_int_equal(stat(f->name, &status), 0);
    char *bytes = wm_test_read(f->name);
    size_t members = find_members(bytes, (size_t)status.st_size, offsets, 16);
    assert_int_equal(members, 5);
    for (size_t at = 0; at < (size_t)status.st_size; at += at % 4099 == 1 ? 4097 : 1) {
        size_t whole = 0;
        while (offsets[whole + 1] <= at)
            whole++;
        if (at - offsets[whole] > 100 && offsets[whole + 1] - at > 100 && at % 4099 != 1)
            continue; /* near a member's ends each byte, elsewhere some */
        write_bytes(f->other, bytes, at);
        uint64_t cut = 0;
        int64_t count = read_all(f->other, &cut, &err);
        static const int64_t expected[] = {-EINVAL, 0, 5, 10, 12};
        assert_int_equal(count, expected[whole]);
        if (whole > 0)
            assert_int_equal(cut, offsets[whole]);
    }
    free(bytes);
}

static void test_a_flipped_bit_is_found_or_changes_nothing(void **state)
{
    struct fixture *f = *state;
    write_many(f->name, 40, 7);
    struct stat status;
    assert_int_equal(stat(f->name, &status), 0);
    char *bytes = wm_test_read(f->name);
    uint64_t cut = 0;
    assert_int_equal(read_all(f->name, &cut, NULL), 40);
    uint64_t expected = hash_sum;
    int unseen = 0;
    for (size_t bit = 0; bit < (size_t)status.st_size * 8; bit += 3) {
        struct wm_error err = {0};
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        FILE *file = fopen(f->other, "wb");
        assert_non_null(file);
        fwrite(bytes, 1, (size_t)status.st_size, file);
        assert_int_equal(fclose(file), 0);
        int64_t count = read_all(f->other, &cut, &err);
        /* up to 7 bits behind a member's deflated data mean nothing */
        if (count != -EINVAL && (count != 40 || cut != 0 || hash_sum != expected))
            fail_msg("bit %zu was flipped and nobody saw it", bit);
        unseen += count == 40;
        assert_int_equal(count == 40, err.text[0] == '\0');
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
    }
    assert_true(unseen <= 3 * 7);
    free(bytes);
}

static void test_damage_in_the_middle_names_its_byte_and_stays(void **state)
{
    struct fixture *f = *state;
    size_t offsets[16];
    struct stat status;
    write_many(f->name, 12, 60000);
    assert_int_equal(stat(f->name, &status), 0);
    char *bytes = wm_test_read(f->name);
    find_members(bytes, (size_t)status.st_size, offsets, 16);
    bytes[offsets[2] + 5000] ^= 4;
    write_bytes(f->name, bytes, (size_t)status.st_size);
    free(bytes);
    struct wm_trace_reader *reader = NULL;
    struct wm_work work;
    struct wm_error err = {0};
    assert_int_equal(wm_trace_open(f->name, &reader, NULL), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(wm_trace_next(reader, &work, &err), 1);
    char place[700];
    snprintf(place, sizeof(place), "%s:byte %zu", f->name, offsets[2]);
    for (int i = 0; i < 2; i++) {
        memset(&err, 0, sizeof(err));
        assert_int_equal(wm_trace_next(reader, &work, &err), -EINVAL);
        assert_string_equal(err.place, place);
    }
    assert_int_equal(wm_trace_cut(reader), 0);
    wm_trace_close(reader);
}

static void test_a_lost_member_and_a_second_trace_are_damage(void **state)
{
    struct fixture *f = *state;
    size_t offsets[16];
    struct stat status;
    struct wm_error err = {0};
    uint64_t cut;
    write_many(f->name, 12, 60000);
    assert_int_equal(stat(f->name, &status), 0);
    size_t size = (size_t)status.st_size;
    char *bytes = wm_test_read(f->name);
    find_members(bytes, size, offsets, 16);
    char *joined = malloc(2 * size);
    assert_non_null(joined);
    memcpy(joined, bytes, size);
    memcpy(joined + size, bytes, size);
    write_bytes(f->other, joined, 2 * size);
    assert_int_equal(read_all(f->other, &cut, &err), -EINVAL);
    assert_non_null(strstr(err.text, "more follows"));
    memmove(bytes + offsets[2], bytes + offsets[3], size - offsets[3]);
    write_bytes(f->other, bytes, size - (offsets[3] - offsets[2]));
    assert_int_equal(read_all(f->other, &cut, &err), -EINVAL);
    assert_non_null(strstr(err.text, "lacks requests"));
    free(joined);
    free(bytes);
}

static void test_what_is_no_trace_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const contents[] = {"", "x", "\x1f\x8b\x08", "entry,weight\nHandle,1\n",
                                           "0123456789012345678901234567890123456789"};
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        struct wm_error err = {0};
        uint64_t cut;
        write_bytes(f->name, contents[i], strlen(contents[i]));
        assert_false(wm_trace_is(f->name));
        assert_int_equal(read_all(f->name, &cut, &err), -EINVAL);
        assert_string_equal(err.place, f->name);
    }
    uint64_t cut;
    assert_int_equal(read_all(f->folder, &cut, NULL), -EISDIR);
    assert_int_equal(read_all("/nonexistent/a.wmt", &cut, NULL), -ENOENT);
    assert_false(wm_trace_is(f->folder));
    assert_false(wm_trace_is("/nonexistent/a.wmt"));
    write_many(f->name, 0, 0);
    assert_true(wm_trace_is(f->name));
}

static void test_a_member_that_unpacks_to_more_than_it_states_is_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t *zeros = calloc(1, WM_TRACE_PLAIN_MAX + 1);
    uint64_t cut;
    assert_non_null(zeros);
    write_many(f->other, 0, 0);
    write_hostile(f->name, f->other, zeros, WM_TRACE_PLAIN_MAX + 1);
    assert_int_equal(read_all(f->name, &cut, NULL), -EINVAL);
    /* the same data under a frame that says 100 bytes */
    struct stat status;
    assert_int_equal(stat(f->name, &status), 0);
    char *bytes = wm_test_read(f->name);
    size_t offset = 0;
    struct wm_trace_frame frame;
    assert_true(wm_trace_frame_read((const uint8_t *)bytes, &frame));
    offset = frame.member_bytes;
    memcpy(bytes + offset + 24, "\x64\0\0\0", 4);
    unsigned long crc = crc32(0, (const uint8_t *)bytes + offset, 28);
    for (int i = 0; i < 4; i++)
        bytes[offset + 28 + (size_t)i] = (char)(crc >> (8 * i));
    memcpy(bytes + status.st_size - 4, "\x64\0\0\0", 4);
    write_bytes(f->name, bytes, (size_t)status.st_size);
    assert_int_equal(read_all(f->name, &cut, NULL), -EINVAL);
    free(bytes);
    free(zeros);
}

static void test_hostile_messages_are_refused(void **state)
{
    struct fixture *f = *state;
    struct wm_error err = {0};
    uint64_t cut;
    write_many(f->other, 0, 0);
    static const struct {
        const char *plain;
        size_t length;
    } cases[] = {
        {"\x7f",                                     1 }, /* longer than the member */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10}, /* longer than anything */
        {"\x80",                                     1 }, /* a length that does not end */
        {"\x02\x22\x05",                             3 }, /* a body longer than the message */
        {"\x05\x12\x03"
         "a\0b",                            6 }, /* an entry with a NUL inside */
        {"\x04\x1a\x05\x0a\x01",                     5 }, /* a field longer than the message */
        {"\x01\x0b",                                 2 }, /* a group that is never closed */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_hostile(f->name, f->other, (const uint8_t *)cases[i].plain, cases[i].length);
        assert_int_equal(read_all(f->name, &cut, &err), -EINVAL);
    }
    /* 8 million fields in one message of 16 MiB: far more memory than bytes */
    size_t length = WM_TRACE_REQUEST_MAX;
    uint8_t *plain = calloc(1, length + WM_TRACE_VARINT_BYTES);
    assert_non_null(plain);
    size_t used = wm_trace_length_write(length, plain);
    for (size_t i = 0; i < length; i += 2)
        plain[used + i] = 0x1a;
    write_hostile(f->name, f->other, plain, used + length);
    assert_int_equal(read_all(f->name, &cut, &err), -EINVAL);
    free(plain);
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
        cmocka_unit_test_setup_teardown(test_a_trace_cut_anywhere_reads_up_to_its_last_whole_member,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_flipped_bit_is_found_or_changes_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_damage_in_the_middle_names_its_byte_and_stays, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_lost_member_and_a_second_trace_are_damage, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_trace_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_member_that_unpacks_to_more_than_it_states_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hostile_messages_are_refused, set_up, tear_down),
        cmocka_unit_test(test_a_trace_goes_through_a_pipe_but_does_not_start_over),
        cmocka_unit_test_setup_teardown(
            test_a_full_disk_is_told_and_a_discarded_trace_leaves_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
