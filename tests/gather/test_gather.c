/* test_gather.c - a run played into a region comes out as rows, figures and notes. */
#include "tests/support/support.h"

#include "fake.h"
#include "profiles/gather/gather.h"

#include <stdlib.h>
#include <string.h>

/* The tree of a small shop, as the app's side would leave it behind. */
struct shop {
    struct wm_region *region;
    struct wm_gather *gather;
    struct wm_run *run;
    uint32_t handle, authenticate, order, check; /* nodes */
    uint32_t approved, denied;                   /* paths */
};

static int setup(void **state)
{
    struct shop *shop = calloc(1, sizeof(*shop));
    *state = shop;
    if (shop == NULL || (shop->region = fake_region_new()) == NULL)
        return -1;
    struct wm_region *region = shop->region;
    uint32_t handle = fake_site(region, "HandleRequest", 10, true);
    uint32_t authenticate = fake_site(region, "Authenticate", 20, true);
    uint32_t order = fake_site(region, "ProcessOrder", 30, true);
    uint32_t check = fake_site(region, "CheckInventory", 40, true);
    fake_site(region, "IssueRefund", 50, false);
    shop->handle = fake_node(region, WM_NODE_ROOT, handle);
    shop->authenticate = fake_node(region, shop->handle, authenticate);
    shop->order = fake_node(region, shop->handle, order);
    shop->check = fake_node(region, shop->order, check);
    uint32_t entry = fake_entry(region, "HandleRequest");
    uint16_t whole[] = {(uint16_t)shop->handle, (uint16_t)shop->authenticate, (uint16_t)shop->order,
                        (uint16_t)shop->check};
    shop->approved = fake_path(region, entry, fake_outcome(region, "approved"), whole, 4);
    shop->denied = fake_path(region, entry, fake_outcome(region, "denied"), whole, 2);
    return wm_gather_new(region, &shop->gather) < 0 || wm_run_new(&shop->run) < 0 ? -1 : 0;
}

static int teardown(void **state)
{
    struct shop *shop = *state;
    wm_gather_free(shop->gather);
    wm_run_free(shop->run);
    fake_region_free(shop->region);
    free(shop);
    return 0;
}

static void sample(struct shop *shop, uint32_t thread, uint64_t request, uint32_t node,
                   uint64_t cpu_ns, uint16_t flags)
{
    struct fake_sample made = {thread, request, node, cpu_ns, flags};
    uint64_t frames[] = {0x1000 + node, 0x2000, 0x3000};
    assert_true(fake_sample(shop->region, &made, frames, 3));
}

static void finish(struct shop *shop)
{
    struct wm_error err = {0};
    assert_int_equal(wm_gather_finish(shop->gather, shop->run, &err), 0);
}

static const struct wm_path_row *find_row(const struct shop *shop, const char *name)
{
    const struct wm_paths *paths = shop->run->paths;
    for (size_t i = 0; i < paths->count; i++)
        if (strcmp(paths->rows[i].name, name) == 0)
            return &paths->rows[i];
    fail_msg("no row %s", name);
    return NULL;
}

static const struct wm_path_row *find_outcome(const struct shop *shop, const char *outcome)
{
    const struct wm_paths *paths = shop->run->paths;
    for (size_t i = 0; i < paths->count; i++)
        if (strcmp(paths->rows[i].outcome, outcome) == 0)
            return &paths->rows[i];
    fail_msg("no row with outcome %s", outcome);
    return NULL;
}

static const struct wm_segment_row *find_segment(const struct shop *shop, const char *segment)
{
    const struct wm_segments *segments = shop->run->segments;
    for (size_t i = 0; i < segments->count; i++)
        if (strcmp(segments->rows[i].segment, segment) == 0)
            return &segments->rows[i];
    return NULL;
}

static bool noted(const struct wm_run *run, const char *part)
{
    for (size_t i = 0; i < run->note_count; i++)
        if (strstr(run->notes[i], part) != NULL)
            return true;
    return false;
}

static uint64_t row_sum(const struct wm_run *run)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < run->paths->count; i++)
        sum += run->paths->rows[i].cpu_ns;
    return sum;
}

