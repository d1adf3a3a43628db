/* test_lookup.c - functions by name, in the apps of the tests. */
#include "profiles/symbols/lookup.h"
#include "tests/support/support.h"

#include <errno.h>
#include <string.h>

static void test_a_function_is_found_with_its_hooks(void **state)
{
    (void)state;
    struct wm_symbol_place place;
    struct wm_error err = {{0}, {0}};
    assert_int_equal(wm_symbol_lookup(APPS "libhooked.so", "short_leg", &place, &err), 0);
    assert_int_not_equal(place.address, 0);
    assert_true(place.hooks);
    uint64_t other = place.address;
    assert_int_equal(wm_symbol_lookup(APPS "libhooked.so", "long_leg", &place, &err), 0);
    assert_int_not_equal(place.address, other);
}

static void test_a_plain_build_has_none(void **state)
{
    (void)state;
    struct wm_symbol_place place;
    assert_int_equal(wm_symbol_lookup(APPS "libunhooked.so", "short_leg", &place, NULL), 0);
    assert_int_not_equal(place.address, 0);
    assert_false(place.hooks);
}

static void test_a_name_that_is_not_there_has_no_address(void **state)
{
    (void)state;
    struct wm_symbol_place place = {.address = 1};
    assert_int_equal(wm_symbol_lookup(APPS "libhooked.so", "short_le", &place, NULL), 0);
    assert_int_equal(place.address, 0);
    /* what the app only uses is not its own */
    assert_int_equal(wm_symbol_lookup(APPS "libhooked.so", "wm_entry_register", &place, NULL), 0);
    assert_int_equal(place.address, 0);
}

static void test_names_are_read_as_people_write_them(void **state)
{
    (void)state;
    struct wm_symbol_place readable, mangled;
    assert_int_equal(
        wm_symbol_lookup(APPS "libbenches.so", "(anonymous namespace)::allocate", &readable, NULL),
        0);
    assert_int_not_equal(readable.address, 0);
    assert_int_equal(wm_symbol_lookup(APPS "libbenches.so",
                                      "_ZN12_GLOBAL__N_18allocateEPK10wm_requestP8wm_reply",
                                      &mangled, NULL),
                     0);
    assert_int_equal(readable.address, mangled.address);
}

/* "calls.c:leg" */
static void test_static_functions_of_one_name_are_told_apart_by_file(void **state)
{
    (void)state;
    struct wm_symbol_place one, other;
    struct wm_error err = {{0}, {0}};
    const char *app = APPS "libcalls.so";
    assert_int_equal(wm_symbol_lookup(app, "leg", &one, &err), -EINVAL);
    assert_non_null(strstr(err.text, "calls.c:leg"));
    assert_non_null(strstr(err.text, "calls_other.c:leg"));
    assert_int_equal(wm_symbol_lookup(app, "calls.c:leg", &one, &err), 0);
    assert_int_equal(wm_symbol_lookup(app, "calls_other.c:leg", &other, &err), 0);
    assert_int_not_equal(one.address, 0);
    assert_int_not_equal(other.address, 0);
    assert_int_not_equal(one.address, other.address);
    assert_string_equal(one.function, "leg");
    assert_int_equal(wm_symbol_lookup(app, "none.c:leg", &one, &err), 0);
    assert_int_equal(one.address, 0);
    assert_string_equal(one.function, "none.c:leg");
    /* a global one, which is in no file's part of the table */
    assert_int_equal(wm_symbol_lookup(app, ":wm_test_other_legs", &one, &err), 0);
    assert_int_equal(wm_symbol_lookup(app, "wm_test_other_legs", &other, &err), 0);
    assert_int_equal(one.address, other.address);
}

static void test_what_is_no_binary_is_refused(void **state)
{
    (void)state;
    struct wm_symbol_place place;
    struct wm_error err = {{0}, {0}};
    assert_int_equal(wm_symbol_lookup("/dev/null", "main", &place, &err), -EINVAL);
    assert_non_null(strstr(err.text, "no ELF file"));
    assert_int_equal(wm_symbol_lookup(APPS "libnone.so", "main", &place, &err), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_function_is_found_with_its_hooks),
        cmocka_unit_test(test_a_plain_build_has_none),
        cmocka_unit_test(test_a_name_that_is_not_there_has_no_address),
        cmocka_unit_test(test_names_are_read_as_people_write_them),
        cmocka_unit_test(test_static_functions_of_one_name_are_told_apart_by_file),
        cmocka_unit_test(test_what_is_no_binary_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
