/* test_intern.c - equal bytes to one number, also a million of them. */
#include "harness/core/intern.h"

#include "tests/support/support.h"

#include <errno.h>
#include <string.h>

enum { MANY = 1000000 };

static void numbers_come_in_order_of_first_use(void **state)
{
    (void)state;
    struct wm_intern *intern = NULL;
    assert_int_equal(wm_intern_new(&intern), 0);
    assert_int_equal(wm_intern_string(intern, ""), 0);
    assert_int_equal(wm_intern_string(intern, "a"), 1);
    assert_int_equal(wm_intern_string(intern, "b"), 2);
    assert_int_equal(wm_intern_string(intern, "a"), 1);
    assert_int_equal(wm_intern_count(intern), 3);
    assert_string_equal(wm_intern_get(intern, 2, NULL), "b");
    wm_intern_free(intern);
    wm_intern_free(NULL);
}

static void bytes_with_nuls_and_of_any_length_differ(void **state)
{
    (void)state;
    static const char zeros[64];
    struct wm_intern *intern = NULL;
    assert_int_equal(wm_intern_new(&intern), 0);
    for (size_t length = 0; length < sizeof(zeros); length++)
        assert_int_equal(wm_intern_bytes(intern, zeros, length), (int64_t)length);
    for (size_t length = 0; length < sizeof(zeros); length++)
        assert_int_equal(wm_intern_find(intern, zeros, length), (int64_t)length);
    size_t length = 0;
    const char *data = wm_intern_get(intern, 33, &length);
    assert_int_equal(length, 33);
    assert_int_equal(data[33], 0);
    wm_intern_free(intern);
}

static void what_is_unknown_is_not_found(void **state)
{
    (void)state;
    struct wm_intern *intern = NULL;
    assert_int_equal(wm_intern_new(&intern), 0);
    assert_int_equal(wm_intern_find(intern, "x", 1), -ENOENT);
    assert_int_equal(wm_intern_string(intern, "x"), 0);
    assert_int_equal(wm_intern_find(intern, "x", 1), 0);
    assert_int_equal(wm_intern_find(intern, "xy", 2), -ENOENT);
    assert_int_equal(wm_intern_count(intern), 1);
    wm_intern_free(intern);
}

static void a_million_binary_keys_keep_their_numbers(void **state)
{
    (void)state;
    struct wm_intern *intern = NULL;
    assert_int_equal(wm_intern_new(&intern), 0);
    for (uint64_t i = 0; i < MANY; i++) {
        uint64_t key[3] = {i << 32, 7, i}; /* close to each other, as addresses are */
        assert_int_equal(wm_intern_bytes(intern, key, sizeof(key)), (int64_t)i);
    }
    for (uint64_t i = 0; i < MANY; i++) {
        uint64_t key[3] = {i << 32, 7, i};
        assert_int_equal(wm_intern_find(intern, key, sizeof(key)), (int64_t)i);
        uint64_t kept[3];
        memcpy(kept, wm_intern_get(intern, (uint32_t)i, NULL), sizeof(kept));
        assert_int_equal(kept[2], i);
    }
    assert_int_equal(wm_intern_count(intern), MANY);
    wm_intern_free(intern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_in_order_of_first_use),
        cmocka_unit_test(bytes_with_nuls_and_of_any_length_differ),
        cmocka_unit_test(what_is_unknown_is_not_found),
        cmocka_unit_test(a_million_binary_keys_keep_their_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
