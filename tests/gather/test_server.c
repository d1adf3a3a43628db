/* test_server.c - a server's run: labels of the board, the counted part, images, failures. */
#include "tests/support/support.h"

#include "fake.h"
#include "profiles/gather/gather.h"
#include "profiles/pprof/sample_stack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MS UINT64_C(1000000)

struct served {
    struct wm_region *region;
    struct wm_gather *gather;
    struct wm_run *run;
    uint32_t get, push; /* paths */
};

static int setup_of(void **state, uint32_t target)
{
    struct served *served = calloc(1, sizeof(*served));
    *state = served;
    if (served == NULL || (served->region = fake_region_new()) == NULL)
        return -1;
    fake_server(served->region, target);
    served->get = fake_path(served->region, fake_entry(served->region, "GET"), 0, NULL, 0);
    served->push = fake_path(served->region, fake_entry(served->region, "LPUSH"),
                             fake_outcome(served->region, "error"), NULL, 0);
    (void)fake_process(served->region, 0);
    return wm_gather_new(served->region, &served->gather) < 0 || wm_run_new(&served->run) < 0 ? -1
                                                                                              : 0;
}

static int setup(void **state)
{
    return setup_of(state, WM_TARGET_SERVER);
}

static int setup_watch(void **state)
{
    return setup_of(state, WM_TARGET_WATCH);
}

static int setup_connect(void **state)
{
    return setup_of(state, WM_TARGET_CONNECT);
}

static int teardown(void **state)
{
    struct served *served = *state;
    wm_gather_free(served->gather);
    wm_run_free(served->run);
    fake_region_free(served->region);
    free(served);
    return 0;
}

static void sample(struct served *served, uint32_t thread, uint64_t label, uint64_t cpu_ns)
{
    struct fake_sample made = {thread, label, WM_NODE_ROOT, cpu_ns, 0};
    uint64_t frames[] = {0x1000, 0x2000, 0x3000};
    assert_true(fake_sample(served->region, &made, frames, 3));
}

static void begin(struct served *served)
{
    assert_int_equal(wm_gather_begin(served->gather), 0);
    assert_int_equal(served->region->app_running, 1);
}

static void finish(struct served *served)
{
    struct wm_error err = {0};
    assert_int_equal(wm_gather_finish(served->gather, served->run, &err), 0);
    uint64_t rows = 0, profile = 0;
    const struct wm_run *run = served->run;
    for (size_t i = 0; i < run->paths->count; i++)
        rows += run->paths->rows[i].cpu_ns;
    for (size_t i = 0; i < run->profile->sample_count; i++)
        profile += (uint64_t)run->profile->values[run->profile->samples[i].first_value + 1];
    assert_int_equal(rows, run->cpu_ns);
    assert_int_equal(profile, run->cpu_ns);
}

static const struct wm_path_row *row_of(const struct served *served, const char *name)
{
    const struct wm_paths *paths = served->run->paths;
    for (size_t i = 0; i < paths->count; i++)
        if (strcmp(paths->rows[i].name, name) == 0)
            return &paths->rows[i];
    fail_msg("no row %s", name);
    return NULL;
}

static bool noted(const struct served *served, const char *part)
{
    for (size_t i = 0; i < served->run->note_count; i++)
        if (strstr(served->run->notes[i], part) != NULL)
            return true;
    return false;
}

static void test_server_counts_samples_to_the_path_on_the_board(void **state)
{
    struct served *served = *state;
    begin(served);
    uint64_t get = fake_request(served->region), push = fake_request(served->region);
    fake_replied(served->region, get, served->get);
    sample(served, 0, get, 100);
    sample(served, 0, push, 20);
    sample(served, 1, push, 3);
    assert_int_equal(wm_gather_drain(served->gather), 0);
    fake_replied(served->region, push, served->push);
    assert_int_equal(wm_gather_drain(served->gather), 0);
    sample(served, 0, push, 4000); /* what it does after the answer, of logging */
    fake_requests(served->region, 0, served->get, 1, 0);
    fake_requests(served->region, 0, served->push, 1, 1);
    fake_run_done(served->region, 1, 4123);
    finish(served);
    assert_int_equal(row_of(served, "GET")->cpu_ns, 100);
    assert_int_equal(row_of(served, "LPUSH:error")->cpu_ns, 4023);
    assert_int_equal(row_of(served, "LPUSH:error")->samples, 3);
    assert_int_equal(served->run->note_count, 0);
    assert_string_equal(served->run->target, WM_RUN_SERVER);
}

