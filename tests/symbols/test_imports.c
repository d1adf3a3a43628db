/* test_imports.c - what binaries leave to others: of one, stripped or not, and of what is none. */
#include "profiles/symbols/imports.h"

#include "tests/support/support.h"

#include <stdlib.h>

static void only_what_is_left_to_others_is_imported(void **state)
{
    (void)state;
    assert_true(wm_symbol_is_imported("/proc/self/exe", "_cmocka_run_group_tests"));
    assert_false(wm_symbol_is_imported("/proc/self/exe", "wm_symbol_is_imported"));
    assert_false(wm_symbol_is_imported("/proc/self/exe", "no_such_function"));
}

static void what_is_no_binary_imports_nothing(void **state)
{
    (void)state;
    char *folder = wm_test_folder();
    char *text = wm_test_file(folder, "text", "_cmocka_run_group_tests");
    char *stump = wm_test_file(folder, "stump", "\177ELF\2\1\1");
    const char *const names[] = {text, stump, folder, "/nonexistent"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_false(wm_symbol_is_imported(names[i], "_cmocka_run_group_tests"));
    free(text);
    free(stump);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_left_to_others_is_imported),
        cmocka_unit_test(what_is_no_binary_imports_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
