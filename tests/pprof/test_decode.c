/* test_decode.c - reading what others wrote, and what nobody should have written. */
#include "harness/core/file.h"
#include "harness/core/intern.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/gzip.h"
#include "profiles/pprof/sample_stack.h"
#include "tests/pprof/sample_profile.h"
#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t limit = 64 << 20;

/* Decodes a string literal; the profile or NULL, with the error's text. */
#define DECODE(literal, err)                                                                       \
    decode((const unsigned char *)(literal), sizeof(literal) - 1, -EINVAL, (err))

static struct wm_profile *decode(const unsigned char *data, size_t length, int expected,
                                 struct wm_error *err)
{
    struct wm_profile *profile = NULL;
    *err = (struct wm_error){0};
    int rc = wm_profile_decode(data, length, limit, "bytes", &profile, err);
    if (rc < 0) {
        assert_int_equal(rc, expected);
        assert_null(profile);
        assert_string_equal(err->place, "bytes");
        assert_true(err->text[0] != '\0');
    }
    return profile;
}

static void test_every_profile_of_the_corpus_is_read(void **state)
{
    (void)state;
    char *corpus = wm_test_shared("pprof-corpus");
    char *folder = wm_file_join_dup(corpus, "profiles");
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        if (strstr(entry->d_name, ".pb") == NULL)
            continue;
        char *name = wm_file_join_dup(folder, entry->d_name);
        struct wm_profile *read = NULL, *again = NULL;
        struct wm_error err = {0};
        if (wm_profile_read(name, limit, &read, &err) < 0)
            fail_msg("%s: %s", err.place, err.text);
        unsigned char *bytes, *bytes_again;
        size_t length, length_again;
        assert_int_equal(wm_profile_encode(read, &bytes, &length), 0);
        assert_int_equal(wm_profile_decode(bytes, length, 0, name, &again, &err), 0);
        assert_int_equal(again->sample_count, read->sample_count);
        assert_int_equal(wm_profile_encode(again, &bytes_again, &length_again), 0);
        assert_int_equal(length, length_again);
        assert_memory_equal(bytes, bytes_again, length);
        free(bytes);
        free(bytes_again);
        wm_profile_free(read);
        wm_profile_free(again);
        free(name);
        count++;
    }
    closedir(listing);
    assert_true(count >= 30);
    free(folder);
    free(corpus);
}

static void test_numbers_may_be_packed_or_not(void **state)
{
    (void)state;
    struct wm_error err;
    /* type 1/2, one sample with locations 9 9 and value 5, location 9, strings "" "a" "b" */
#define HEAD "\x0a\x04\x08\x01\x10\x02"
#define TAIL "\x22\x04\x08\x09\x18\x07\x32\x00\x32\x01\x61\x32\x01\x62"
    struct wm_profile *packed = DECODE(HEAD "\x12\x07\x0a\x02\x09\x09\x12\x01\x05" TAIL, &err);
    struct wm_profile *plain = DECODE(HEAD "\x12\x06\x08\x09\x08\x09\x10\x05" TAIL, &err);
    assert_non_null(packed);
    assert_non_null(plain);
    char *left = sample_profile_dump(packed), *right = sample_profile_dump(plain);
    assert_string_equal(left, right);
    assert_int_equal(packed->samples[0].location_count, 2);
    assert_int_equal(packed->locations[0].id, 9);
    free(left);
    free(right);
    wm_profile_free(packed);
    wm_profile_free(plain);
}

static void test_a_profile_without_mappings_gets_an_empty_one(void **state)
{
    (void)state;
    struct wm_error err;
    struct wm_profile *profile = DECODE("\x22\x04\x08\x09\x18\x07\x32\x00", &err);
    assert_non_null(profile);
    assert_int_equal(profile->mapping_count, 1);
    assert_int_equal(profile->mappings[0].id, 1);
    assert_int_equal(profile->locations[0].mapping, 1);
    wm_profile_free(profile);
}

