/* test_merge.c - profiles become one as pprof makes them. */
#include "profiles/pprof/merge.h"
#include "tests/pprof/stacks.h"
#include "tests/support/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The merge of up to three; takes them. */
static struct wm_profile *merge(struct wm_profile *first, struct wm_profile *second,
                                enum wm_merge_role role, unsigned flags)
{
    struct wm_merge_input inputs[2] = {
        {first,  WM_MERGE_SOURCE},
        {second, role           }
    };
    struct wm_profile *merged = NULL;
    struct wm_error err = {0};
    size_t count = second != NULL ? 2 : 1;
    if (wm_profile_merge(inputs, count, flags, &merged, &err) < 0)
        fail_msg("%s", err.text);
    assert_null(inputs[0].profile);
    assert_null(inputs[1].profile);
    return merged;
}

static struct wm_profile *merge_one(struct wm_profile *profile)
{
    return merge(profile, NULL, WM_MERGE_SOURCE, 0);
}

static void check_refused(struct wm_profile *first, struct wm_profile *second,
                          enum wm_merge_role role, unsigned flags, const char *why)
{
    struct wm_merge_input inputs[2] = {
        {first,  WM_MERGE_SOURCE},
        {second, role           }
    };
    struct wm_profile *merged = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_profile_merge(inputs, 2, flags, &merged, &err), -EINVAL);
    assert_null(merged);
    assert_null(inputs[0].profile);
    if (strstr(err.text, why) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, why);
}

static void test_equal_stacks_are_summed_into_the_first(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    stacks_add(profile, "hash parse main", "", 1);
    stacks_add(profile, "parse main", "", 2);
    stacks_add(profile, "hash parse main", "", 4);
    stacks_add(profile, "hash main", "", 8);
    stacks_add(profile, "parse main", "", 16);
    stacks_add(profile, "", "", 32);
    stacks_add(profile, "", "", 64);
    profile = merge_one(profile);
    stacks_check(profile, "5 hash parse main\n18 parse main\n8 hash main\n96\n");
    wm_profile_free(profile);
}

static void test_for_sums_equal_samples_may_stay_apart(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    stacks_add(profile, "hash main", "b=1", 1); /* gives b the smaller number */
    stacks_add(profile, "hash main", "a=2 b=1", INT64_MAX / 3);
    stacks_add(profile, "hash main", "b=1 a=2", 4);
    profile = merge(profile, NULL, WM_MERGE_SOURCE, WM_MERGE_FOR_SUMS);
    stacks_check(profile, "1 hash main {b=1}\n"
                          "3074457345618258602 hash main {b=1 a=2}\n"
                          "4 hash main {b=1 a=2}\n");
    wm_profile_free(profile);
}

/* Where a sum could be told from its parts they are joined. */
static void test_for_sums_not_all_samples_may_stay_apart(void **state)
{
    (void)state;
    static const int64_t values[] = {0, -1, INT64_MIN, INT64_MAX / 3 + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct wm_profile *profile = stacks_new("samples", "count");
        stacks_add(profile, "hash main", "", 5);
        stacks_add(profile, "hash main", "", 1);
        stacks_add(profile, "main", "", values[i]);
        profile = merge(profile, NULL, WM_MERGE_SOURCE, WM_MERGE_FOR_SUMS);
        assert_int_equal(profile->sample_count, values[i] == 0 ? 1 : 2);
        assert_int_equal(profile->values[profile->samples[0].first_value], 6);
        wm_profile_free(profile);
    }
    for (int role = WM_MERGE_SOURCE; role <= WM_MERGE_DIFF_BASE; role++) {
        struct wm_profile *first = stacks_new("samples", "count");
        struct wm_profile *second = stacks_new("samples", "count");
        stacks_add(first, "hash main", "", 5);
        stacks_add(first, "hash main", "", 1);
        stacks_add(second, "main", "", 1);
        first = merge(first, second, (enum wm_merge_role)role, WM_MERGE_FOR_SUMS);
        assert_int_equal(first->sample_count, 2);
        wm_profile_free(first);
    }
}

