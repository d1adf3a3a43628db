/* test_merged.c - the profiles of two sides as one. */
#include "profiles/compare/merged.h"

#include "harness/core/file.h"
#include "tests/compare/sides.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 10, NS_PER_TICK = 1000, BASE_RUNS = 5, NEW_RUNS = 2 };

static const char *const paths[] = {"PathA", "PathB"};

static uint32_t text(struct wm_profile *profile, const char *string)
{
    int64_t number = wm_profile_string(profile, string);
    assert_true(number >= 0);
    return (uint32_t)number;
}

/* One tick at each of SAMPLES places, of each path in turn. */
static struct wm_profile *profile_new(void)
{
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    assert_true(wm_profile_add_sample_type(profile, "samples", "count") >= 0);
    assert_true(wm_profile_add_sample_type(profile, "cpu", "nanoseconds") >= 0);
    for (uint32_t i = 0; i < 2 * SAMPLES; i++) {
        const struct wm_location place = {.address = 0x1000 + i};
        const struct wm_label label = {.key = text(profile, "path"),
                                       .string = text(profile, paths[i % 2])};
        const int64_t values[] = {1, NS_PER_TICK};
        int64_t location = wm_profile_add_location(profile, &place, NULL);
        assert_true(location >= 0);
        uint32_t stack = (uint32_t)location;
        assert_true(wm_profile_add_sample(profile, &stack, 1, &label, 1, values) >= 0);
    }
    return profile;
}

static void write_profiles(struct wm_set *set, const char *folder)
{
    struct wm_error err = {0};
    set->folders = calloc(set->run_count, sizeof(set->folders[0]));
    assert_non_null(set->folders);
    for (size_t i = 0; i < set->run_count; i++) {
        struct wm_profile *profile = profile_new();
        char *file = wm_test_file(folder, "profile.pb.gz", "");
        if (wm_profile_write(profile, file, &err) < 0)
            fail_msg("%s: %s", err.place, err.text);
        free(file);
        wm_profile_free(profile);
        set->folders[i] = strdup(folder);
        assert_non_null(set->folders[i]);
    }
}

static void free_folders(struct wm_set *set)
{
    for (size_t i = 0; i < set->run_count; i++)
        free(set->folders[i]);
    free(set->folders);
}

static int64_t sum_of_base(struct wm_profile *profile, const char *path, size_t type)
{
    int64_t sum = 0;
    uint32_t name = text(profile, path);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        int64_t value = profile->values[sample->first_value + type];
        bool of_path = false;
        for (uint32_t at = 0; at < sample->label_count; at++)
            of_path |= profile->labels[sample->first_label + at].string == name;
        if (of_path && value < 0)
            sum += value;
    }
    return sum;
}

/* 5 runs to 2: a tick becomes 0.4 ticks, of which rounding alone would leave nothing. */
static void test_merged_base_keeps_its_sums_when_it_is_scaled(void **state)
{
    (void)state;
    uint64_t random = 1;
    struct wm_error err = {0};
    struct wm_requests *requests = NULL;
    struct wm_profile *profile = NULL;
    char *folder = wm_test_folder();
    struct side_wish before =
                         {
                             .factors = {1, 1, 0},
                               .run_count = BASE_RUNS
    },
                     after = before;
    after.run_count = NEW_RUNS;
    struct wm_set *base = side_new(&before, "base", &random);
    struct wm_set *now = side_new(&after, "new", &random);
    write_profiles(base, folder);
    write_profiles(now, folder);
    assert_int_equal(wm_merged_requests(base, now, &requests, &err), 0);
    if (wm_merged_new(base, now, requests, true, &profile, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sum_of_base(profile, paths[i], 0), -SAMPLES * NEW_RUNS);
        assert_int_equal(sum_of_base(profile, paths[i], 1), -SAMPLES * NEW_RUNS * NS_PER_TICK);
    }
    wm_profile_free(profile);
    wm_requests_free(requests);
    free_folders(base);
    free_folders(now);
    side_free(base);
    side_free(now);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merged_base_keeps_its_sums_when_it_is_scaled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
