/* test_trace_damage.c - what was cut off, damaged or made to harm is told apart and refused. */
#include "tests/workloads/trace_files.h"
#include "workloads/trace_format.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* A file of any bytes. */
static void write_bytes(const char *name, const void *bytes, size_t length)
{
    struct wm_error err = {0};
    assert_int_equal(wm_file_write(name, bytes, length, &err), 0);
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

static void test_a_trace_cut_anywhere_reads_up_to_its_last_whole_member(void **state)
{
    struct fixture *f = *state;
    size_t offsets[16] = {0};
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

/* A limit of the file's size stands for a disk that is full: what was written before is kept. */
static void test_what_reached_a_full_disk_is_salvaged(void **state)
{
    struct fixture *f = *state;
    static uint8_t body[60000];
    struct wm_error err = {0};
    struct rlimit old, limit;
    uint64_t cut = 0, kept = 0, written = 0;
    for (size_t i = 0; i < sizeof(body); i++)
        body[i] = (uint8_t)(i * i * 2654435761u >> 16);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    struct wm_trace_writer *writer = create(f->name);
    limit = (struct rlimit){.rlim_cur = 1000000, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    int rc = 0;
    for (; rc == 0 && written < 1000; written += rc == 0) {
        struct wm_work work = {.entry = "", .body = body, .body_bytes = sizeof(body)};
        memcpy(body, &written, sizeof(written));
        rc = wm_trace_write(writer, &work, &err);
    }
    assert_int_equal(rc, -EFBIG);
    rc = wm_trace_salvage(writer, &kept, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(rc, 1);
    assert_in_range(kept, 1, written);
    assert_int_equal(read_all(f->name, &cut, &err), kept);
    assert_int_equal(cut, 0);
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
    size_t offsets[16] = {0};
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
    size_t offsets[16] = {0};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_trace_cut_anywhere_reads_up_to_its_last_whole_member,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_reached_a_full_disk_is_salvaged, set_up,
                                        tear_down),
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