static void test_code_is_numbered_in_order_of_first_use(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    stacks_add(profile, "unused main", "", 0);
    stacks_add(profile, "hash parse", "", 1);
    stacks_add(profile, "main", "", 1);
    profile = merge_one(profile);
    static const char *const names[] = {"hash", "parse", "main"};
    assert_int_equal(profile->function_count, 3);
    assert_int_equal(profile->location_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_string_equal(wm_profile_text(profile, profile->functions[i].name), names[i]);
        assert_int_equal(profile->functions[i].id, i + 1);
        assert_int_equal(profile->locations[i].id, i + 1);
        assert_int_equal(profile->lines[profile->locations[i].first_line].function, i);
    }
    wm_profile_free(profile);
}

static void test_what_is_added_after_a_merge_joins_it(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    stacks_add(profile, "gone main", "", 0);
    stacks_add(profile, "hash main", "", 1);
    profile = merge_one(profile);
    stacks_add(profile, "new hash main", "", 2);
    stacks_check(profile, "1 hash main\n2 new hash main\n");
    assert_int_equal(profile->location_count, 3);
    assert_int_equal(profile->function_count, 3);
    assert_int_equal(profile->locations[2].id, 3);
    wm_profile_free(profile);
}

static void test_sums_of_zero_go_and_so_does_what_only_they_used(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    stacks_add(profile, "gone main", "", 5);
    stacks_add(profile, "hash main", "", 1);
    stacks_add(profile, "gone main", "", -5);
    profile = merge_one(profile);
    stacks_check(profile, "1 hash main\n");
    assert_int_equal(profile->location_count, 2);
    assert_int_equal(profile->function_count, 2);
    assert_string_equal(wm_profile_text(profile, profile->functions[0].name), "hash");
    wm_profile_free(profile);
}

static void test_labels_are_equal_in_any_order_but_not_their_values(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    stacks_add(profile, "f", "path=a bytes:5B tenant=t", 1);
    stacks_add(profile, "f", "bytes:5B tenant=t path=a", 2);
    stacks_add(profile, "f", "path=a path=b", 4);
    stacks_add(profile, "f", "path=b path=a", 8);
    stacks_add(profile, "f", "bytes:5 path=a tenant=t", 16);
    stacks_add(profile, "f", "bytes:5B path=a", 32);
    profile = merge_one(profile);
    stacks_check(profile, "3 f {path=a tenant=t bytes:5B}\n"
                          "4 f {path=a path=b}\n"
                          "8 f {path=b path=a}\n"
                          "16 f {path=a tenant=t bytes:5}\n"
                          "32 f {path=a bytes:5B}\n");
    wm_profile_free(profile);
}

static void test_many_labels_are_sorted_and_keep_the_order_of_values(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    /* keys get their numbers in the first sample */
    stacks_add(profile, "f", "a=1 b=1 c=1 d=1 e:1", 1);
    stacks_add(profile, "f", "e:2 c=7 a=5 c=6 e:1 b=9 a=4 d=3 c=5", 2);
    profile = merge_one(profile);
    stacks_check(profile, "1 f {a=1 b=1 c=1 d=1 e:1}\n"
                          "2 f {a=5 a=4 b=9 c=7 c=6 c=5 d=3 e:2 e:1}\n");
    wm_profile_free(profile);
}

static void test_a_binary_loaded_elsewhere_is_the_same(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    stacks_add(profile, "hash main", "", 1);
    /* the same size up to a page, the same file, at another place */
    struct wm_mapping moved = {
        .start = 0x5000, .limit = 0xcffa, .file = stacks_string(profile, "app")};
    struct wm_mapping other = moved;
    other.offset = 0x1000;
    assert_int_equal(wm_profile_add_mapping(profile, &moved), 1);
    assert_int_equal(wm_profile_add_mapping(profile, &other), 2);
    struct wm_location location = profile->locations[0];
    struct wm_line line = profile->lines[location.first_line];
    location.mapping = 2;
    location.address += 0x4000;
    uint32_t same = (uint32_t)wm_profile_add_location(profile, &location, &line);
    location.mapping = 3;
    uint32_t apart = (uint32_t)wm_profile_add_location(profile, &location, &line);
    uint32_t stacks[2][2] = {
        {same,  1},
        {apart, 1}
    };
    for (size_t i = 0; i < 2; i++)
        assert_true(wm_profile_add_sample(profile, stacks[i], 2, NULL, 0, &(int64_t){10}) > 0);
    profile = merge_one(profile);
    stacks_check(profile, "11 hash main\n10 hash main\n");
    assert_int_equal(profile->mapping_count, 2);
    assert_int_equal(profile->location_count, 3);
    assert_int_equal(profile->locations[2].mapping, 2);
    wm_profile_free(profile);
}