static void test_labels_are_strings_or_numbers_or_dropped(void **state)
{
    (void)state;
    struct wm_error err;
    /* labels: key a str b num 9; key a num 9 unit b; key a num 0 */
    struct wm_profile *profile = DECODE("\x12\x16\x1a\x06\x08\x01\x10\x02\x18\x09"
                                        "\x1a\x06\x08\x01\x18\x09\x20\x02\x1a\x04\x08\x01\x18\x00"
                                        "\x32\x00\x32\x01\x61\x32\x01\x62",
                                        &err);
    assert_non_null(profile);
    assert_int_equal(profile->samples[0].label_count, 2);
    assert_string_equal(wm_profile_text(profile, profile->labels[0].string), "b");
    assert_int_equal(profile->labels[0].number, 0);
    assert_int_equal(profile->labels[1].string, 0);
    assert_int_equal(profile->labels[1].number, 9);
    assert_string_equal(wm_profile_text(profile, profile->labels[1].unit), "b");
    wm_profile_free(profile);
}

static void test_unknown_fields_are_passed_over(void **state)
{
    (void)state;
    struct wm_error err;
    struct wm_profile *profile = DECODE("\x32\x00\x78\x01\xa2\x06\x02xx\xa9\x06"
                                        "12345678\xad\x06"
                                        "1234",
                                        &err);
    assert_non_null(profile);
    wm_profile_free(profile);
}

static void test_a_string_may_hold_a_nul(void **state)
{
    (void)state;
    struct wm_error err;
    struct wm_profile *profile = DECODE("\x32\x00\x32\x03x\0y\x68\x01", &err);
    assert_non_null(profile);
    size_t length;
    const char *text = wm_intern_get(profile->strings, profile->comments[0], &length);
    assert_int_equal(length, 3);
    assert_memory_equal(text, "x\0y", 3);
    wm_profile_free(profile);
}

static void test_things_that_do_not_hold_together_are_refused(void **state)
{
    (void)state;
    struct wm_error err;
    assert_null(DECODE("\x32\x01x", &err)); /* string 0 is not empty */
    assert_non_null(strstr(err.text, "first string"));
    assert_null(DECODE("\x48\x01", &err)); /* no strings at all */
    assert_null(DECODE("\x32\x00\x68\x05", &err));
    assert_non_null(strstr(err.text, "string 5 is asked for, the table has 1"));
    assert_null(DECODE("\x32\x00\x12\x02\x10\x05", &err));
    assert_non_null(strstr(err.text, "byte 2 (unpacked)"));
    assert_non_null(strstr(err.text, "sample 1 has 1 values"));
    assert_null(DECODE("\x32\x00\x12\x02\x08\x05", &err));
    assert_non_null(strstr(err.text, "sample 1 is in location 5"));
    assert_null(DECODE("\x32\x00\x22\x02\x18\x07", &err));
    assert_non_null(strstr(err.text, "location 1 has the id 0"));
    assert_null(DECODE("\x32\x00\x22\x02\x08\x07\x22\x02\x08\x07", &err));
    assert_non_null(strstr(err.text, "byte 6 (unpacked)"));
    assert_non_null(strstr(err.text, "a second location has the id 7"));
    assert_null(DECODE("\x32\x00\x22\x04\x08\x07\x10\x03", &err));
    assert_non_null(strstr(err.text, "mapping 3, which is not there"));
    assert_null(DECODE("\x32\x00\x22\x04\x08\x07\x22\x00", &err));
    assert_non_null(strstr(err.text, "function 0, which is not there"));
    assert_null(DECODE("\x32\x00\x2a\x04\x08\x07\x10\x03", &err));
    assert_null(DECODE("\x32\x00\x1a\x02\x28\x03", &err));
}

static void test_ids_may_be_any_numbers(void **state)
{
    (void)state;
    struct wm_error err;
    /* locations 2^63, 9 and 2^63 + 1; a sample of the last, the first, the second */
#define BIG "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"
#define BIGGER "\x81\x80\x80\x80\x80\x80\x80\x80\x80\x01"
    struct wm_profile *profile =
        DECODE("\x32\x00\x22\x0b\x08" BIG "\x22\x02\x08\x09\x22\x0b\x08" BIGGER
               "\x12\x17\x0a\x15" BIGGER BIG "\x09",
               &err);
    assert_non_null(profile);
    assert_int_equal(profile->samples[0].location_count, 3);
    assert_int_equal(wm_profile_frame(profile, 0), 2);
    assert_int_equal(wm_profile_frame(profile, 1), 0);
    assert_int_equal(wm_profile_frame(profile, 2), 1);
    wm_profile_free(profile);
    assert_null(DECODE("\x32\x00\x22\x0b\x08" BIG "\x22\x02\x08\x09\x22\x0b\x08" BIG, &err));
    assert_non_null(strstr(err.text, "byte 19 (unpacked)"));
    assert_non_null(strstr(err.text, "a second location has the id 9223372036854775808"));
    assert_null(DECODE("\x32\x00\x12\x0c\x0a\x0a" BIG, &err));
    assert_non_null(strstr(err.text, "sample 1 is in location 9223372036854775808"));
}

