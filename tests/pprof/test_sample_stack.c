/* test_sample_stack.c - frames are the same in 16 bits and in 32. */
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/merge.h"
#include "profiles/pprof/sample_stack.h"
#include "tests/pprof/spell.h"
#include "tests/support/support.h"

#include <errno.h>
#include <string.h>

enum { LOCATIONS = 70000, LAST_NARROW = UINT16_MAX, FRAMES_MAX = 8 };

/* Frames of a sample by ids, up to the first 0; `loose`: each in a field of its own. */
struct stack {
    uint32_t ids[FRAMES_MAX];
    bool loose;
};

static uint32_t depth(const struct stack *stack)
{
    uint32_t count = 0;
    while (count < FRAMES_MAX && stack->ids[count] != 0)
        count++;
    return count;
}

static void put_sample(struct wm_text *text, const struct stack *stack)
{
    struct wm_text sample, ids;
    wm_text_init(&sample);
    wm_text_init(&ids);
    for (uint32_t i = 0; i < depth(stack); i++) {
        if (stack->loose)
            spell_varint(&sample, 1 << 3);
        spell_varint(stack->loose ? &sample : &ids, stack->ids[i]);
    }
    if (!stack->loose)
        spell_message(&sample, 1, &ids);
    spell_number(&sample, 2, 7);
    spell_message(text, 2, &sample);
    wm_text_done(&sample);
    wm_text_done(&ids);
}

/* A type, the samples, locations that are all different, and one string. */
static struct wm_profile *read_profile(const struct stack *stacks, size_t count)
{
    struct wm_text text, part;
    wm_text_init(&text);
    wm_text_init(&part);
    spell_message(&text, 1, &part);
    for (size_t i = 0; i < count; i++)
        put_sample(&text, &stacks[i]);
    for (uint32_t id = 1; id <= LOCATIONS; id++)
        spell_location(&text, id, 0x1000 + id);
    spell_message(&text, 6, &part);
    wm_text_done(&part);
    return spell_read(&text);
}

static void expect_stack(const struct wm_profile *profile, size_t number, const struct stack *stack)
{
    const struct wm_profile_sample *sample = &profile->samples[number];
    const struct wm_sample_stack found = wm_sample_stack(profile, sample);
    assert_int_equal(sample->location_count, depth(stack));
    for (uint32_t i = 0; i < sample->location_count; i++) {
        const uint32_t location = wm_sample_frame(found, i);
        assert_int_equal(profile->locations[location].address, 0x1000 + stack->ids[i]);
        assert_int_equal(wm_profile_frame(profile, sample->first_location + i), location);
    }
}

static const struct stack stacks[] = {
    {{1, 2, 127, 128, 300, 16383, 16384, 65534}, false},
    {{LAST_NARROW, 1},                           false},
    {{5, LAST_NARROW, 6},                        true },
    {{3, LAST_NARROW + 1, 4, 2},                 true },
    {{9, LOCATIONS},                             false},
};
enum { NARROW_STACKS = 3, STACKS = sizeof(stacks) / sizeof(stacks[0]) };

static void test_frames_are_as_wide_as_they_must_be(void **state)
{
    (void)state;
    for (size_t count = 1; count <= STACKS; count++) {
        struct wm_profile *profile = read_profile(stacks, count);
        assert_int_equal(profile->has_narrow_stacks, count <= NARROW_STACKS);
        for (size_t i = 0; i < count; i++)
            expect_stack(profile, i, &stacks[i]);
        wm_profile_free(profile);
    }
}

static void test_a_sample_more_finds_its_place_behind_narrow_ones(void **state)
{
    (void)state;
    struct wm_profile *profile = read_profile(stacks, NARROW_STACKS);
    const uint32_t frames[] = {LOCATIONS - 1, 0};
    assert_int_equal(wm_profile_add_sample(profile, frames, 2, NULL, 0, &(int64_t){1}),
                     NARROW_STACKS);
    for (size_t i = 0; i < NARROW_STACKS; i++)
        expect_stack(profile, i, &stacks[i]);
    expect_stack(profile, NARROW_STACKS,
                 &(struct stack){
                     {LOCATIONS, 1},
                     false
    });
    wm_profile_free(profile);
}

/* What is narrow gets other numbers where it is, and comes behind what is wide. */
static void test_merged_stacks_are_the_same(void **state)
{
    (void)state;
    for (size_t first = NARROW_STACKS; first <= STACKS; first += STACKS - NARROW_STACKS) {
        struct wm_merge_input inputs[] = {{.profile = read_profile(stacks, first)},
                                          {.profile = read_profile(stacks, NARROW_STACKS)}};
        struct wm_profile *merged = NULL;
        assert_int_equal(wm_profile_merge(inputs, 1, 0, &merged, NULL), 0);
        for (size_t i = 0; i < first; i++)
            expect_stack(merged, i, &stacks[i]);
        inputs[0].profile = merged;
        assert_int_equal(wm_profile_merge(inputs, 2, 0, &merged, NULL), 0);
        assert_int_equal(merged->sample_count, first);
        for (size_t i = 0; i < first; i++) {
            expect_stack(merged, i, &stacks[i]);
            assert_int_equal(merged->values[merged->samples[i].first_value],
                             i < NARROW_STACKS ? 14 : 7);
        }
        wm_profile_free(merged);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_are_as_wide_as_they_must_be),
        cmocka_unit_test(test_a_sample_more_finds_its_place_behind_narrow_ones),
        cmocka_unit_test(test_merged_stacks_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