static void test_server_asks_for_thousands_of_open_requests_again(void **state)
{
    struct served *served = *state;
    enum { COUNT = 4000 };
    static uint64_t labels[COUNT];
    uint64_t even = 0, odd = 0;
    begin(served);
    for (uint64_t i = 0; i < COUNT; i++) {
        labels[i] = fake_request(served->region);
        sample(served, 0, labels[i], i);
        *(i % 2 == 0 ? &even : &odd) += i;
    }
    assert_int_equal(wm_gather_drain(served->gather), 0);
    for (uint64_t i = 0; i < COUNT; i += 2)
        fake_replied(served->region, labels[i], served->get);
    assert_int_equal(wm_gather_drain(served->gather), 0);
    for (uint64_t i = 1; i < COUNT; i += 2)
        fake_replied(served->region, labels[i], served->push);
    fake_run_done(served->region, 1, even + odd);
    finish(served);
    assert_int_equal(row_of(served, "GET")->cpu_ns, even);
    assert_int_equal(row_of(served, "LPUSH:error")->cpu_ns, odd);
    assert_int_equal(row_of(served, WM_PATH_UNATTRIBUTED)->cpu_ns, 0);
}

static void test_server_gives_open_and_forgotten_requests_to_nobody(void **state)
{
    struct served *served = *state;
    struct wm_region *region = served->region;
    begin(served);
    uint64_t open = fake_request(region), gone = fake_request(region);
    sample(served, 0, gone, 7);
    assert_int_equal(wm_gather_drain(served->gather), 0);
    region->board.next_serial = (gone & ~WM_LABEL_BOARD) + WM_BOARD_REQUESTS;
    uint64_t later = fake_request(region); /* takes the place */
    fake_replied(region, later, served->get);
    sample(served, 0, gone, 20);
    sample(served, 0, open, 300);
    sample(served, 0, later, 4000);
    uint64_t broken = fake_request(region);
    fake_replied(region, broken, WM_PATH_MAX + 5);
    sample(served, 0, broken, 50000);
    fake_run_done(region, 1, 54327);
    finish(served);
    assert_int_equal(row_of(served, WM_PATH_UNATTRIBUTED)->cpu_ns, 50327);
    assert_int_equal(row_of(served, "GET")->cpu_ns, 4000);
    assert_true(noted(served, "samples that came too late to tell their request: 2;"));
    assert_true(noted(served, "make no sense: 1;"));
}

static void test_server_has_its_own_work_in_the_background(void **state)
{
    struct served *served = *state;
    begin(served);
    uint64_t get = fake_request(served->region);
    fake_replied(served->region, get, served->get);
    sample(served, 0, get, 600);
    sample(served, 0, 0, 300);
    served->region->threads[4].lost_cpu_ns = 60;
    served->region->threads[4].lost_harness_cpu_ns = 40; /* a server has none such */
    fake_run_done(served->region, 1, 1000);
    finish(served);
    const struct wm_paths *paths = served->run->paths;
    assert_int_equal(paths->count, 3);
    assert_string_equal(paths->rows[1].name, WM_PATH_BACKGROUND);
    assert_string_equal(paths->rows[2].name, WM_PATH_UNATTRIBUTED);
    assert_int_equal(paths->rows[1].cpu_ns, 300);
    assert_int_equal(paths->rows[2].cpu_ns, 100);
    assert_true(paths->rows[1].cpu_share > 0.299 && paths->rows[1].cpu_share < 0.301);
    assert_int_equal(served->run->background_cpu_ns, 300);
}

