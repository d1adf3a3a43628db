/* test_pages.c - large blocks: whole, and given back. */
#include "harness/core/pages.h"

#include "tests/support/support.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE = 20 << 20, MIDDLE = 1 << 20, LARGE_PAGE = 2 << 20 };

static void a_large_block_begins_on_a_large_page(void **state)
{
    (void)state;
    for (size_t bytes = 1; bytes <= LARGE; bytes = bytes * 3 + 1) {
        unsigned char *block = wm_pages_new(bytes, 1);
        assert_non_null(block);
        memset(block, 0x5a, bytes);
        assert_int_equal(block[bytes - 1], 0x5a);
        assert_true(bytes < LARGE_PAGE || (uintptr_t)block % LARGE_PAGE == 0);
        free(block);
    }
}

static void what_cannot_be_counted_is_no_block(void **state)
{
    (void)state;
    assert_null(wm_pages_new(SIZE_MAX / 4, 8));
}

/* malloc's own rule: once a block of 20 MiB was freed, one of 1 MiB is none to give back. */
static void a_freed_block_does_not_stay(void **state)
{
    (void)state;
    free(malloc(1));
    if (mallinfo2().arena == 0)
        skip(); /* a sanitizer's malloc has rules of its own */
    wm_pages_give_back(MIDDLE / 2);
    free(malloc(LARGE));
    size_t before = mallinfo2().hblks;
    void *block = malloc(MIDDLE);
    assert_non_null(block);
    assert_int_equal(mallinfo2().hblks, before + 1);
    free(block);
    assert_int_equal(mallinfo2().hblks, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_block_begins_on_a_large_page),
        cmocka_unit_test(what_cannot_be_counted_is_no_block),
        cmocka_unit_test(a_freed_block_does_not_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