static void test_a_build_id_names_a_binary_before_its_file(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    stacks_add(profile, "main", "", 1);
    struct wm_mapping renamed = {.start = 0x1000,
                                 .limit = 0x9000,
                                 .file = stacks_string(profile, "app.old"),
                                 .build_id = stacks_string(profile, "app")};
    assert_int_equal(wm_profile_add_mapping(profile, &renamed), 1);
    struct wm_location location = profile->locations[0];
    struct wm_line line = profile->lines[location.first_line];
    location.mapping = 2;
    uint32_t same = (uint32_t)wm_profile_add_location(profile, &location, &line);
    assert_true(wm_profile_add_sample(profile, &same, 1, NULL, 0, &(int64_t){10}) > 0);
    profile = merge_one(profile);
    stacks_check(profile, "11 main\n");
    wm_profile_free(profile);
}

static void test_the_first_mapping_stays_though_nothing_uses_it(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    struct wm_mapping library = {
        .start = 0x20000, .limit = 0x30000, .file = stacks_string(profile, "lib")};
    assert_int_equal(wm_profile_add_mapping(profile, &library), 1);
    library.start += 0x20000;
    library.offset = 9;
    assert_int_equal(wm_profile_add_mapping(profile, &library), 2);
    struct wm_location location = {.mapping = 3, .address = 0x40010};
    uint32_t index = (uint32_t)wm_profile_add_location(profile, &location, NULL);
    assert_int_equal(wm_profile_add_sample(profile, &index, 1, NULL, 0, &(int64_t){10}), 0);
    profile = merge_one(profile);
    assert_int_equal(profile->mapping_count, 2);
    assert_string_equal(wm_profile_text(profile, profile->mappings[0].file), "app");
    assert_int_equal(profile->mappings[1].start, 0x40000);
    assert_int_equal(profile->mappings[1].id, 2);
    assert_int_equal(profile->locations[0].mapping, 2);
    wm_profile_free(profile);
}

static void test_two_profiles_become_one(void **state)
{
    (void)state;
    struct wm_profile *first = stacks_new("samples", "count");
    struct wm_profile *second = stacks_new("samples", "count");
    stacks_add(first, "hash main", "path=a", 1);
    stacks_add(second, "other", "", 2);
    stacks_add(second, "hash main", "path=a", 4);
    stacks_add(second, "hash main", "path=b", 8);
    first = merge(first, second, WM_MERGE_SOURCE, 0);
    stacks_check(first, "5 hash main {path=a}\n2 other\n8 hash main {path=b}\n");
    assert_int_equal(first->mapping_count, 1);
    wm_profile_free(first);
}

static void test_headers_follow_their_rules(void **state)
{
    (void)state;
    struct wm_profile *first = stacks_new("samples", "count");
    struct wm_profile *second = stacks_new("samples", "count");
    first->time_ns = 500;
    second->time_ns = 300;
    first->duration_ns = 40;
    second->duration_ns = 2;
    first->period = 10;
    second->period = 20;
    second->default_sample_type = stacks_string(second, "samples");
    first->drop_frames = stacks_string(first, "noise");
    second->drop_frames = stacks_string(second, "other noise");
    assert_true(wm_profile_add_comment(first, "both") >= 0);
    assert_true(wm_profile_add_comment(second, "second's") >= 0);
    assert_true(wm_profile_add_comment(second, "both") >= 0);
    first = merge(first, second, WM_MERGE_SOURCE, 0);
    assert_int_equal(first->time_ns, 300);
    assert_int_equal(first->duration_ns, 42);
    assert_int_equal(first->period, 20);
    assert_string_equal(wm_profile_text(first, first->default_sample_type), "samples");
    assert_string_equal(wm_profile_text(first, first->drop_frames), "noise");
    assert_int_equal(first->comment_count, 2);
    assert_string_equal(wm_profile_text(first, first->comments[1]), "second's");
    wm_profile_free(first);
}