static void test_server_counts_nothing_before_the_beginning_and_after_the_end(void **state)
{
    struct served *served = *state;
    struct wm_region *region = served->region;
    uint64_t get = fake_request(region);
    fake_replied(region, get, served->get);
    region->threads[0].lost_cpu_ns = 5000;
    region->threads[0].dropped = 70;
    region->threads[0].truncated = 80;
    sample(served, 0, get, 1000);
    assert_int_equal(wm_gather_drain(served->gather), 0);
    sample(served, 0, 0, 1000);
    begin(served);
    sample(served, 0, get, 20);
    region->threads[0].lost_cpu_ns += 3;
    region->threads[0].dropped += 2;
    region->threads[0].truncated += 1;
    assert_int_equal(wm_gather_end(served->gather), 0);
    assert_int_equal(region->app_running, 0);
    sample(served, 0, get, 1000);
    region->threads[0].lost_cpu_ns += 400; /* its last words */
    region->threads[0].dropped += 500;
    fake_run_done(region, 1, 23);
    finish(served);
    assert_int_equal(served->run->cpu_ns, 23);
    assert_int_equal(served->run->samples, 1);
    assert_int_equal(served->run->samples_dropped, 2);
    assert_int_equal(served->run->samples_truncated, 1);
    assert_int_equal(row_of(served, WM_PATH_UNATTRIBUTED)->cpu_ns, 3);
}

/* This thread's clock, as everybody may read it. */
static uint64_t own_clock_ns(void)
{
    char name[64];
    uint64_t cpu_ns = 0;
    (void)snprintf(name, sizeof(name), "/proc/self/task/%ld/schedstat", syscall(SYS_gettid));
    FILE *file = fopen(name, "re");
    if (file == NULL)
        skip();
    assert_int_equal(fscanf(file, "%" SCNu64, &cpu_ns), 1);
    (void)fclose(file);
    return cpu_ns;
}

static void burn(uint64_t cpu_ns)
{
    uint64_t until_ns = own_clock_ns() + cpu_ns;
    while (own_clock_ns() < until_ns)
        continue;
}

static void test_server_takes_the_counted_part_out_of_its_threads_clocks(void **state)
{
    struct served *served = *state;
    struct wm_region *region = served->region;
    struct wm_thread *thread = &region->threads[3];
    burn(20 * MS); /* so that there is something to tell of */
    thread->tid = (uint32_t)syscall(SYS_gettid);
    thread->last_cpu_ns = own_clock_ns() - 9 * MS;
    region->threads[5].tid = UINT32_MAX / 2; /* one that nobody knows */
    begin(served);
    sample(served, 3, 0, 100 * MS); /* 9 ms of it and some more were before */
    sample(served, 3, 0, 50 * MS);
    assert_int_equal(wm_gather_drain(served->gather), 0);
    thread->last_cpu_ns = own_clock_ns() - 4 * MS;
    assert_int_equal(wm_gather_end(served->gather), 0);
    fake_run_done(region, 1, 0);
    finish(served);
    uint64_t sampled = row_of(served, WM_PATH_BACKGROUND)->cpu_ns;
    uint64_t tail = row_of(served, WM_PATH_UNATTRIBUTED)->cpu_ns;
    assert_true(sampled <= 141 * MS && sampled > 100 * MS);
    assert_true(tail >= 4 * MS && tail < 40 * MS);
}

static void test_server_ends_the_counted_part_of_a_thread_without_samples(void **state)
{
    struct served *served = *state;
    struct wm_region *region = served->region;
    struct wm_thread *thread = &region->threads[3];
    burn(20 * MS);
    thread->tid = (uint32_t)syscall(SYS_gettid);
    thread->last_cpu_ns = 0; /* it has no event: none of its time is in a sample */
    begin(served);
    uint64_t before_ns = own_clock_ns();
    burn(20 * MS);
    uint64_t used_ns = own_clock_ns() - before_ns;
    fake_run_done(region, 1, 0);
    finish(served); /* nobody ended it: the finish does */
    uint64_t told_ns = row_of(served, WM_PATH_UNATTRIBUTED)->cpu_ns;
    assert_true(told_ns + 10 * MS > used_ns && told_ns < used_ns + 10 * MS);
}

