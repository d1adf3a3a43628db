/* test_arena.c - memory of one lifetime. */
#include "harness/core/arena.h"

#include "tests/support/support.h"

#include <string.h>

static void memory_is_zeroed_aligned_and_separate(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    char *last = NULL;
    for (size_t bytes = 0; bytes < 3000; bytes += 7) {
        char *data = wm_arena_alloc(&arena, bytes);
        assert_non_null(data);
        assert_int_equal((uintptr_t)data % sizeof(long double), 0);
        assert_ptr_not_equal(data, last);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(data[i], 0);
        memset(data, 0xa5, bytes);
        last = data;
    }
    wm_arena_done(&arena);
}

static void a_reset_arena_gives_zeroed_memory_again(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 100; i++) {
            char *data = wm_arena_alloc(&arena, 1000);
            assert_int_equal(data[0] | data[999], 0);
            memset(data, 1, 1000);
        }
        assert_int_equal(arena.bytes, 100000);
        wm_arena_reset(&arena);
        assert_int_equal(arena.bytes, 0);
    }
    wm_arena_done(&arena);
}

static void large_pieces_and_impossible_ones(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    char *large = wm_arena_alloc(&arena, 5 << 20);
    assert_non_null(large);
    large[(5 << 20) - 1] = 1;
    assert_null(wm_arena_alloc(&arena, SIZE_MAX));
    assert_null(wm_arena_copy(&arena, "", SIZE_MAX));
    wm_arena_done(&arena);
}

static void a_copy_ends_in_a_nul(void **state)
{
    (void)state;
    struct wm_arena arena;
    wm_arena_init(&arena);
    assert_string_equal(wm_arena_copy(&arena, "segment", 3), "seg");
    assert_string_equal(wm_arena_copy(&arena, NULL, 0), "");
    wm_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_separate),
        cmocka_unit_test(a_reset_arena_gives_zeroed_memory_again),
        cmocka_unit_test(large_pieces_and_impossible_ones),
        cmocka_unit_test(a_copy_ends_in_a_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
