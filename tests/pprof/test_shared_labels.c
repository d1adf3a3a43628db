/* test_shared_labels.c - labels that samples share, and that they have alone. */
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/merge.h"
#include "tests/pprof/spell.h"
#include "tests/support/support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const strings[] = {"", "a", "b", "c", "base", "pprof::base", "true"};

/* A sample of label fields as they are, with its value before or behind them. */
struct sample {
    const char *labels;
    bool value_last;
};

#define A_IS_B "\x1a\x04\x08\x01\x10\x02"
#define A_IS_C "\x1a\x04\x08\x01\x10\x03"
#define B_IS_7 "\x1a\x04\x08\x02\x18\x07"
#define SAYS_NOTHING "\x1a\x02\x08\x01"
#define LONG A_IS_B A_IS_C A_IS_B A_IS_C A_IS_B A_IS_C A_IS_B A_IS_C

static const struct sample samples[] = {
    {A_IS_B,              false},
    {A_IS_C,              false},
    {A_IS_B,              false},
    {A_IS_B,              true },
    {"",                  false},
    {A_IS_B B_IS_7,       false},
    {A_IS_C B_IS_7,       false},
    {A_IS_B B_IS_7,       false},
    {B_IS_7 A_IS_B,       false}, /* is sorted later */
    {B_IS_7 A_IS_B,       false},
    {SAYS_NOTHING A_IS_C, false},
    {SAYS_NOTHING A_IS_C, false},
    {LONG A_IS_C,         false},
    {LONG A_IS_C,         false},
};
enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static struct wm_profile *read_profile(void)
{
    struct wm_text text, part;
    wm_text_init(&text);
    wm_text_init(&part);
    spell_message(&text, 1, &part);
    for (size_t i = 0; i < SAMPLES; i++) {
        const char value[] = {2 << 3, (char)(i + 1)};
        if (!samples[i].value_last)
            wm_text_add_bytes(&part, value, sizeof(value));
        wm_text_add(&part, samples[i].labels);
        if (samples[i].value_last)
            wm_text_add_bytes(&part, value, sizeof(value));
        spell_message(&text, 2, &part);
    }
    spell_strings(&text, strings, sizeof(strings) / sizeof(strings[0]));
    wm_text_done(&part);
    return spell_read(&text);
}

static void expect_labels(const struct wm_profile *profile, const char *expected)
{
    struct wm_text text;
    wm_text_init(&text);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        wm_text_addf(&text, "%" PRId64 ":", profile->values[sample->first_value]);
        for (uint32_t at = 0; at < sample->label_count; at++) {
            const struct wm_label *label = &profile->labels[sample->first_label + at];
            wm_text_add(&text, wm_profile_text(profile, label->key));
            if (label->string != 0)
                wm_text_addf(&text, "=%s ", wm_profile_text(profile, label->string));
            else
                wm_text_addf(&text, "=%" PRId64 " ", label->number);
        }
        wm_text_add(&text, "|");
    }
    assert_string_equal(text.data, expected);
    wm_text_done(&text);
}

#define LONG_LABELS "a=b a=c a=b a=c a=b a=c a=b a=c a=c "
#define AS_READ                                                                                    \
    "1:a=b |2:a=c |3:a=b |4:a=b |5:|6:a=b b=7 |7:a=c b=7 |8:a=b b=7 |9:b=7 a=b |10:b=7 a=b |"      \
    "11:a=c |12:a=c |13:" LONG_LABELS "|14:" LONG_LABELS "|"

static void test_samples_share_what_is_short_sorted_and_last(void **state)
{
    (void)state;
    struct wm_profile *profile = read_profile();
    const struct wm_profile_sample *read = profile->samples;
    expect_labels(profile, AS_READ);
    assert_int_equal(read[0].first_label, read[2].first_label);
    assert_int_not_equal(read[0].first_label, read[3].first_label);
    assert_int_equal(read[5].first_label, read[7].first_label);
    assert_int_not_equal(read[8].first_label, read[9].first_label);
    assert_int_equal(read[10].first_label, read[11].first_label);
    assert_int_not_equal(read[12].first_label, read[13].first_label);
    wm_profile_free(profile);
}

static void test_parted_labels_are_each_a_samples_own(void **state)
{
    (void)state;
    struct wm_profile *profile = read_profile();
    assert_int_equal(wm_profile_part_labels(profile), 0);
    expect_labels(profile, AS_READ);
    for (size_t i = 0, next = 0; i < profile->sample_count; i++) {
        assert_int_equal(profile->samples[i].first_label, next);
        next += profile->samples[i].label_count;
    }
    wm_profile_free(profile);
}

#define JOINED "8:a=b |25:a=c |5:|33:a=b b=7 |7:a=c b=7 |27:" LONG_LABELS "|"
#define BASE                                                                                       \
    "-8:a=b pprof::base=true |-25:a=c pprof::base=true |-5:pprof::base=true |"                     \
    "-33:a=b pprof::base=true b=7 |-7:a=c pprof::base=true b=7 |"                                  \
    "-27:" LONG_LABELS "pprof::base=true |"

static void test_a_merge_joins_them_and_marks_each_of_a_base(void **state)
{
    (void)state;
    struct wm_merge_input inputs[] = {
        {.profile = read_profile(), .role = WM_MERGE_SOURCE   },
        {.profile = read_profile(), .role = WM_MERGE_DIFF_BASE},
    };
    struct wm_profile *merged = NULL;
    assert_int_equal(wm_profile_merge(inputs, 2, 0, &merged, NULL), 0);
    expect_labels(merged, JOINED BASE);
    wm_profile_free(merged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_share_what_is_short_sorted_and_last),
        cmocka_unit_test(test_parted_labels_are_each_a_samples_own),
        cmocka_unit_test(test_a_merge_joins_them_and_marks_each_of_a_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