static void test_server_under_others_load_counts_the_requests_it_saw(void **state)
{
    struct served *served = *state;
    struct wm_region *region = served->region;
    region->plan.label_by = WM_LABEL_BY_RESP;
    begin(served);
    region->board.seen[served->get] = 40;
    region->board.seen[served->push] = 2;
    region->board.seen_allocs[served->get] = 80;
    region->board.seen_alloc_bytes[served->get] = 640;
    sample(served, 0, WM_LABEL_PATH | served->get, 5);
    sample(served, 0, WM_LABEL_PATH | served->push, 60);
    sample(served, 0, WM_LABEL_PATH | 4000, 700); /* there is no such path */
    sample(served, 0, 0, 8000);
    fake_run_done(region, 60, 8765);
    finish(served);
    assert_int_equal(row_of(served, "GET")->requests, 40);
    assert_int_equal(row_of(served, "GET")->cpu_ns, 5);
    assert_int_equal(row_of(served, "GET")->allocs, 80);
    assert_int_equal(row_of(served, "GET")->alloc_bytes, 640);
    assert_false(row_of(served, "GET")->has_latency);
    assert_int_equal(row_of(served, "LPUSH:error")->cpu_ns, 60);
    assert_int_equal(row_of(served, WM_PATH_UNATTRIBUTED)->cpu_ns, 700);
    assert_int_equal(row_of(served, WM_PATH_BACKGROUND)->cpu_ns, 8000);
    assert_int_equal(served->run->requests, 42);
    assert_string_equal(served->run->target, WM_RUN_WATCH);
    assert_string_equal(served->run->protocol, "resp");
    assert_string_equal(served->run->load, "somebody else's load");
}

static void test_server_of_a_thousand_labels_names_a_few(void **state)
{
    struct served *served = *state;
    char name[32];
    begin(served);
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof(name), "GET /%d", i);
        uint32_t path = fake_path(served->region, fake_entry(served->region, name), 0, NULL, 0);
        fake_requests(served->region, 0, path, 1, 0);
    }
    fake_run_done(served->region, 1, 0);
    finish(served);
    assert_int_equal(served->run->paths->count, 1002);
    assert_memory_equal(served->run->entry, "GET /0, GET /1, GET /2, ", 24);
    assert_non_null(strstr(served->run->entry, ", GET /15, …"));
}

static void test_server_somewhere_has_no_cpu(void **state)
{
    struct served *served = *state;
    served->region->plan.hz = 0;
    served->region->allocs_counted = 0;
    fake_requests(served->region, 0, served->get, 9, 0);
    fake_latency(served->region, 0, served->get, 100);
    fake_run_done(served->region, 1, 0);
    finish(served);
    assert_int_equal(served->run->paths->count, 2);
    assert_int_equal(row_of(served, "GET")->requests, 9);
    assert_true(row_of(served, "GET")->has_latency);
    assert_false(row_of(served, "GET")->has_allocs);
    assert_string_equal(served->run->target, WM_RUN_CONNECT);
    assert_int_equal(served->run->note_count, 0);
}

static void test_server_without_a_counted_allocation_has_no_counts(void **state)
{
    struct served *served = *state;
    begin(served);
    fake_requests(served->region, 0, served->get, 9, 0);
    served->region->workers[0].cells[0].allocs = 0;
    fake_run_done(served->region, 1, 0);
    finish(served);
    assert_false(row_of(served, "GET")->has_allocs);
}