static void check_conserved(const struct wm_run *run)
{
    const struct wm_profile *profile = run->profile;
    int64_t samples = 0, cpu_ns = 0;
    assert_int_equal(profile->sample_type_count, 2);
    for (size_t i = 0; i < profile->sample_count; i++) {
        samples += profile->values[profile->samples[i].first_value];
        cpu_ns += profile->values[profile->samples[i].first_value + 1];
    }
    assert_int_equal(row_sum(run), run->cpu_ns);
    assert_int_equal(cpu_ns, run->cpu_ns);
    assert_int_equal(samples, run->samples);
}

static void test_gather_counts_cpu_before_the_branch_to_the_path_taken(void **state)
{
    struct shop *shop = *state;
    sample(shop, 0, 1, shop->authenticate, 1000, 0);
    sample(shop, 0, 1, shop->check, 2000, 0);
    sample(shop, 0, 2, shop->authenticate, 400, 0);
    assert_true(fake_end(shop->region, 0, 2, shop->denied, 1));
    assert_true(fake_end(shop->region, 0, 1, shop->approved, 2));
    fake_requests(shop->region, 0, shop->approved, 10, 1);
    fake_requests(shop->region, 0, shop->denied, 5, 0);
    fake_run_done(shop->region, 2, 3400);
    finish(shop);
    const struct wm_path_row *approved = find_outcome(shop, "approved");
    assert_int_equal(approved->cpu_ns, 3000);
    assert_int_equal(approved->samples, 2);
    assert_int_equal(approved->requests, 10);
    assert_int_equal(approved->errors, 1);
    assert_int_equal(approved->allocs, 30);
    assert_int_equal(approved->alloc_bytes, 1000);
    assert_true(approved->weight_square > 4999999 && approved->weight_square < 5000001);
    assert_int_equal(approved->node_count, 4);
    assert_string_equal(approved->nodes[3], "HandleRequest/ProcessOrder/CheckInventory");
    assert_string_equal(approved->entry, "HandleRequest");
    assert_int_equal(approved->id, shop->region->paths[shop->approved].id);
    assert_int_equal(find_outcome(shop, "denied")->cpu_ns, 400);
    check_conserved(shop->run);
    assert_int_equal(shop->run->cpu_ns, 3400);
    assert_int_equal(shop->run->note_count, 0);
}

static void test_gather_keeps_every_nanosecond_in_some_row(void **state)
{
    struct shop *shop = *state;
    struct wm_region *region = shop->region;
    uint64_t expected = 0;
    for (uint64_t i = 1; i <= 3000; i++) { /* two threads, both orders, drained now and then */
        uint64_t request = i / 2 + 1;
        bool last = i % 2 == 1;
        sample(shop, i % 2, request, shop->authenticate, i, 0);
        expected += i;
        if (last)
            assert_true(fake_end(region, (i / 2) % 2, request, shop->approved, i == 1 ? 1 : 2));
        if (i % 97 == 0)
            assert_int_equal(wm_gather_drain(shop->gather), 0);
    }
    sample(shop, 2, 0, WM_NODE_ROOT, 10, WM_SAMPLE_HARNESS);
    sample(shop, 3, 0, WM_NODE_ROOT, 20, 0);
    sample(shop, 2, 9999, shop->handle, 40, WM_SAMPLE_HARNESS); /* never ends */
    region->threads[5].lost_cpu_ns = 100;
    region->threads[6].lost_harness_cpu_ns = 200;
    expected += 370;
    fake_requests(region, 0, shop->approved, 1501, 0);
    fake_run_done(region, 1, expected);
    finish(shop);
    check_conserved(shop->run);
    assert_int_equal(shop->run->cpu_ns, expected);
    assert_int_equal(shop->run->samples, 3003);
    assert_int_equal(find_row(shop, WM_PATH_HARNESS)->cpu_ns, 210);
    assert_int_equal(find_row(shop, WM_PATH_HARNESS)->samples, 1);
    uint64_t unattributed = find_row(shop, WM_PATH_UNATTRIBUTED)->cpu_ns;
    /* Request 1501 had one sample, told as such by no end: it waits in vain. */
    assert_int_equal(unattributed, 20 + 40 + 100 + 3000);
    assert_string_equal(shop->run->paths->rows[shop->run->paths->count - 1].name, WM_PATH_HARNESS);
}

