/* test_hash.c - 64 bits of bytes, and of files. */
#include "harness/core/hash.h"

#include "tests/support/support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Run folders keep them: what these were once they must be for ever. */
static void hashes_stay_what_they_were(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        uint64_t hash;
    } known[] = {
        {"",                    0,  UINT64_C(0x90f8749f188ae250)},
        {"a",                   1,  UINT64_C(0x5e7e33e924d50606)},
        {"entry,weight\nA,1\n", 17, UINT64_C(0xa3f1be30dab0ab0d)},
        {"\0\0\0\0\0\0\0\0",    8,  UINT64_C(0x3ab004833621ade4)},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (wm_hash_bytes(0, known[i].bytes, known[i].length) != known[i].hash)
            fail_msg("row %zu: 0x%016" PRIx64, i,
                     wm_hash_bytes(0, known[i].bytes, known[i].length));
}

static void every_byte_and_every_length_count(void **state)
{
    (void)state;
    unsigned char bytes[40] = {0};
    uint64_t seen[41 + 40];
    size_t count = 0;
    for (size_t length = 0; length <= sizeof(bytes); length++)
        seen[count++] = wm_hash_bytes(0, bytes, length);
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = 1;
        seen[count++] = wm_hash_bytes(0, bytes, sizeof(bytes));
        bytes[i] = 0;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(seen[i] != seen[k]);
}

static void a_file_is_hashed_in_pieces(void **state)
{
    (void)state;
    enum { PIECE = 64 * 1024, BYTES = 3 * PIECE + 17 };
    char *folder = wm_test_folder();
    char *content = malloc(BYTES + 1);
    assert_non_null(content);
    for (size_t i = 0; i < BYTES; i++)
        content[i] = (char)('a' + i * i % 23);
    content[BYTES] = '\0';
    char *file = wm_test_file(folder, "work", content);
    uint64_t hash = 0, wanted = 0;
    assert_int_equal(wm_hash_file(file, &hash, NULL), 0);
    for (size_t at = 0; at < BYTES; at += PIECE)
        wanted = wm_hash_bytes(wanted, content + at, BYTES - at < PIECE ? BYTES - at : PIECE);
    assert_true(hash == wanted);
    free(file);
    free(content);
    wm_test_folder_remove(folder);
}

static void what_can_be_read_but_once_is_refused(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *pipe = wm_test_file(folder, "pipe", "");
    uint64_t hash = 7;
    struct wm_error err = {0};
    assert_int_equal(remove(pipe), 0);
    assert_int_equal(wm_hash_file(pipe, &hash, &err), -ENOENT);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(wm_hash_file(pipe, &hash, &err), -EINVAL); /* and does not wait for a writer */
    assert_int_equal(wm_hash_file(folder, &hash, &err), -EINVAL);
    assert_true(hash == 7);
    free(pipe);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_stay_what_they_were),
        cmocka_unit_test(every_byte_and_every_length_count),
        cmocka_unit_test(a_file_is_hashed_in_pieces),
        cmocka_unit_test(what_can_be_read_but_once_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
