/* test_hostile.c - regions that a broken app wrote over: nothing may be believed, the sum holds. */
#include "tests/support/support.h"

#include "fake.h"
#include "profiles/gather/gather.h"

#include <stdlib.h>
#include <string.h>

static uint64_t random_state;

/* xorshift: the same numbers in every run. */
static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void scribble(void *memory, size_t bytes)
{
    unsigned char *at = memory;
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(next_random() >> 24);
}

/* A few values where they hurt: mostly valid tables with some entries that are not. */
static void scatter(void *memory, size_t bytes, size_t count)
{
    static const uint32_t values[] = {0, 1, 2, 0x7fffffff, 0x80000000, UINT32_MAX, 4096, 4095};
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)(next_random() % (bytes / 4)) * 4;
        memcpy((char *)memory + at, &values[next_random() % 8], 4);
    }
}

static void play(struct wm_region *region)
{
    uint16_t nodes[8];
    uint32_t parent = WM_NODE_ROOT;
    for (uint16_t i = 0; i < 8; i++) {
        nodes[i] = (uint16_t)(parent = fake_node(region, parent, fake_site(region, "S", i, true)));
    }
    uint32_t entry = fake_entry(region, "E");
    for (uint32_t i = 1; i <= 8; i++) {
        uint32_t path = fake_path(region, entry, fake_outcome(region, "o"), nodes, i);
        fake_requests(region, i % 3, path, i, 0);
        fake_latency(region, i % 3, path, UINT64_C(1000) * i);
        uint64_t request = i;
        struct fake_sample sample = {i, request, nodes[i - 1], request * 100, 0};
        uint64_t frames[] = {request, request * 2, request * 3};
        assert_true(fake_sample(region, &sample, frames, 3));
        assert_true(fake_end(region, i, request, path, 1));
    }
    region->module_count = 3;
    for (uint32_t i = 0; i < 3; i++) {
        region->modules[i].start = UINT64_C(4096) * i;
        region->modules[i].end = region->modules[i].start + 4096;
        strcpy(region->modules[i].path, "/nowhere/lib.so");
    }
    fake_run_done(region, 1, 3600);
}

static void check_sum(const struct wm_run *run)
{
    uint64_t rows = 0, profile = 0;
    for (size_t i = 0; i < run->paths->count; i++)
        rows += run->paths->rows[i].cpu_ns;
    for (size_t i = 0; i < run->profile->sample_count; i++)
        profile += (uint64_t)run->profile->values[run->profile->samples[i].first_value + 1];
    assert_int_equal(rows, run->cpu_ns);
    assert_int_equal(profile, run->cpu_ns);
}

/* Finishes and checks the sum; the run's notes say whether something was odd. */
static bool finish_all(struct wm_gather *gather)
{
    struct wm_run *run = NULL;
    struct wm_error err = {0};
    assert_int_equal(wm_run_new(&run), 0);
    assert_int_equal(wm_gather_drain(gather), 0);
    assert_int_equal(wm_gather_finish(gather, run, &err), 0);
    assert_non_null(wm_gather_describe(gather, run, next_random()));
    check_sum(run);
    bool odd = run->note_count > 0;
    wm_run_free(run);
    wm_gather_free(gather);
    return odd;
}

static bool gather_all(struct wm_region *region)
{
    struct wm_gather *gather = NULL;
    assert_int_equal(wm_gather_new(region, &gather), 0);
    return finish_all(gather);
}

struct part {
    size_t offset;
    size_t bytes;
};
#define PART(field)                                                                                \
    {                                                                                              \
        offsetof(struct wm_region, field), sizeof(((struct wm_region *)0)->field)                  \
    }

static const struct part parts[] = {
    PART(plan),
    PART(notes),
    PART(note_count),
    PART(name_bytes),
    PART(names),
    PART(entry_count),
    PART(entries),
    PART(outcome_count),
    PART(outcomes),
    PART(site_count),
    PART(sites),
    PART(node_count),
    PART(nodes),
    PART(path_count),
    PART(paths),
    PART(path_node_count),
    PART(path_nodes),
    PART(module_count),
    PART(modules),
    PART(module_writes),
    PART(histogram_count),
    PART(workers[0]),
    PART(workers[2]),
    PART(histograms[0]),
    PART(histograms[1]),
    PART(contexts[0]),
    PART(threads[1]),
    PART(threads[2].sample_ring),
    PART(worker_count),
    PART(threads[3].samples_data),
    PART(threads[4].ends_data),
    PART(threads[5].end_ring),
    PART(crash),
    PART(sampler),
    PART(process_count),
    PART(processes),
    PART(board),
    PART(threads[1].process),
    PART(threads[1].image),
    PART(stage),
    PART(started_ns),
    PART(stopped_ns),
};

static void test_hostile_noise_in_one_part_does_no_harm(void **state)
{
    (void)state;
    random_state = 0x9e3779b97f4a7c15;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        struct wm_region *region = fake_region_new();
        assert_non_null(region);
        play(region);
        scribble((char *)region + parts[i].offset, parts[i].bytes);
        (void)gather_all(region);
        fake_region_free(region);
    }
}

