/* test_profile.c - the profile of a run: this very process's code, named and labelled. */
#include "tests/support/support.h"

#include "fake.h"
#include "profiles/gather/gather.h"

#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) int leaf_of_the_test(int x)
{
    return x * 3 + 1;
}

static __attribute__((noinline)) int caller_of_the_test(int x)
{
    return leaf_of_the_test(x) + leaf_of_the_test(x + 1);
}

static void report_modules(struct wm_region *region)
{
    /* Another binary comes first, so that the order is gather's doing. */
    struct wm_module other = {.start = 0x1000, .end = 0x2000, .path = "/nowhere/libother.so"};
    other.build_id[0] = 0xab;
    other.build_id[1] = 0x05;
    other.build_id_bytes = 2;
    region->modules[region->module_count++] = other;
    fake_own_modules(region);
}

static const char *label(const struct wm_profile *profile, size_t sample, const char *key)
{
    const struct wm_profile_sample *at = &profile->samples[sample];
    for (uint32_t i = at->first_label; i < at->first_label + at->label_count; i++)
        if (strcmp(wm_profile_text(profile, profile->labels[i].key), key) == 0)
            return wm_profile_text(profile, profile->labels[i].string);
    return NULL;
}

static const struct wm_location *location_at(const struct wm_profile *profile, uint64_t address)
{
    for (size_t i = 0; i < profile->location_count; i++)
        if (profile->locations[i].address == address)
            return &profile->locations[i];
    fail_msg("no location at %#lx", (unsigned long)address);
    return NULL;
}

static const char *function_at(const struct wm_profile *profile, uint64_t address)
{
    const struct wm_location *location = location_at(profile, address);
    assert_true(location->line_count > 0);
    uint32_t function = profile->lines[location->first_line].function;
    return wm_profile_text(profile, profile->functions[function].name);
}

struct played {
    struct wm_region *region;
    struct wm_gather *gather;
    struct wm_run *run;
    uint64_t leaf, caller;
};

static int setup(void **state)
{
    struct played *played = calloc(1, sizeof(*played));
    *state = played;
    if (played == NULL || (played->region = fake_region_new()) == NULL)
        return -1;
    struct wm_region *region = played->region;
    played->leaf = (uint64_t)(uintptr_t)leaf_of_the_test;
    played->caller = (uint64_t)(uintptr_t)caller_of_the_test;
    report_modules(region);
    uint16_t node = (uint16_t)fake_node(region, WM_NODE_ROOT, fake_site(region, "Serve", 1, true));
    uint32_t entry = fake_entry(region, "Door");
    uint32_t path = fake_path(region, entry, fake_outcome(region, "fine"), &node, 1);
    /* The address after the call is a return address; the leaf is where it is. An address in no
     * binary and one in a binary that is gone stay bare. */
    uint64_t frames[] = {played->leaf, played->caller + 1, 0x1800, 0x10};
    struct fake_sample first = {.thread = 0, .request = 1, .node = node, .cpu_ns = 700};
    struct fake_sample second = {.thread = 0, .request = 1, .node = WM_NODE_ROOT, .cpu_ns = 50};
    assert_true(fake_sample(region, &first, frames, 4));
    assert_true(fake_sample(region, &first, frames, 4));
    assert_true(fake_sample(region, &second, frames, 0));
    assert_true(fake_end(region, 0, 1, path, 3));
    fake_requests(region, 0, path, 1, 0);
    region->threads[0].lost_cpu_ns = 9;
    region->threads[0].lost_harness_cpu_ns = 8;
    fake_run_done(region, 2, 1467);
    return wm_gather_new(region, &played->gather) < 0 || wm_run_new(&played->run) < 0 ? -1 : 0;
}

static int teardown(void **state)
{
    struct played *played = *state;
    wm_gather_free(played->gather);
    wm_run_free(played->run);
    fake_region_free(played->region);
    free(played);
    return 0;
}

static const struct wm_profile *finish(struct played *played)
{
    struct wm_error err = {0};
    assert_int_equal(wm_gather_finish(played->gather, played->run, &err), 0);
    return played->run->profile;
}

static void test_profile_says_what_its_values_are(void **state)
{
    struct played *played = *state;
    const struct wm_profile *profile = finish(played);
    assert_int_equal(profile->sample_type_count, 2);
    assert_string_equal(wm_profile_text(profile, profile->sample_types[0].type), "samples");
    assert_string_equal(wm_profile_text(profile, profile->sample_types[0].unit), "count");
    assert_string_equal(wm_profile_text(profile, profile->sample_types[1].type), "cpu");
    assert_string_equal(wm_profile_text(profile, profile->sample_types[1].unit), "nanoseconds");
    assert_string_equal(wm_profile_text(profile, profile->default_sample_type), "cpu");
    assert_string_equal(wm_profile_text(profile, profile->period_type.type), "cpu");
    assert_int_equal(profile->period, 1000000000 / 997);
    assert_int_equal(profile->duration_ns, 2000000000);
    assert_true(profile->time_ns > 0);
}