static void test_server_tells_what_failed_and_waited(void **state)
{
    struct served *served = *state;
    struct wm_region *region = served->region;
    struct wm_board *board = &region->board;
    begin(served);
    board->reasons[1].name = fake_name(region, "connection reset");
    board->reasons[1].requests = 12;
    board->reasons[2].name = fake_name(region, "timed out"); /* none of them counted */
    board->reasons[3].name = UINT32_MAX;
    board->reasons[3].requests = 1;
    board->reason_count = 4;
    fake_requests(region, 1, served->get, 10, 0);
    for (uint64_t i = 1; i <= 100; i++)
        wm_histogram_add(&region->workers[i % 2].queue, i);
    region->workers[0].queue_wait_max_ns = 5;
    region->workers[1].queue_wait_max_ns = 9;
    region->workers[0].reconnects = 3;
    region->workers[1].reconnects = 4;
    region->workers[0].busy_ns = 30;
    region->workers[0].wall_ns = 100;
    region->workers[1].busy_ns = 102;
    region->workers[1].wall_ns = 100;
    (void)fake_process(region, 1);
    region->processes_more = 7;
    region->processes_lost = 6;
    region->programs_lost = 3;
    region->forks = 5;
    fake_run_done(region, 1, 0);
    finish(served);
    const struct wm_run *run = served->run;
    assert_int_equal(run->failure_count, 2);
    assert_string_equal(run->failures[0].reason, "connection reset");
    assert_int_equal(run->failures[0].requests, 12);
    assert_string_equal(run->failures[1].reason, "?");
    assert_int_equal(run->queue_max, 100);
    assert_int_equal(run->queue_p99, 99);
    assert_int_equal(run->queue_wait_max_ns, 9);
    assert_int_equal(run->reconnects, 7);
    assert_true(run->harness_busy > 0.999 && run->harness_busy < 1.001);
    assert_int_equal(run->processes, 2 + 7);
    assert_true(noted(served, "processes past the limit of 512 at a time: 6;"));
    assert_true(noted(served, "programs past the limit of 32,768 in a run: 3;"));
    assert_false(noted(served, "child processes"));
}

static void add_module(struct wm_region *region, uint32_t image, const char *path)
{
    struct wm_module *module = &region->modules[region->module_count++];
    *module = (struct wm_module){.start = 0x1000, .end = 0x4000, .image = image};
    memcpy(module->path, path, strlen(path));
}

static const char *file_of(const struct wm_profile *profile, const struct wm_profile_sample *at)
{
    uint32_t location = wm_sample_frame(wm_sample_stack(profile, at), 0);
    return wm_profile_text(profile,
                           profile->mappings[profile->locations[location].mapping - 1].file);
}

static void test_server_keeps_the_addresses_of_its_programs_apart(void **state)
{
    struct served *served = *state;
    struct wm_region *region = served->region;
    begin(served);
    region->threads[1].image = 1;
    region->threads[2].image = 1; /* its child */
    add_module(region, 0, "/nowhere/shell");
    add_module(region, 1, "/nowhere/server");
    add_module(region, 1, "/nowhere/server");
    sample(served, 0, 0, 1);
    sample(served, 1, 0, 20);
    sample(served, 2, 0, 300);
    fake_run_done(region, 1, 321);
    finish(served);
    const struct wm_profile *profile = served->run->profile;
    assert_int_equal(profile->mapping_count, 2);
    assert_int_equal(profile->sample_count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool shell = profile->values[profile->samples[i].first_value + 1] == 1;
        assert_string_equal(file_of(profile, &profile->samples[i]),
                            shell ? "/nowhere/shell" : "/nowhere/server");
        assert_int_equal(
            profile->locations[wm_sample_frame(wm_sample_stack(profile, &profile->samples[i]), 0)]
                .address,
            shell ? 0x1000 : 0x1000 + (UINT64_C(1) << 48));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_server_counts_samples_to_the_path_on_the_board),
        TEST(test_server_asks_for_thousands_of_open_requests_again),
        TEST(test_server_gives_open_and_forgotten_requests_to_nobody),
        TEST(test_server_has_its_own_work_in_the_background),
        TEST(test_server_counts_nothing_before_the_beginning_and_after_the_end),
        TEST(test_server_takes_the_counted_part_out_of_its_threads_clocks),
        TEST(test_server_ends_the_counted_part_of_a_thread_without_samples),
        cmocka_unit_test_setup_teardown(test_server_under_others_load_counts_the_requests_it_saw,
                                        setup_watch, teardown),
        cmocka_unit_test_setup_teardown(test_server_somewhere_has_no_cpu, setup_connect, teardown),
        TEST(test_server_of_a_thousand_labels_names_a_few),
        TEST(test_server_without_a_counted_allocation_has_no_counts),
        TEST(test_server_tells_what_failed_and_waited),
        TEST(test_server_keeps_the_addresses_of_its_programs_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