static void test_values_come_to_the_finer_unit(void **state)
{
    (void)state;
    struct wm_profile *first = stacks_new("cpu", "milliseconds");
    struct wm_profile *second = stacks_new("cpu", "us");
    first->period = 10;
    second->period = 30;
    first->period_type = first->sample_types[0];
    second->period_type = second->sample_types[0];
    stacks_add(first, "f", "", 2);
    stacks_add(second, "f", "", 5);
    first = merge(first, second, WM_MERGE_SOURCE, 0);
    stacks_check(first, "2005 f\n");
    assert_string_equal(wm_profile_text(first, first->sample_types[0].unit), "us");
    assert_string_equal(wm_profile_text(first, first->period_type.unit), "us");
    assert_int_equal(first->period, 10000);
    wm_profile_free(first);
}

static void test_what_does_not_fit_together_is_refused(void **state)
{
    (void)state;
    check_refused(stacks_new("cpu", "ns"), stacks_new("wall", "ns"), WM_MERGE_SOURCE, 0,
                  "'cpu' in one, 'wall' in another");
    check_refused(stacks_new("cpu", "ns"), stacks_new("cpu", "bytes"), WM_MERGE_SOURCE, 0,
                  "counted in 'ns' and in 'bytes'");
    check_refused(stacks_new("cpu", "ns"), stacks_new("cpu", "bytes"), WM_MERGE_BASE, 0,
                  "counted in 'ns' and in 'bytes'");
    struct wm_profile *two = stacks_new("cpu", "ns");
    assert_int_equal(wm_profile_add_sample_type(two, "wall", "ns"), 1);
    check_refused(two, stacks_new("cpu", "ns"), WM_MERGE_SOURCE, 0, "2 and 1 sample types");
    struct wm_profile *period = stacks_new("cpu", "ns");
    period->period_type.type = stacks_string(period, "cycles");
    check_refused(period, stacks_new("cpu", "ns"), WM_MERGE_SOURCE, 0, "a period of 'cycles'");
    check_refused(stacks_new("cpu", "ns"), stacks_new("cpu", "us"), WM_MERGE_BASE,
                  WM_MERGE_NORMALIZE, "cannot be normalized");
}

static void test_a_base_is_subtracted(void **state)
{
    (void)state;
    struct wm_profile *source = stacks_new("samples", "count");
    struct wm_profile *base = stacks_new("samples", "count");
    stacks_add(source, "f", "", 5);
    stacks_add(source, "g", "", 5);
    stacks_add(base, "g", "", 5);
    stacks_add(base, "h", "", 1);
    stacks_add(base, "f", "", 3);
    source = merge(source, base, WM_MERGE_BASE, 0);
    stacks_check(source, "2 f\n-1 h\n");
    wm_profile_free(source);
}

static void test_a_diff_base_stays_apart_and_is_marked(void **state)
{
    (void)state;
    struct wm_profile *source = stacks_new("samples", "count");
    struct wm_profile *base = stacks_new("samples", "count");
    stacks_add(source, "f", "path=a", 5);
    stacks_add(base, "f", "path=a", 3);
    stacks_add(base, "f", "size:4B", 3);
    stacks_add(base, "f", "pprof::base=stale path=a", 3);
    stacks_add(base, "f", "", 7);
    source = merge(source, base, WM_MERGE_DIFF_BASE, 0);
    stacks_check(source, "5 f {path=a}\n*-6 f {path=a pprof::base=true}\n"
                         "*-3 f {pprof::base=true size:4B}\n*-7 f {pprof::base=true}\n");
    wm_profile_free(source);
}