static void test_profile_names_the_app_first(void **state)
{
    struct played *played = *state;
    const struct wm_profile *profile = finish(played);
    assert_string_equal(wm_profile_text(profile, profile->mappings[0].file),
                        played->region->plan.app);
    for (size_t i = 0; i < profile->mapping_count; i++)
        if (profile->mappings[i].start == 0x1000)
            assert_string_equal(wm_profile_text(profile, profile->mappings[i].build_id), "ab05");
    const struct wm_location *gone = location_at(profile, 0x1800 - 1);
    assert_int_equal(gone->line_count, 0);
    assert_int_equal(profile->mappings[gone->mapping - 1].start, 0x1000);
    assert_int_equal(location_at(profile, 0x10 - 1)->mapping, 0);
}

static void test_profile_names_leaf_and_callers(void **state)
{
    struct played *played = *state;
    assert_int_equal(caller_of_the_test(1), 11);
    const struct wm_profile *profile = finish(played);
    assert_string_equal(function_at(profile, played->leaf), "leaf_of_the_test");
    assert_string_equal(function_at(profile, played->caller), "caller_of_the_test");
    const struct wm_location *leaf = location_at(profile, played->leaf);
    uint32_t function = profile->lines[leaf->first_line].function;
    assert_non_null(
        strstr(wm_profile_text(profile, profile->functions[function].file), "test_profile.c"));
    assert_true(profile->lines[leaf->first_line].line > 0);
}

static void test_profile_labels_agree_with_the_table(void **state)
{
    struct played *played = *state;
    const struct wm_profile *profile = finish(played);
    size_t whole = 0, rootless = 0, lost = 0, harness = 0;
    for (size_t i = 0; i < profile->sample_count; i++) {
        const char *path = label(profile, i, "path");
        int64_t count = profile->values[profile->samples[i].first_value];
        int64_t cpu_ns = profile->values[profile->samples[i].first_value + 1];
        if (strcmp(path, WM_PATH_UNATTRIBUTED) == 0 || strcmp(path, WM_PATH_HARNESS) == 0) {
            assert_null(label(profile, i, "entry"));
            assert_null(label(profile, i, "segment"));
            assert_int_equal(count, 0);
            assert_int_equal(profile->samples[i].location_count, 1);
            *(strcmp(path, WM_PATH_HARNESS) == 0 ? &harness : &lost) += (size_t)cpu_ns;
            continue;
        }
        assert_string_equal(path, played->run->paths->rows[0].name);
        assert_string_equal(label(profile, i, "entry"), "Door");
        assert_string_equal(label(profile, i, "outcome"), "fine");
        if (label(profile, i, "segment") == NULL) {
            rootless++;
            assert_int_equal(cpu_ns, 50);
            continue;
        }
        whole++;
        assert_string_equal(label(profile, i, "segment"), "Serve");
        assert_int_equal(count, 2);
        assert_int_equal(cpu_ns, 1400);
        assert_int_equal(profile->samples[i].location_count, 4);
    }
    assert_int_equal(whole, 1);
    assert_int_equal(rootless, 1);
    assert_int_equal(lost, 9);
    assert_int_equal(harness, 8);
}

static void test_profile_survives_writing_and_reading(void **state)
{
    struct played *played = *state;
    const struct wm_profile *profile = finish(played);
    struct wm_error err = {0};
    char *folder = wm_test_folder();
    char *name = wm_test_file(folder, "profile.pb.gz", "");
    struct wm_profile *back = NULL;
    assert_int_equal(wm_profile_write(profile, name, &err), 0);
    assert_int_equal(wm_profile_read(name, 1 << 20, &back, &err), 0);
    assert_int_equal(back->sample_count, profile->sample_count);
    assert_string_equal(wm_profile_text(back, back->mappings[0].file), played->region->plan.app);
    wm_profile_free(back);
    free(name);
    wm_test_folder_remove(folder);
}

static void test_describe_names_an_address(void **state)
{
    struct played *played = *state;
    const char *known = wm_gather_describe(played->gather, played->run, played->leaf);
    assert_non_null(known);
    assert_memory_equal(known, "leaf_of_the_test (test_profile.c:", 33);
    assert_string_equal(wm_gather_describe(played->gather, played->run, 0x1234),
                        "0x1234 (libother.so)");
    assert_string_equal(wm_gather_describe(played->gather, played->run, 0x10), "0x10");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_profile_says_what_its_values_are),
        TEST(test_profile_names_the_app_first),
        TEST(test_profile_names_leaf_and_callers),
        TEST(test_profile_labels_agree_with_the_table),
        TEST(test_profile_survives_writing_and_reading),
        TEST(test_describe_names_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