static void test_two_profiles_one_behind_the_other_are_refused(void **state)
{
    (void)state;
    struct wm_error err;
    assert_null(DECODE("\x32\x00\x48\x01\x32\x00\x48\x02", &err));
    assert_non_null(strstr(err.text, "byte 6 (unpacked)"));
    assert_non_null(strstr(err.text, "a second one begins"));
}

static void test_a_message_as_nobody_writes_it_is_refused(void **state)
{
    (void)state;
    /* a location with 2^19 lines, 4 bytes each */
    size_t length = 2 + 5 + (4 << 19);
    unsigned char *bytes = malloc(length);
    assert_non_null(bytes);
    memcpy(bytes, "\x32\x00\x22\x80\x80\x80\x01", 7);
    for (size_t at = 7; at < length; at += 4)
        memcpy(bytes + at, "\x22\x02\x08\x01", 4);
    struct wm_error err;
    assert_null(decode(bytes, length, -EINVAL, &err));
    assert_non_null(strstr(err.text, "byte 2 (unpacked)"));
    assert_non_null(strstr(err.text, "a message of 2097152 bytes"));
    free(bytes);
}

static void test_malformed_bytes_are_told_by_their_place(void **state)
{
    (void)state;
    struct wm_error err;
    assert_null(decode((const unsigned char *)"", 0, -EINVAL, &err));
    assert_non_null(strstr(err.text, "empty"));
    assert_null(DECODE("\x32\x00\x12\x05\x08", &err));
    assert_non_null(strstr(err.text, "byte 2 (unpacked)"));
    assert_null(DECODE("\x32\x00\x32\x00\x12\x02\x08\x80", &err));
    assert_non_null(strstr(err.text, "cut off inside a number"));
    assert_null(DECODE("\x32\x00\x0d\x31\x32\x33\x34", &err));
    assert_non_null(strstr(err.text, "wrong wire type"));
    assert_null(DECODE("\x32\x00\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", &err));
    assert_non_null(strstr(err.text, "byte 3 (unpacked)"));
    assert_null(DECODE("\x32\x00\xa3\x06\xa4\x06", &err));
    assert_non_null(strstr(err.text, "unknown wire type"));
    assert_null(DECODE("\x02\x00", &err));
    assert_null(DECODE("--- heapz 1 ---\nnot a protobuf at all\n", &err));
}

/* Decodes the gzip of `data` with `more` bytes put behind it. */
static int decode_packed(const char *data, size_t length, const char *more, size_t cut,
                         uint64_t most, struct wm_error *err)
{
    unsigned char *packed;
    size_t packed_length, more_length = strlen(more);
    assert_int_equal(
        wm_gzip_pack((const unsigned char *)data, length, WM_GZIP_SMALL, &packed, &packed_length),
        0);
    packed = realloc(packed, packed_length + more_length + 1);
    assert_non_null(packed);
    memcpy(packed + packed_length, more, more_length + 1);
    struct wm_profile *profile = NULL;
    int rc =
        wm_profile_decode(packed, packed_length + more_length - cut, most, "bytes", &profile, err);
    assert_true((profile != NULL) == (rc == 0));
    wm_profile_free(profile);
    free(packed);
    return rc;
}

static void test_gzip_is_unpacked_within_the_limit(void **state)
{
    (void)state;
    struct wm_error err = {0};
    static char zeros[1 << 20]; /* a bomb of field number 0 */
    assert_int_equal(decode_packed(zeros, sizeof(zeros), "", 0, 1000, &err), -EFBIG);
    assert_non_null(strstr(err.text, "more than 1000 bytes"));
    assert_int_equal(decode_packed("\x32\x00", 2, "", 0, 2, &err), 0);
    assert_int_equal(decode_packed("\x32\x00", 2, "", 0, 1, &err), -EFBIG);
    assert_int_equal(decode_packed("\x32\x00", 2, "", 1, 0, &err), -EINVAL);
    assert_non_null(strstr(err.text, "cut off"));
    assert_int_equal(decode_packed("\x32\x00", 2, "junk", 0, 0, &err), -EINVAL);
    assert_non_null(strstr(err.text, "bad gzip data"));
    struct wm_profile *none = NULL;
    assert_int_equal(
        wm_profile_decode((const unsigned char *)"\x32\x00\x48\x01", 4, 3, "bytes", &none, &err),
        -EFBIG);
}