static void test_normalized_sums_are_those_of_the_base(void **state)
{
    (void)state;
    struct wm_profile *source = stacks_new("samples", "count");
    struct wm_profile *base = stacks_new("samples", "count");
    stacks_add(source, "f", "", 30);
    stacks_add(source, "g", "", 9);
    stacks_add(source, "h", "", 1); /* 0.25 of it are nothing */
    stacks_add(base, "f", "", 10);
    source = merge(source, base, WM_MERGE_BASE, WM_MERGE_NORMALIZE);
    stacks_check(source, "-2 f\n2 g\n");
    wm_profile_free(source);
}

static void test_sums_wrap_and_large_values_turn_as_doubles(void **state)
{
    (void)state;
    struct wm_profile *source = stacks_new("samples", "count");
    struct wm_profile *base = stacks_new("samples", "count");
    stacks_add(source, "f", "", INT64_MAX);
    stacks_add(source, "f", "", 2);
    stacks_add(base, "g", "", (INT64_C(1) << 53) + 1);
    source = merge(source, base, WM_MERGE_BASE, 0);
    stacks_check(source, "-9223372036854775807 f\n-9007199254740992 g\n");
    wm_profile_free(source);
}

static int64_t first_values(const struct wm_profile *profile)
{
    int64_t sum = 0;
    for (size_t i = 0; i < profile->sample_count; i++)
        sum += profile->values[profile->samples[i].first_value];
    return sum;
}

static void test_a_merge_of_a_merge_changes_nothing(void **state)
{
    (void)state;
    struct wm_profile *profile = stacks_new("samples", "count");
    uint32_t dice = 1;
    char frames[64], labels[32];
    for (int i = 0; i < 20000; i++) {
        dice = dice * 1664525 + 1013904223;
        snprintf(frames, sizeof(frames), "f%u f%u f%u", dice >> 28, dice >> 24 & 15,
                 dice >> 20 & 3);
        snprintf(labels, sizeof(labels), "path=%u", dice >> 18 & 3);
        stacks_add(profile, frames, labels, (int64_t)(dice >> 16 & 1) * 2 - 1);
    }
    int64_t before = first_values(profile);
    profile = merge_one(profile);
    assert_true(profile->sample_count > 1000 && profile->sample_count < 4096);
    assert_int_equal(before, first_values(profile));
    char *once = stacks_dump(profile);
    profile = merge_one(profile);
    stacks_check(profile, once);
    free(once);
    wm_profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_stacks_are_summed_into_the_first),
        cmocka_unit_test(test_for_sums_equal_samples_may_stay_apart),
        cmocka_unit_test(test_for_sums_not_all_samples_may_stay_apart),
        cmocka_unit_test(test_code_is_numbered_in_order_of_first_use),
        cmocka_unit_test(test_what_is_added_after_a_merge_joins_it),
        cmocka_unit_test(test_sums_of_zero_go_and_so_does_what_only_they_used),
        cmocka_unit_test(test_labels_are_equal_in_any_order_but_not_their_values),
        cmocka_unit_test(test_many_labels_are_sorted_and_keep_the_order_of_values),
        cmocka_unit_test(test_a_binary_loaded_elsewhere_is_the_same),
        cmocka_unit_test(test_a_build_id_names_a_binary_before_its_file),
        cmocka_unit_test(test_the_first_mapping_stays_though_nothing_uses_it),
        cmocka_unit_test(test_two_profiles_become_one),
        cmocka_unit_test(test_headers_follow_their_rules),
        cmocka_unit_test(test_values_come_to_the_finer_unit),
        cmocka_unit_test(test_what_does_not_fit_together_is_refused),
        cmocka_unit_test(test_a_base_is_subtracted),
        cmocka_unit_test(test_a_diff_base_stays_apart_and_is_marked),
        cmocka_unit_test(test_normalized_sums_are_those_of_the_base),
        cmocka_unit_test(test_sums_wrap_and_large_values_turn_as_doubles),
        cmocka_unit_test(test_a_merge_of_a_merge_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
