/* test_pages.c - large blocks: whole, and given back. */
#include "harness/core/pages.h"

#include "tests/support/support.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE = 20 << 20, LARGE_PAGE = 2 << 20, PAGE = 4096 };

static void a_large_block_begins_on_a_large_page(void **state)
{
    (void)state;
    for (size_t bytes = 1; bytes <= LARGE; bytes = bytes * 3 + 1) {
        unsigned char *block = wm_pages_new(bytes, 1);
        assert_non_null(block);
        memset(block, 0x5a, bytes);
        assert_int_equal(block[bytes - 1], 0x5a);
        assert_true(bytes < LARGE_PAGE || (uintptr_t)block % LARGE_PAGE == 0);
        wm_pages_free(block);
    }
}

static void what_cannot_be_counted_is_no_block(void **state)
{
    (void)state;
    assert_null(wm_pages_new(SIZE_MAX / 4, 8));
}

static void a_block_keeps_what_it_holds_when_it_grows(void **state)
{
    (void)state;
    unsigned char *block = NULL;
    for (size_t bytes = 1, before = 0; bytes <= LARGE; before = bytes, bytes = bytes * 3 + 1) {
        block = wm_pages_grow(block, bytes, 1);
        assert_non_null(block);
        for (size_t i = 0; i < before; i += 1 + before / 7)
            assert_int_equal(block[i], (unsigned char)(i * 31));
        for (size_t i = 0; i < bytes; i++)
            block[i] = (unsigned char)(i * 31);
    }
    wm_pages_free(block);
    wm_pages_free(NULL);
}

static void what_is_dropped_are_the_pages_inside(void **state)
{
    (void)state;
    unsigned char *block = wm_pages_new_small(LARGE_PAGE);
    assert_non_null(block);
    memset(block, 1, LARGE_PAGE);
    assert_int_equal(wm_pages_drop(block + 1, 2 * PAGE - 2), 0);
    assert_int_equal(wm_pages_drop(block + 1, 3 * PAGE), 3 * PAGE - 1);
    for (size_t i = 0; i < LARGE_PAGE; i++)
        if (block[i] != (i < PAGE || i >= 3 * PAGE))
            fail_msg("byte %zu", i);
    wm_pages_free(block);
}

static void a_prepared_heap_keeps_what_is_freed(void **state)
{
    (void)state;
    free(malloc(1));
    if (mallinfo2().arena == 0)
        skip(); /* a sanitizer's malloc has rules of its own */
    wm_pages_prepare_heap();
    size_t before = mallinfo2().arena;
    void *block = malloc(8 * LARGE_PAGE);
    assert_non_null(block);
    memset(block, 1, 8 * LARGE_PAGE);
    free(block);
    assert_int_equal(mallinfo2().hblks, 0);
    assert_int_equal(mallinfo2().arena, before);
    assert_true(before > 8 * LARGE_PAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_block_begins_on_a_large_page),
        cmocka_unit_test(what_cannot_be_counted_is_no_block),
        cmocka_unit_test(a_block_keeps_what_it_holds_when_it_grows),
        cmocka_unit_test(what_is_dropped_are_the_pages_inside),
        cmocka_unit_test(a_prepared_heap_keeps_what_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