static void test_a_file_that_is_gone_is_an_error(void **state)
{
    (void)state;
    struct wm_error err = {0};
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_read("/nonexistent/profile.pb.gz", limit, &profile, &err), -ENOENT);
}

static void test_things_added_after_reading_join_what_was_read(void **state)
{
    (void)state;
    struct wm_profile *from = sample_profile(false), *profile = NULL;
    unsigned char *bytes;
    size_t length;
    assert_int_equal(wm_profile_encode(from, &bytes, &length), 0);
    assert_int_equal(wm_profile_decode(bytes, length, 0, "bytes", &profile, NULL), 0);
    struct wm_function function = profile->functions[1];
    assert_int_equal(wm_profile_add_function(profile, &function), 1);
    function.start_line = 77;
    assert_int_equal(wm_profile_add_function(profile, &function), 3);
    assert_int_equal(profile->functions[3].id, 4);
    free(bytes);
    wm_profile_free(from);
    wm_profile_free(profile);
}

static void test_no_cut_and_no_flipped_bit_does_harm(void **state)
{
    (void)state;
    struct wm_profile *from = sample_profile(false);
    unsigned char *bytes;
    size_t length;
    assert_int_equal(wm_profile_encode(from, &bytes, &length), 0);
    struct wm_error err;
    for (size_t cut = 0; cut < length; cut++) {
        unsigned char *copy = malloc(cut + 1); /* so that Asan sees a read past its end */
        assert_non_null(copy);
        memcpy(copy, bytes, cut);
        wm_profile_free(decode(copy, cut, -EINVAL, &err));
        free(copy);
    }
    for (size_t bit = 0; bit < length * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        struct wm_profile *profile = decode(bytes, length, -EINVAL, &err);
        if (profile != NULL) {
            unsigned char *again;
            size_t again_length;
            assert_int_equal(wm_profile_encode(profile, &again, &again_length), 0);
            free(again);
        }
        wm_profile_free(profile);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    free(bytes);
    wm_profile_free(from);
}

static void test_no_cut_and_no_flipped_bit_of_gzip_does_harm(void **state)
{
    (void)state;
    struct wm_profile *from = sample_profile(false);
    unsigned char *bytes, *packed;
    size_t length, packed_length;
    assert_int_equal(wm_profile_encode(from, &bytes, &length), 0);
    assert_int_equal(wm_gzip_pack(bytes, length, WM_GZIP_FAST, &packed, &packed_length), 0);
    struct wm_error err;
    for (size_t cut = 0; cut < packed_length; cut++)
        assert_null(decode(packed, cut, -EINVAL, &err));
    for (size_t bit = 0; bit < packed_length * 8; bit++) {
        packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
        wm_profile_free(decode(packed, packed_length, -EINVAL, &err));
        packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    free(bytes);
    free(packed);
    wm_profile_free(from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_profile_of_the_corpus_is_read),
        cmocka_unit_test(test_numbers_may_be_packed_or_not),
        cmocka_unit_test(test_a_profile_without_mappings_gets_an_empty_one),
        cmocka_unit_test(test_labels_are_strings_or_numbers_or_dropped),
        cmocka_unit_test(test_unknown_fields_are_passed_over),
        cmocka_unit_test(test_a_string_may_hold_a_nul),
        cmocka_unit_test(test_things_that_do_not_hold_together_are_refused),
        cmocka_unit_test(test_ids_may_be_any_numbers),
        cmocka_unit_test(test_two_profiles_one_behind_the_other_are_refused),
        cmocka_unit_test(test_a_message_as_nobody_writes_it_is_refused),
        cmocka_unit_test(test_malformed_bytes_are_told_by_their_place),
        cmocka_unit_test(test_gzip_is_unpacked_within_the_limit),
        cmocka_unit_test(test_a_file_that_is_gone_is_an_error),
        cmocka_unit_test(test_things_added_after_reading_join_what_was_read),
        cmocka_unit_test(test_no_cut_and_no_flipped_bit_does_harm),
        cmocka_unit_test(test_no_cut_and_no_flipped_bit_of_gzip_does_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
