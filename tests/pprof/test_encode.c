/* test_encode.c - writing: what comes back, the same bytes for the same content, and Go's word. */
#include "harness/core/file.h"
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"
#include "tests/pprof/sample_profile.h"
#include "tests/support/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t limit = 64 << 20;

static void test_what_is_written_is_read_back(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *name = wm_file_join_dup(folder, "profile.pb.gz");
    struct wm_error err = {0};
    struct wm_profile *written = sample_profile(false), *read = NULL, *again = NULL;
    assert_int_equal(wm_profile_write(written, name, &err), 0);
    assert_int_equal(wm_profile_read(name, limit, &read, &err), 0);
    char *dump = sample_profile_dump(read);
    assert_non_null(strstr(dump, "sample 2 -2000 bytes=,512bytes path=ProcessOrder,0 "
                                 "path=another,0\n 0x1020 folded in none: hash/hash /src/shop.c:25 "
                                 "s=21\n 0x1010 in /bin/shop: parse/parse /src/shop.c:15 s=11 "
                                 "main/main /src/shop.c:3 s=1\n"));
    assert_non_null(strstr(dump, "samples/count cpu/nanoseconds # first\n# also\n"));
    assert_non_null(strstr(dump, "mapping 1000-2000+0 /bin/shop abcdef 1010\nmapping 400-800"));
    assert_non_null(strstr(dump, "period 1003009 cpu/nanoseconds drop malloc|free keep  default "
                                 "cpu\n"));

    assert_int_equal(wm_profile_write(read, name, &err), 0);
    assert_int_equal(wm_profile_read(name, limit, &again, &err), 0);
    char *dump_again = sample_profile_dump(again);
    assert_string_equal(dump, dump_again);
    free(dump);
    free(dump_again);
    wm_profile_free(written);
    wm_profile_free(read);
    wm_profile_free(again);
    free(name);
    wm_test_folder_remove(folder);
}

static void test_equal_content_gives_equal_bytes(void **state)
{
    (void)state;
    unsigned char *bytes[3];
    size_t lengths[3];
    struct wm_profile *forward = sample_profile(false), *backward = sample_profile(true);
    struct wm_profile *read = NULL;
    assert_int_equal(wm_profile_encode(forward, &bytes[0], &lengths[0]), 0);
    assert_int_equal(wm_profile_encode(backward, &bytes[1], &lengths[1]), 0);
    assert_int_equal(wm_profile_decode(bytes[0], lengths[0], 0, "bytes", &read, NULL), 0);
    assert_int_equal(wm_profile_encode(read, &bytes[2], &lengths[2]), 0);
    assert_int_equal(lengths[0], lengths[1]);
    assert_memory_equal(bytes[0], bytes[1], lengths[0]);
    assert_int_equal(lengths[0], lengths[2]);
    assert_memory_equal(bytes[0], bytes[2], lengths[0]);
    for (int i = 0; i < 3; i++)
        free(bytes[i]);
    wm_profile_free(forward);
    wm_profile_free(backward);
    wm_profile_free(read);
}

static void test_the_gzip_header_holds_no_time(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *name = wm_file_join_dup(folder, "profile.pb.gz");
    struct wm_profile *profile = sample_profile(false);
    assert_int_equal(wm_profile_write(profile, name, NULL), 0);
    unsigned char head[10];
    FILE *stream = fopen(name, "rb");
    assert_non_null(stream);
    assert_int_equal(fread(head, 1, sizeof(head), stream), sizeof(head));
    fclose(stream);
    static const unsigned char expected[8] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0};
    assert_memory_equal(head, expected, sizeof(expected));
    wm_profile_free(profile);
    free(name);
    wm_test_folder_remove(folder);
}

static void test_an_empty_profile_is_written_and_read(void **state)
{
    (void)state;
    struct wm_profile *profile = NULL, *read = NULL;
    unsigned char *bytes;
    size_t length;
    assert_int_equal(wm_profile_new(&profile), 0);
    assert_int_equal(wm_profile_encode(profile, &bytes, &length), 0);
    assert_int_equal(wm_profile_decode(bytes, length, 0, "bytes", &read, NULL), 0);
    assert_int_equal(read->sample_count, 0);
    free(bytes);
    wm_profile_free(profile);
    wm_profile_free(read);
}

static void test_a_folder_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct wm_error err = {0};
    struct wm_profile *profile = sample_profile(false);
    assert_int_equal(wm_profile_write(profile, "/nonexistent/profile.pb.gz", &err), -ENOENT);
    assert_true(err.text[0] != '\0');
    wm_profile_free(profile);
}

static void test_go_tool_pprof_opens_what_is_written(void **state)
{
    (void)state;
    if (system("go version >/dev/null 2>&1") != 0)
        skip();
    char *folder = wm_test_folder();
    char *name = wm_file_join_dup(folder, "profile.pb.gz");
    struct wm_profile *profile = sample_profile(false);
    assert_int_equal(wm_profile_write(profile, name, NULL), 0);
    struct wm_text command;
    wm_text_init(&command);
    wm_text_addf(&command,
                 "HOME='%s' PPROF_TMPDIR='%s' TZ=UTC go tool pprof -raw -symbolize=none '%s' 2>&1",
                 folder, folder, name);
    FILE *pipe = popen(command.data, "r");
    assert_non_null(pipe);
    char output[8192];
    size_t length = fread(output, 1, sizeof(output) - 1, pipe);
    output[length] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_non_null(strstr(output, "Comment: first\nComment: also\nPeriodType: cpu nanoseconds\n"
                                   "Period: 1003009\n"));
    assert_non_null(strstr(output, "samples/count cpu/nanoseconds[dflt]"));
    assert_non_null(strstr(output, "bytes:[512 bytes]"));
    assert_non_null(strstr(output, "path:[ProcessOrder another]"));
    assert_non_null(strstr(output, "1: 0x1000/0x2000/0x0 /bin/shop abcdef [FN][LN]"));
    assert_non_null(strstr(output, "parse /src/shop.c:15 s=11"));
    wm_text_done(&command);
    wm_profile_free(profile);
    free(name);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_back),
        cmocka_unit_test(test_equal_content_gives_equal_bytes),
        cmocka_unit_test(test_the_gzip_header_holds_no_time),
        cmocka_unit_test(test_an_empty_profile_is_written_and_read),
        cmocka_unit_test(test_a_folder_that_is_not_there_is_an_error),
        cmocka_unit_test(test_go_tool_pprof_opens_what_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
