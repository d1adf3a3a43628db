/* test_join.c - what a merge joins of files that are read: as programs write them, and not. */
#include "harness/core/text.h"
#include "profiles/pprof/merge.h"
#include "profiles/pprof/sample_stack.h"
#include "tests/pprof/spell.h"
#include "tests/support/support.h"

#include <inttypes.h>
#include <string.h>

static const char *const strings[] = {"", "k", "v", "", "bytes"};

#define K_IS_V "\x1a\x04\x08\x01\x10\x02"
#define K_IS_EMPTY "\x1a\x04\x08\x01\x10\x03"
#define BYTES_ARE_7 "\x1a\x04\x08\x04\x18\x07"

/* In one location; with label fields as they are. */
struct sample {
    uint32_t location;
    int64_t value;
    const char *labels;
};

/* With as many of the strings: up to three are all different. */
static struct wm_profile *read_samples(const struct sample *samples, size_t count,
                                       size_t string_count)
{
    struct wm_text text, part;
    uint32_t locations = 0;
    wm_text_init(&text);
    wm_text_init(&part);
    spell_message(&text, 1, &part);
    for (size_t i = 0; i < count; i++) {
        spell_number(&part, 1, samples[i].location);
        spell_number(&part, 2, (uint64_t)samples[i].value);
        wm_text_add(&part, samples[i].labels);
        spell_message(&text, 2, &part);
        locations = samples[i].location > locations ? samples[i].location : locations;
    }
    for (uint32_t id = 1; id <= locations; id++)
        spell_location(&text, id, id);
    spell_strings(&text, strings, string_count);
    wm_text_done(&part);
    return spell_read(&text);
}

static struct wm_profile *merge(struct wm_profile *profile, unsigned flags)
{
    struct wm_merge_input input = {.profile = profile};
    struct wm_profile *merged = NULL;
    assert_int_equal(wm_profile_merge(&input, 1, flags, &merged, NULL), 0);
    return merged;
}

/* Frees the profile; "value@address key=text key=number |" for each sample, and its locations. */
static void expect(struct wm_profile *profile, const char *samples, size_t location_count)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        const uint32_t location = wm_sample_frame(wm_sample_stack(profile, sample), 0);
        wm_text_addf(&text, "%" PRId64 "@%" PRIu64 " ", profile->values[sample->first_value],
                     profile->locations[location].address);
        for (uint32_t at = 0; at < sample->label_count; at++) {
            const struct wm_label *label = &profile->labels[sample->first_label + at];
            wm_text_addf(&text, "%s=", wm_profile_text(profile, label->key));
            if (label->string != 0)
                wm_text_addf(&text, "%s ", wm_profile_text(profile, label->string));
            else
                wm_text_addf(&text, "%" PRId64 " ", label->number);
        }
        wm_text_add(&text, "|");
    }
    assert_string_equal(text.data, samples);
    assert_int_equal(profile->location_count, location_count);
    wm_text_done(&text);
    wm_profile_free(profile);
}

/* All locations are used in their order until the sample is gone. */
static void test_what_a_zero_alone_used_goes_from_a_file_in_order(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {1, 5, ""},
        {2, 0, ""},
        {1, 4, ""},
        {3, 1, ""},
    };
    expect(read_samples(samples, 4, 3), "5@1 |0@2 |4@1 |1@3 |", 3);
    expect(merge(read_samples(samples, 4, 3), 0), "9@1 |1@3 |", 2);
    expect(merge(read_samples(samples, 4, 3), WM_MERGE_FOR_SUMS), "9@1 |1@3 |", 2);
}

/* Its labels are not in order, unlike those of the file. */
static void test_a_sample_added_to_a_file_in_order_is_joined_as_any(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {1, 5, K_IS_V}
    };
    for (unsigned flags = 0; flags <= WM_MERGE_FOR_SUMS; flags += WM_MERGE_FOR_SUMS) {
        struct wm_profile *profile = read_samples(samples, 1, 3);
        const uint32_t key = profile->labels[0].key, value = profile->labels[0].string;
        const struct wm_label labels[] = {
            {.key = key, .number = 7    },
            {.key = key, .string = value},
        };
        assert_int_equal(
            wm_profile_add_sample(profile, (uint32_t[]){0}, 1, labels, 2, (int64_t[]){3}), 1);
        expect(merge(profile, flags), "5@1 k=v |3@1 k=v k=7 |", 1);
    }
}

/* Seen with the reference's -raw of such a file: it keeps them apart and shows no label. */
static void test_a_text_that_is_a_second_empty_string_keeps_apart(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {1, 1,  ""                    },
        {1, 2,  K_IS_EMPTY            },
        {1, 4,  K_IS_EMPTY            },
        {1, 8,  BYTES_ARE_7 K_IS_EMPTY},
        {1, 16, BYTES_ARE_7           },
        {1, 32, BYTES_ARE_7           },
    };
    expect(merge(read_samples(samples, 6, 5), 0), "1@1 |6@1 |8@1 bytes=7 |48@1 bytes=7 |", 1);
    struct wm_merge_input inputs[] = {
        {.profile = read_samples(samples, 6, 5), .role = WM_MERGE_SOURCE},
        {.profile = read_samples(samples, 2, 5), .role = WM_MERGE_BASE  },
    };
    struct wm_profile *merged = NULL;
    assert_int_equal(wm_profile_merge(inputs, 2, 0, &merged, NULL), 0);
    expect(merged, "4@1 |8@1 bytes=7 |48@1 bytes=7 |", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_zero_alone_used_goes_from_a_file_in_order),
        cmocka_unit_test(test_a_sample_added_to_a_file_in_order_is_joined_as_any),
        cmocka_unit_test(test_a_text_that_is_a_second_empty_string_keeps_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