static void test_gather_always_has_the_two_closing_rows(void **state)
{
    struct shop *shop = *state;
    fake_run_done(shop->region, 1, 0);
    finish(shop);
    assert_int_equal(shop->run->paths->count, 2); /* paths without requests or samples have none */
    assert_int_equal(find_row(shop, WM_PATH_UNATTRIBUTED)->cpu_ns, 0);
    assert_int_equal(find_row(shop, WM_PATH_HARNESS)->cpu_ns, 0);
    assert_int_equal(shop->run->note_count, 0);
}

static void test_gather_gives_a_harness_threads_request_its_sample(void **state)
{
    struct shop *shop = *state;
    sample(shop, 0, 1, shop->handle, 7, WM_SAMPLE_HARNESS);
    assert_true(fake_end(shop->region, 0, 1, shop->denied, 1));
    fake_run_done(shop->region, 1, 7);
    finish(shop);
    assert_int_equal(find_outcome(shop, "denied")->cpu_ns, 7);
}

static void test_gather_merges_latencies_of_all_workers(void **state)
{
    struct shop *shop = *state;
    for (uint64_t i = 1; i <= 1000; i++)
        fake_latency(shop->region, i % 2, shop->approved, i);
    fake_latency(shop->region, 1, shop->denied, 1000000007);
    fake_requests(shop->region, 0, shop->approved, 500, 0);
    fake_requests(shop->region, 1, shop->approved, 500, 0);
    fake_requests(shop->region, 1, shop->denied, 1, 0);
    fake_run_done(shop->region, 1, 0);
    finish(shop);
    const struct wm_path_row *approved = find_outcome(shop, "approved");
    assert_true(approved->has_latency);
    assert_int_equal(approved->requests, 1000);
    assert_int_equal(approved->p50_ns, 500);
    assert_int_equal(approved->p90_ns, 900);
    assert_int_equal(approved->p99_ns, 990);
    assert_int_equal(approved->p999_ns, 999);
    assert_int_equal(approved->max_ns, 1000);
    assert_int_equal(find_outcome(shop, "denied")->max_ns, 1000000007);
    assert_int_equal(find_outcome(shop, "denied")->p50_ns, 1000000007);
    assert_false(find_row(shop, WM_PATH_UNATTRIBUTED)->has_latency);
}

static void test_gather_sums_segments_up_the_tree(void **state)
{
    struct shop *shop = *state;
    struct wm_region *region = shop->region;
    sample(shop, 0, 1, shop->handle, 1, 0);
    sample(shop, 0, 1, shop->authenticate, 10, 0);
    sample(shop, 0, 1, shop->check, 100, 0);
    sample(shop, 0, 2, shop->authenticate, 1000, 0);
    assert_true(fake_end(region, 0, 1, shop->approved, 3));
    assert_true(fake_end(region, 0, 2, shop->denied, 1));
    fake_requests(region, 0, shop->approved, 4, 0);
    fake_requests(region, 1, shop->denied, 3, 0);
    region->threads[3].visits[shop->check] = 8;
    region->threads[4].visits[shop->check] = 1;
    atomic_store(&region->node_visits[shop->check], 2);
    fake_run_done(region, 1, 1111);
    finish(shop);
    const struct wm_segments *segments = shop->run->segments;
    assert_int_equal(segments->count, 5);
    assert_string_equal(segments->rows[0].segment, "HandleRequest");
    assert_string_equal(segments->rows[1].segment, "HandleRequest/Authenticate");
    assert_string_equal(segments->rows[2].segment, "HandleRequest/ProcessOrder");
    assert_string_equal(segments->rows[3].segment, "HandleRequest/ProcessOrder/CheckInventory");
    assert_string_equal(segments->rows[4].segment, "IssueRefund");
    assert_int_equal(segments->rows[0].requests, 7);
    assert_int_equal(segments->rows[0].cpu_ns, 1111);
    assert_int_equal(segments->rows[0].self_cpu_ns, 1);
    assert_int_equal(segments->rows[0].samples, 4);
    assert_int_equal(segments->rows[1].cpu_ns, 1010);
    assert_int_equal(segments->rows[2].requests, 4);
    assert_int_equal(segments->rows[2].cpu_ns, 100);
    assert_int_equal(segments->rows[2].self_cpu_ns, 0);
    assert_int_equal(segments->rows[3].visits, 11);
    assert_int_equal(segments->rows[3].line, 40);
    assert_string_equal(segments->rows[3].file, "src/shop.c");
    assert_int_equal(segments->rows[4].requests, 0);
    assert_int_equal(segments->rows[4].line, 50);
}

