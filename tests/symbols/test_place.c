/* test_place.c - addresses of processes to those of files, for every way in which files are mapped.
 */
#include "profiles/symbols/place.h"
#include "tests/support/support.h"

#include <errno.h>

/* As lld lays it out: offsets and addresses drift apart, and segments share a page of the file. */
static const struct wm_image lld = {
    .segments = {{0x0, 0x0, 0x1a40, 0x1a40, false},
                 {0x1a40, 0x2a40, 0x3000, 0x3000, true},
                 {0x4a40, 0x6a40, 0x200, 0x900, false}},
    .segment_count = 3,
    .text = 1,
};

static const struct wm_image fixed = {
    .fixed = true,
    .segments = {{0x0, 0x400000, 0x500, 0x500, false}, {0x1000, 0x401000, 0x2345, 0x2345, true}},
    .segment_count = 2,
    .text = 1,
};

static const struct wm_image kernel = {
    .fixed = true,
    .segments = {{0x200000, UINT64_C(0xffffffff81000000), 0x1400000, 0x1400000, true}},
    .segment_count = 1,
    .text = 0,
};

static uint64_t place(const struct wm_image *image, struct wm_mapped mapped, uint64_t address)
{
    uint64_t found = 0;
    assert_int_equal(wm_place_find(image, &mapped, address, &found), 0);
    return found;
}

static void test_place_of_a_library_is_by_its_offset_in_the_file(void **state)
{
    (void)state;
    struct wm_mapped code = {0x7f0000002000, 0x7f0000006000, 0x1000, false, 0};
    assert_int_equal(place(&lld, code, 0x7f0000002a40), 0x2a40);
    assert_int_equal(place(&lld, code, 0x7f0000005a3f), 0x5a3f);
    /* the page with the end of the segment before was mapped with the code's permissions */
    assert_int_equal(place(&lld, code, 0x7f0000002a3f), 0x1a3f);
}

static void test_place_of_one_mapping_over_several_segments_is_by_each_ones_bytes(void **state)
{
    (void)state;
    struct wm_mapped all = {0x7f0000000000, 0x7f0000006000, 0, false, 0};
    assert_int_equal(place(&lld, all, 0x7f0000000010), 0x10);
    assert_int_equal(place(&lld, all, 0x7f0000001a40), 0x2a40);
    assert_int_equal(place(&lld, all, 0x7f0000004a41), 0x6a41);
}

static void test_place_of_a_program_with_one_address_is_where_it_lies(void **state)
{
    (void)state;
    struct wm_mapped code = {0x401000, 0x404000, 0x1000, false, 0};
    assert_int_equal(place(&fixed, code, 0x401234), 0x401234);
    /* huge pages: the mapping begins in the middle of the segment */
    code = (struct wm_mapped){0x402000, 0x403000, 0x2000, false, 0};
    assert_int_equal(place(&fixed, code, 0x402345), 0x402345);
}

static void test_place_outside_of_mapping_or_file_is_none(void **state)
{
    (void)state;
    struct wm_mapped code = {0x7f0000002000, 0x7f0000006000, 0x1000, false, 0};
    uint64_t found;
    assert_int_equal(wm_place_find(&lld, &code, 0x7f0000001fff, &found), -ERANGE);
    assert_int_equal(wm_place_find(&lld, &code, 0x7f0000006000, &found), -ERANGE);
    code = (struct wm_mapped){0x7f0000002000, 0x7f0000006000, 0x9000, false, 0};
    assert_int_equal(wm_place_find(&lld, &code, 0x7f0000002000, &found), -ERANGE);
    struct wm_mapped wild = {1, UINT64_MAX, UINT64_MAX - 1, false, 0};
    assert_true(wm_place_find(&lld, &wild, UINT64_MAX - 1, &found) <= 0);
}

static void test_place_in_a_mapping_of_all_memory_is_the_address(void **state)
{
    (void)state;
    assert_int_equal(place(&lld, (struct wm_mapped){0, 0, 0, false, 0}, 0x1234), 0x1234);
    assert_int_equal(place(&lld, (struct wm_mapped){0, UINT64_MAX, 0, false, 0}, 0x1234), 0x1234);
}

static void test_place_by_a_debug_file_takes_a_mapping_of_the_whole_segment(void **state)
{
    (void)state;
    struct wm_image debug = lld;
    debug.segments[1].offset = 0;
    debug.segments[1].file_bytes = 0;
    struct wm_mapped code = {0x7f0000002000, 0x7f0000006000, 0x1000, false, 0};
    assert_int_equal(place(&debug, code, 0x7f0000002a40), 0x2a40);
    uint64_t found;
    code.limit -= 0x1000;
    assert_int_equal(wm_place_find(&debug, &code, 0x7f0000002a40, &found), -ENOTSUP);
}

/* The cases of google/pprof's elfexec, with its numbers' shapes. */
static void test_place_of_kernels_as_profilers_write_them(void **state)
{
    (void)state;
    const uint64_t text = UINT64_C(0xffffffff81000000), moved = UINT64_C(0xffffffff9f000000);
    const uint64_t limit = UINT64_C(0xffffffffc0000000), stext = text + 0x198;
    /* not moved; moved; moved with the offset as the start; start is the symbol _stext */
    assert_int_equal(place(&kernel, (struct wm_mapped){text, limit, 0, false, 0}, text + 5),
                     text + 5);
    assert_int_equal(place(&kernel, (struct wm_mapped){moved, limit, 0, false, 0}, moved + 5),
                     text + 5);
    assert_int_equal(place(&kernel, (struct wm_mapped){moved, limit, moved, false, 0}, moved + 5),
                     text + 5);
    assert_int_equal(
        place(&kernel, (struct wm_mapped){moved + 0x198, limit, 0, true, stext}, moved + 0x200),
        text + 0x200);
    /* the offset is how far it was moved */
    assert_int_equal(
        place(&kernel, (struct wm_mapped){moved, limit, moved - text, false, 0}, moved + 5),
        text + 5);
    /* hidden: it is said to begin at 0 */
    assert_int_equal(place(&kernel, (struct wm_mapped){0, 0x2f9fffff, 0, false, 0}, 5), text + 5);
    assert_int_equal(place(&kernel, (struct wm_mapped){0, 0x2f9fffff, 0, true, stext}, 5),
                     stext + 5);
    uint64_t found;
    struct wm_mapped odd = {moved, limit, 0x7000, false, 0};
    assert_int_equal(wm_place_find(&kernel, &odd, moved + 5, &found), -ENOTSUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_of_a_library_is_by_its_offset_in_the_file),
        cmocka_unit_test(test_place_of_one_mapping_over_several_segments_is_by_each_ones_bytes),
        cmocka_unit_test(test_place_of_a_program_with_one_address_is_where_it_lies),
        cmocka_unit_test(test_place_outside_of_mapping_or_file_is_none),
        cmocka_unit_test(test_place_in_a_mapping_of_all_memory_is_the_address),
        cmocka_unit_test(test_place_by_a_debug_file_takes_a_mapping_of_the_whole_segment),
        cmocka_unit_test(test_place_of_kernels_as_profilers_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
