/* test_frame_ids.c - ids of any lengths, wherever they lie in eight bytes, are read as one by one.
 */
#include "harness/core/text.h"
#include "profiles/pprof/frame_ids.h"
#include "tests/pprof/spell.h"
#include "tests/support/support.h"

#include <errno.h>
#include <string.h>

enum { IDS_MAX = 60, ROOM = IDS_MAX + WM_FRAME_IDS_OVER, GUARD = 0xabcd, STARTS = 13 };

static struct wm_frame_ids ids;

/* Of a list behind so many bytes that all say that a number goes on, and one that ends it. */
static ssize_t read_list(const uint32_t *numbers, size_t count, size_t start, uint16_t *frames,
                         uint32_t *most)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < start; i++)
        wm_text_add_bytes(&text, &(unsigned char){i + 1 < start ? 0xff : 0x7f}, 1);
    for (size_t i = 0; i < count; i++)
        spell_varint(&text, numbers[i]);
    struct wm_frame_list list = {(const unsigned char *)text.data, start, text.length};
    ssize_t rc = wm_frame_ids_read_narrow(&ids, &list, frames, most);
    uint32_t wide[ROOM] = {0}, wide_most = 0;
    assert_int_equal(wm_frame_ids_read_wide(&list, wide, &wide_most), (ssize_t)count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(wide[i], numbers[i] - 1);
    wm_text_done(&text);
    return rc;
}

static void expect_list(const uint32_t *numbers, size_t count, size_t start)
{
    uint16_t frames[ROOM + 1];
    uint32_t most = 0, expected_most = 0;
    for (size_t i = 0; i <= ROOM; i++)
        frames[i] = GUARD;
    assert_int_equal(read_list(numbers, count, start, frames, &most), (ssize_t)count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(frames[i], numbers[i] - 1);
        expected_most = numbers[i] - 1 > expected_most ? numbers[i] - 1 : expected_most;
    }
    assert_int_equal(most, expected_most);
    assert_int_equal(frames[count + WM_FRAME_IDS_OVER], GUARD);
}

static void test_ids_of_all_lengths_are_read_at_every_place(void **state)
{
    (void)state;
    uint32_t dice = 1;
    for (size_t count = 1; count < IDS_MAX; count++) {
        for (size_t start = 1; start <= STARTS; start++) {
            uint32_t numbers[IDS_MAX];
            for (size_t i = 0; i < count; i++) {
                static const uint32_t limits[] = {0x7f, 0x3fff, UINT16_MAX};
                dice = dice * 1664525 + 1013904223;
                numbers[i] = 1 + (dice >> 8) % limits[(dice >> 29) % 3];
            }
            expect_list(numbers, count, start);
        }
    }
}

static void test_the_largest_index_of_a_list_is_told(void **state)
{
    (void)state;
    for (size_t at = 0; at < 20; at++) {
        uint32_t numbers[20], most = 400;
        uint16_t frames[ROOM];
        for (size_t i = 0; i < 20; i++)
            numbers[i] = i == at ? UINT16_MAX : 5;
        expect_list(numbers, 20, STARTS);
        numbers[at] = 300;
        assert_int_equal(read_list(numbers, 20, STARTS, frames, &most), 20);
        assert_int_equal(most, 400);
    }
}

static void test_what_does_not_fit_is_told(void **state)
{
    (void)state;
    static const uint32_t wides[] = {0, UINT16_MAX + 1, 0x1fffff, 0x200000, 0xfffffff};
    for (size_t wide = 0; wide < sizeof(wides) / sizeof(wides[0]); wide++)
        for (size_t count = 1; count < 24; count++)
            for (size_t at = 0; at < count; at++) {
                uint32_t numbers[24], most = 7;
                uint16_t frames[ROOM];
                for (size_t i = 0; i < count; i++)
                    numbers[i] = i == at ? wides[wide] : 9;
                assert_int_equal(read_list(numbers, count, STARTS, frames, &most), -ERANGE);
                assert_int_equal(most, 7);
            }
}

static void test_numbers_that_are_cut_off_or_too_long_are_wrong(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "\x01\x02\x83",
        "\x01\x02\x03\x04\x05\x06\x07\x88",
        "\x81\x80\x80\x80\x00",
        "\x01\x02\x03\x04\x05\x06\x81\x80\x80\x80\x80\x00\x07\x08\x09",
    };
    static const size_t lengths[] = {3, 8, 5, 15};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        unsigned char bytes[64] = {0};
        uint16_t narrow[ROOM];
        uint32_t wide[ROOM], most = 0;
        memcpy(bytes + STARTS, lists[i], lengths[i]);
        const struct wm_frame_list list = {bytes, STARTS, STARTS + lengths[i]};
        assert_int_equal(wm_frame_ids_read_narrow(&ids, &list, narrow, &most), -EINVAL);
        assert_int_equal(wm_frame_ids_read_wide(&list, wide, &most), -EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_of_all_lengths_are_read_at_every_place),
        cmocka_unit_test(test_the_largest_index_of_a_list_is_told),
        cmocka_unit_test(test_what_does_not_fit_is_told),
        cmocka_unit_test(test_numbers_that_are_cut_off_or_too_long_are_wrong),
    };
    wm_frame_ids_init(&ids);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