static void play_server(struct wm_region *region)
{
    play(region);
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t label = fake_request(region);
        struct fake_sample sample = {i, label, WM_NODE_ROOT, 50 + i, 0};
        uint64_t frames[] = {i, i * 2};
        assert_true(fake_sample(region, &sample, frames, 2));
        if (i % 2 == 0)
            fake_replied(region, label, i);
        sample.request = i % 3 == 0 ? 0 : WM_LABEL_PATH | i * 1000;
        assert_true(fake_sample(region, &sample, frames, 2));
        region->threads[i].process = fake_process(region, i);
        region->threads[i].image = i;
        region->board.seen[i] = i;
    }
}

static void test_hostile_noise_of_a_server_does_no_harm(void **state)
{
    (void)state;
    random_state = 0x1234567;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        for (uint32_t target = WM_TARGET_SERVER; target <= WM_TARGET_WATCH; target++) {
            struct wm_gather *gather = NULL;
            struct wm_region *region = fake_region_new();
            assert_non_null(region);
            fake_server(region, target);
            assert_int_equal(wm_gather_new(region, &gather), 0);
            assert_int_equal(wm_gather_begin(gather), 0);
            play_server(region);
            scribble((char *)region + parts[i].offset, parts[i].bytes);
            (void)finish_all(gather);
            fake_region_free(region);
        }
    }
}

static void test_hostile_noise_in_every_table_does_no_harm(void **state)
{
    (void)state;
    random_state = 0xdeadbeef;
    struct wm_region *region = fake_region_new();
    assert_non_null(region);
    play(region);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        scribble((char *)region + parts[i].offset, parts[i].bytes);
    assert_true(gather_all(region));
    fake_region_free(region);
}

static void test_hostile_values_scattered_in_full_tables_do_no_harm(void **state)
{
    (void)state;
    random_state = 42;
    for (int round = 0; round < 20; round++) {
        struct wm_region *region = fake_region_new();
        assert_non_null(region);
        play(region);
        scatter(region->nodes, 12 * sizeof(region->nodes[0]), 4);
        scatter(region->paths, 10 * sizeof(region->paths[0]), 4);
        scatter(region->sites, 10 * sizeof(region->sites[0]), 4);
        scatter(region->path_nodes, 40 * sizeof(region->path_nodes[0]), 2);
        scatter(region->workers[1].cells, 4 * sizeof(region->workers[1].cells[0]), 4);
        scatter(region->workers[1].latency, 64, 4);
        scatter(region->threads[1].samples_data, 56, 3);
        scatter(region->threads[2].ends_data, sizeof(struct wm_end), 2);
        scatter(&region->threads[3], 64, 3);
        scatter(region->modules, sizeof(region->modules[0]), 8);
        (void)gather_all(region);
        fake_region_free(region);
    }
}

static void test_hostile_cycle_of_nodes_ends(void **state)
{
    (void)state;
    struct wm_region *region = fake_region_new();
    assert_non_null(region);
    play(region);
    region->nodes[2].parent = 5;
    region->nodes[3].parent = 3;
    region->nodes[4].parent = 0;
    region->nodes[5].parent = UINT32_MAX;
    assert_true(gather_all(region));
    fake_region_free(region);
}

static void test_hostile_names_without_end_are_not_followed(void **state)
{
    (void)state;
    struct wm_region *region = fake_region_new();
    assert_non_null(region);
    play(region);
    memset(region->names + 1, 'x', WM_NAME_BYTES - 1);
    memset(region->modules[1].path, 'x', sizeof(region->modules[1].path));
    memset(region->notes[0].text, 'x', sizeof(region->notes[0].text));
    region->note_count = UINT32_MAX;
    assert_true(gather_all(region));
    fake_region_free(region);
}

static void test_hostile_deep_recursion_stays_small(void **state)
{
    (void)state;
    struct wm_region *region = fake_region_new();
    assert_non_null(region);
    uint32_t site = fake_site(region, "ARatherLongNameForASegmentThatRecurses", 1, true);
    uint32_t node = WM_NODE_ROOT;
    static uint16_t nodes[WM_NODE_MAX];
    uint32_t count = 0;
    while (region->node_count < WM_NODE_MAX)
        nodes[count++] = (uint16_t)(node = fake_node(region, node, site));
    uint32_t path = fake_path(region, fake_entry(region, "E"), 0, nodes, count);
    fake_requests(region, 0, path, 1, 0);
    fake_run_done(region, 1, 0);
    assert_false(gather_all(region));
    fake_region_free(region);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_noise_in_one_part_does_no_harm),
        cmocka_unit_test(test_hostile_noise_of_a_server_does_no_harm),
        cmocka_unit_test(test_hostile_noise_in_every_table_does_no_harm),
        cmocka_unit_test(test_hostile_values_scattered_in_full_tables_do_no_harm),
        cmocka_unit_test(test_hostile_cycle_of_nodes_ends),
        cmocka_unit_test(test_hostile_names_without_end_are_not_followed),
        cmocka_unit_test(test_hostile_deep_recursion_stays_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