static void test_gather_counts_a_repeated_site_once_for_coverage(void **state)
{
    struct shop *shop = *state;
    struct wm_region *region = shop->region;
    fake_site(region, "IssueRefund", 50, false);  /* an inlined copy */
    fake_site(region, "IssueRefund", 51, false);  /* another place */
    fake_site(region, "ProcessOrder", 30, false); /* copy of one that was reached */
    fake_run_done(region, 1, 0);
    finish(shop);
    assert_int_equal(shop->run->sites, 6);
    assert_int_equal(shop->run->sites_reached, 4);
    assert_true(shop->run->coverage > 0.666 && shop->run->coverage < 0.667);
    assert_int_equal(shop->run->segments->count, 2); /* no requests: no tree, two never reached */
    assert_non_null(find_segment(shop, "IssueRefund"));
    assert_null(find_segment(shop, "ProcessOrder"));
}

static void test_gather_fills_the_runs_own_figures(void **state)
{
    struct shop *shop = *state;
    struct wm_region *region = shop->region;
    region->plan.law = WM_LAW_POISSON;
    region->plan.rate_per_second = 2500.5;
    region->plan.threads = 4;
    region->sample_cost_ns = 50;
    sample(shop, 0, 1, shop->handle, 2000000, 0);
    assert_true(fake_end(region, 0, 1, shop->approved, 1));
    fake_requests(region, 0, shop->approved, 10, 2);
    fake_requests(region, 1, shop->denied, 5, 0);
    region->workers[1].reply_bytes = 77;
    wm_histogram_add(&region->workers[1].late, 900);
    fake_run_done(region, 3, 2000000);
    finish(shop);
    const struct wm_run *run = shop->run;
    assert_int_equal(run->requests, 15);
    assert_int_equal(run->errors, 2);
    assert_int_equal(run->reply_bytes, 77);
    assert_true(run->seconds > 2.999 && run->seconds < 3.001);
    assert_string_equal(run->entry, "HandleRequest");
    assert_string_equal(run->load, "open loop, 2,500.5/s poisson, 4 threads");
    assert_string_equal(run->sampler, "perf_event");
    assert_true(run->open_loop);
    assert_int_equal(run->late_p99_ns, 900);
    assert_int_equal(run->handler_p50_ns, 1500);
    assert_true(run->hz > 996.9 && run->hz < 997.1);
    assert_true(run->sampling_share > 0.0000249 && run->sampling_share < 0.0000251);
    assert_false(run->crashed);
    assert_int_equal(wm_gather_samples(shop->gather), 1);
}

static void test_gather_notes_each_loss_and_nothing_else(void **state)
{
    struct shop *shop = *state;
    struct wm_region *region = shop->region;
    struct fake_sample full = {.thread = 9, .request = 1, .node = 1, .cpu_ns = 3};
    uint64_t frames[WM_FRAME_MAX] = {1, 2};
    while (fake_sample(region, &full, frames, WM_FRAME_MAX))
        continue;
    region->threads[1].truncated = 12;
    region->threads[1].ends_dropped = 2;
    region->workers[0].cells_lost = 4;
    region->workers[0].unfinished = 6;
    region->worker_count = 1;
    atomic_store(&region->forks, 1);
    strcpy(region->notes[0].text, "something of the app's side");
    atomic_store(&region->note_count, 1);
    fake_run_done(region, 1, 7000000); /* of which the samples carry next to nothing */
    finish(shop);
    const struct wm_run *run = shop->run;
    check_conserved(run);
    assert_int_equal(run->samples_dropped, 1);
    assert_int_equal(run->samples_truncated, 12);
    assert_int_equal(run->unfinished, 6);
    assert_string_equal(run->notes[0], "something of the app's side");
    assert_true(noted(run, "samples dropped, a ring was full: 1;"));
    assert_true(noted(run, "stack cut short: 12;"));
    assert_true(noted(run, "ends of sampled requests dropped"));
    assert_true(noted(run, "was not kept, there are too many rows: 4;"));
    assert_true(noted(run, "did not end: 6;"));
    assert_true(noted(run, "child processes"));
    assert_true(noted(run, "more than 2 % apart"));
    assert_int_equal(run->note_count, 8);
}

