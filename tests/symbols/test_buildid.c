/* test_buildid.c - the build id of files: of one build, stripped or not, and of what has none. */
#include "profiles/symbols/buildid.h"

#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

static void stripping_keeps_the_build_id(void **state)
{
    (void)state;
    char whole[WM_BUILD_ID_BYTES], stripped[WM_BUILD_ID_BYTES], other[WM_BUILD_ID_BYTES];
    assert_true(wm_build_id_read(FIXTURES "/symbols_c.so", whole));
    assert_true(wm_build_id_read(FIXTURES "/dynsym.so", stripped));
    assert_true(wm_build_id_read(FIXTURES "/symbols_cxx.so", other));
    assert_string_equal(whole, stripped);
    assert_string_not_equal(whole, other);
    assert_int_equal(strlen(whole), 40);
    assert_int_equal(strspn(whole, "0123456789abcdef"), 40);
}

static void what_is_no_binary_has_none(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *text = wm_test_file(folder, "text", "not a binary");
    char *stump = wm_test_file(folder, "stump", "\177ELF\2\1\1");
    char *empty = wm_test_file(folder, "empty", "");
    const char *const names[] = {text, stump, empty, folder, "/nonexistent"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char hex[WM_BUILD_ID_BYTES] = "x";
        assert_false(wm_build_id_read(names[i], hex));
        assert_string_equal(hex, "");
    }
    free(text);
    free(stump);
    free(empty);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stripping_keeps_the_build_id),
        cmocka_unit_test(what_is_no_binary_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
