/* test_profile.c - building a profile: equal things get one index. */
#include "profiles/pprof/profile.h"
#include "tests/support/support.h"

#include <errno.h>
#include <stdlib.h>

static void test_a_new_profile_has_only_the_empty_string(void **state)
{
    (void)state;
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    assert_int_equal(wm_profile_string(profile, ""), 0);
    assert_string_equal(wm_profile_text(profile, 0), "");
    assert_int_equal(profile->mapping_count, 0);
    wm_profile_free(profile);
    wm_profile_free(NULL);
}

static void test_equal_things_are_added_once_and_others_apart(void **state)
{
    (void)state;
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    uint32_t name = (uint32_t)wm_profile_string(profile, "f");
    struct wm_function function = {.name = name, .start_line = 3};
    assert_int_equal(wm_profile_add_function(profile, &function), 0);
    assert_int_equal(wm_profile_add_function(profile, &function), 0);
    function.start_line = 4;
    assert_int_equal(wm_profile_add_function(profile, &function), 1);
    assert_int_equal(profile->functions[1].id, 2);

    struct wm_mapping mapping = {.start = 1, .limit = 2};
    assert_int_equal(wm_profile_add_mapping(profile, &mapping), 0);
    mapping.has_inlines = true;
    assert_int_equal(wm_profile_add_mapping(profile, &mapping), 1);
    assert_int_equal(wm_profile_add_mapping(profile, &mapping), 1);

    struct wm_line lines[] = {
        {0, 10},
        {1, 20}
    };
    struct wm_location location = {.mapping = 1, .address = 7, .line_count = 2};
    assert_int_equal(wm_profile_add_location(profile, &location, lines), 0);
    assert_int_equal(wm_profile_add_location(profile, &location, lines), 0);
    lines[1].line = 21;
    assert_int_equal(wm_profile_add_location(profile, &location, lines), 1);
    location.line_count = 0;
    assert_int_equal(wm_profile_add_location(profile, &location, NULL), 2);
    assert_int_equal(profile->lines[profile->locations[1].first_line + 1].line, 21);
    assert_int_equal(profile->locations[2].id, 3);
    wm_profile_free(profile);
}

static void test_sample_types_and_comments_keep_their_order(void **state)
{
    (void)state;
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    assert_int_equal(wm_profile_add_sample_type(profile, "samples", "count"), 0);
    assert_int_equal(wm_profile_add_sample_type(profile, "cpu", "nanoseconds"), 1);
    assert_int_equal(wm_profile_add_sample_type(profile, "samples", "count"), 0);
    assert_int_equal(wm_profile_add_comment(profile, "z"), 0);
    assert_int_equal(wm_profile_add_comment(profile, "a"), 1);
    assert_int_equal(wm_profile_add_comment(profile, "z"), 0);
    assert_int_equal(profile->sample_type_count, 2);
    assert_int_equal(profile->comment_count, 2);
    wm_profile_free(profile);
}

static void test_equal_samples_stay_apart_and_a_sample_may_be_bare(void **state)
{
    (void)state;
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    assert_int_equal(wm_profile_add_sample_type(profile, "samples", "count"), 0);
    int64_t value = 5;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(wm_profile_add_sample(profile, NULL, 0, NULL, 0, &value), i);
    assert_int_equal(profile->sample_count, 1000);
    assert_int_equal(profile->values[profile->samples[999].first_value], 5);
    wm_profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_profile_has_only_the_empty_string),
        cmocka_unit_test(test_equal_things_are_added_once_and_others_apart),
        cmocka_unit_test(test_sample_types_and_comments_keep_their_order),
        cmocka_unit_test(test_equal_samples_stay_apart_and_a_sample_may_be_bare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