static void test_gather_notes_outcomes_past_the_limit(void **state)
{
    struct shop *shop = *state;
    struct wm_region *region = shop->region;
    region->outcomes[WM_OUTCOME_OTHER] = fake_name(region, "(other)");
    region->paths[shop->denied].outcome = WM_OUTCOME_OTHER;
    fake_requests(region, 0, shop->denied, 5, 0);
    fake_requests(region, 1, shop->denied, 2, 0);
    fake_requests(region, 0, shop->approved, 9, 0);
    fake_run_done(region, 1, 0);
    finish(shop);
    assert_true(noted(shop->run, "past the limit of 254 outcomes: 7; "));
    assert_int_equal(shop->run->note_count, 1);
}

static void test_gather_notes_an_open_loop_that_could_not_be_followed(void **state)
{
    struct shop *shop = *state;
    struct wm_region *region = shop->region;
    region->plan.law = WM_LAW_CONSTANT;
    region->plan.rate_per_second = 3000;
    region->plan.threads = 2;
    region->unsent = 1000;
    atomic_store(&region->next_index, 5000);
    fake_requests(region, 0, shop->approved, 5000, 0);
    fake_run_done(region, 2, 0);
    finish(shop);
    assert_int_equal(shop->run->unsent, 1000);
    assert_true(noted(shop->run, "never sent: 1,000 of 6,000; the app with 2 threads did not keep "
                                 "up, it took 2,500/s"));
}

static void test_gather_of_a_crash_keeps_what_was_sampled(void **state)
{
    struct shop *shop = *state;
    struct wm_region *region = shop->region;
    sample(shop, 0, 1, shop->handle, 50, 0);
    sample(shop, 0, 2, shop->handle, 60, 0);
    assert_true(fake_end(region, 0, 1, shop->approved, 1));
    fake_requests(region, 0, shop->approved, 1, 0);
    region->contexts[17].counted = 1;
    atomic_store(&region->contexts[17].state, WM_CONTEXT_OPEN);
    atomic_store(&region->started_ns, 1);
    atomic_store(&region->crash.ready, 1);
    finish(shop);
    check_conserved(shop->run);
    assert_true(shop->run->crashed);
    assert_true(shop->run->seconds > 0);
    assert_int_equal(shop->run->unfinished, 1);
    assert_int_equal(find_outcome(shop, "approved")->cpu_ns, 50);
    assert_int_equal(find_row(shop, WM_PATH_UNATTRIBUTED)->cpu_ns, 60);
    assert_true(noted(shop->run, "the app ended before its CPU time could be read"));
}

static void test_gather_calls_requests_past_the_path_limit_other(void **state)
{
    struct shop *shop = *state;
    fake_requests(shop->region, 0, WM_PATH_OTHER, 9, 1);
    fake_requests(shop->region, 0, shop->denied, 1, 0);
    atomic_store(&shop->region->paths_lost, 9);
    fake_run_done(shop->region, 1, 0);
    finish(shop);
    assert_int_equal(find_row(shop, "(other)")->requests, 9);
    assert_string_equal(shop->run->entry, "HandleRequest");
    assert_true(noted(shop->run, "limit of execution paths: 9;"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_gather_counts_cpu_before_the_branch_to_the_path_taken),
        TEST(test_gather_keeps_every_nanosecond_in_some_row),
        TEST(test_gather_always_has_the_two_closing_rows),
        TEST(test_gather_gives_a_harness_threads_request_its_sample),
        TEST(test_gather_merges_latencies_of_all_workers),
        TEST(test_gather_sums_segments_up_the_tree),
        TEST(test_gather_counts_a_repeated_site_once_for_coverage),
        TEST(test_gather_fills_the_runs_own_figures),
        TEST(test_gather_notes_each_loss_and_nothing_else),
        TEST(test_gather_notes_outcomes_past_the_limit),
        TEST(test_gather_notes_an_open_loop_that_could_not_be_followed),
        TEST(test_gather_of_a_crash_keeps_what_was_sampled),
        TEST(test_gather_calls_requests_past_the_path_limit_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
