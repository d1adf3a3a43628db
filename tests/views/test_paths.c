/* test_paths.c - a run at a glance: text, CSV and JSON. */
#include "tests/support/support.h"

#include "harness/core/json.h"
#include "profiles/views/columns.h"
#include "profiles/views/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct example {
    const char *name, *outcome;
    uint64_t requests, errors, samples, cpu_ns, latency_ns, allocs;
};

static void add_path(struct wm_run *run, const struct example *example, const char *const *nodes,
                     size_t count)
{
    struct wm_path_row *row = wm_paths_add(run->paths);
    row->id = UINT64_C(0x1234567890abcdef) * run->paths->count;
    row->entry = "HandleRequest";
    row->outcome = example->outcome;
    row->requests = example->requests;
    row->errors = example->errors;
    row->samples = example->samples;
    row->cpu_ns = example->cpu_ns;
    row->weight_square = (double)example->samples * 1e12;
    row->has_latency = row->has_allocs = true;
    row->p50_ns = row->p90_ns = example->latency_ns;
    row->p99_ns = row->p999_ns = example->latency_ns * 3 / 2;
    row->max_ns = example->latency_ns * 20;
    row->allocs = example->allocs;
    row->alloc_bytes = example->allocs * 32;
    row->nodes = nodes;
    row->node_count = count;
}

static void add_closing(struct wm_run *run, const char *name, uint64_t samples, uint64_t cpu_ns)
{
    struct wm_path_row *row = wm_paths_add(run->paths);
    row->name = name;
    row->samples = samples;
    row->cpu_ns = cpu_ns;
    row->weight_square = (double)samples * 1e12;
}

#define ROUTE "HandleRequest/RouteRequest"
#define REFUND "HandleRequest/RouteRequest/ProcessRefund"

static void add_paths(struct wm_run *run)
{
    static const char *const order[] = {
        "HandleRequest",
        "HandleRequest/Authenticate",
        ROUTE,
        ROUTE "/ProcessOrder",
        ROUTE "/ProcessOrder/CheckInventory",
        ROUTE "/ProcessOrder/ChargePayment",
        "HandleRequest/LogRequest",
    };
    static const char *const short_order[] = {
        "HandleRequest",       "HandleRequest/Authenticate",         ROUTE,
        ROUTE "/ProcessOrder", ROUTE "/ProcessOrder/CheckInventory", "HandleRequest/LogRequest",
    };
    static const char *const refund[] = {
        "HandleRequest", "HandleRequest/Authenticate", ROUTE, REFUND, "HandleRequest/LogRequest",
    };
    static const char *const denied[] = {"HandleRequest", "HandleRequest/Authenticate"};
    static const struct example examples[] = {
        {"", "approved",     124033, 0, 2770, 2778339200, 21900, 1488396},
        {"", "out_of_stock", 15995,  0, 300,  303905000,  19400, 127960 },
        {"", "",             39870,  0, 440,  438570000,  10700, 279090 },
        {"", "denied",       4102,   0, 0,    0,          9600,  12306  },
    };
    add_path(run, &examples[0], order, 7);
    add_path(run, &examples[1], short_order, 6);
    add_path(run, &examples[2], refund, 5);
    add_path(run, &examples[3], denied, 2);
    add_closing(run, WM_PATH_HARNESS, 100, 98000000);
    add_closing(run, WM_PATH_UNATTRIBUTED, 4, 3900000);
    assert_int_equal(wm_paths_finish(run->paths), 0);
}

static void add_segments(struct wm_run *run)
{
    static const struct wm_segment_row rows[] = {
        {"HandleRequest",                      "src/shop.c", 210, 184000, 184000, 3510, 3520814200, 9000000,   false},
        {"HandleRequest/Authenticate",         "src/shop.c", 40,  184000, 184000, 1400, 1400000000,
         1400000000,                                                                                           false},
        {ROUTE,                                "src/shop.c", 190, 179898, 179898, 1900, 1900000000, 100000000, false},
        {ROUTE "/ProcessOrder",                "src/shop.c", 150, 140028, 140028, 1500, 1500000000, 500000000,
         false                                                                                                      },
        {ROUTE "/ProcessOrder/CheckInventory", "src/shop.c", 90,  140028, 280056, 500,  500000000,
         500000000,                                                                                            false},
        {ROUTE "/ProcessOrder/ChargePayment",  "src/shop.c", 110, 124033, 124033, 500,  500000000,
         500000000,                                                                                            false},
        {REFUND,                               "src/shop.c", 170, 39870,  39870,  300,  300000000,  300000000, false},
        {"HandleRequest/LogRequest",           "src/shop.c", 60,  179898, 179898, 0,    0,          0,         false},
        {"IssueRefund",                        "src/shop.c", 141, 0,      0,      0,    0,          0,         false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        *wm_segments_add(run->segments) = rows[i];
}

static struct wm_run *build_run(void)
{
    struct wm_run *run = NULL;
    assert_int_equal(wm_run_new(&run), 0);
    run->entry = "HandleRequest";
    run->load = "closed loop, 1 thread";
    run->seconds = 4.3;
    run->requests = 184000;
    run->samples = 3614;
    run->hz = 997;
    run->sampler = "perf_event";
    run->sample_cost_ns = 41200;
    run->sampling_share = 0.0412;
    run->sites = 9;
    run->sites_reached = 8;
    run->coverage = 8.0 / 9;
    add_paths(run);
    add_segments(run);
    return run;
}

static void print(const struct wm_run *run, enum wm_view_format format, struct wm_text *text)
{
    struct wm_error err = {0};
    wm_text_clear(text);
    if (wm_view_paths(run, "runs/a", format, text, &err) < 0)
        fail_msg("%s", err.text);
}

/* Every line but the title, which names things of any length. */
static void check_width(const char *text)
{
    for (const char *line = strchr(text, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        char copy[1024] = "";
        size_t bytes = strcspn(line, "\n");
        assert_true(bytes < sizeof(copy));
        memcpy(copy, line, bytes);
        if (wm_text_width(copy) > WM_VIEW_WIDTH)
            fail_msg("wider than %d columns: %s", (int)WM_VIEW_WIDTH, copy);
    }
}

static void test_paths_of_a_run_read_at_a_glance(void **state)
{
    (void)state;
    struct wm_run *run = build_run();
    struct wm_text text;
    wm_text_init(&text);
    print(run, WM_VIEW_TEXT, &text);
    check_width(text.data);
    wm_test_golden("shop.paths.txt", text.data);
    wm_text_done(&text);
    wm_run_free(run);
}

static void test_paths_show_everything_that_went_wrong(void **state)
{
    (void)state;
    static struct wm_mismatch mismatches[] = {
        {"ProcessOrder:approved",      2, "ProcessOrder:out_of_stock", 1, 15995, 17,
         "op=order sku=17 qty=99 token=valid note=a-rather-long-value-that-nobody-can-read"        },
        {"ProcessRefund+!IssueRefund", 4, "Authenticate:denied",       1, 3,     4711, "op=\x1b[1m"},
    };
    struct wm_run *run = build_run();
    struct wm_text text;
    run->errors = run->paths->rows[0].errors = 12;
    run->samples_dropped = 1234;
    run->samples_truncated = 2;
    run->crashed = true;
    run->open_loop = true;
    run->load = "open loop, 5,000/s poisson, 4 threads";
    run->late_p99_ns = 1200000;
    run->unfinished = 1;
    run->mismatches = 15998;
    run->mismatch_rows = mismatches;
    run->mismatch_row_count = 2;
    wm_run_note(run, "sampled by timer_create at %d Hz", 250);
    wm_text_init(&text);
    print(run, WM_VIEW_TEXT, &text);
    check_width(text.data);
    wm_test_golden("troubled.paths.txt", text.data);
    wm_text_done(&text);
    wm_run_free(run);
}

static void test_paths_of_an_unsampled_run_claim_no_cpu(void **state)
{
    (void)state;
    struct wm_run *run = NULL;
    struct wm_text text;
    assert_int_equal(wm_run_new(&run), 0);
    run->entry = "GET";
    run->requests = 5;
    run->seconds = 0.001;
    struct wm_path_row *row = wm_paths_add(run->paths);
    row->id = 1;
    row->entry = "GET";
    row->requests = 5;
    row->has_latency = true;
    row->p50_ns = row->p99_ns = row->max_ns = 100;
    assert_int_equal(wm_paths_finish(run->paths), 0);
    wm_text_init(&text);
    print(run, WM_VIEW_TEXT, &text);
    wm_test_golden("unsampled.paths.txt", text.data);
    wm_text_done(&text);
    wm_run_free(run);
}

static void test_paths_with_few_samples_say_so(void **state)
{
    (void)state;
    struct wm_run *run = build_run();
    struct wm_text text;
    for (size_t i = 0; i < run->paths->count; i++)
        run->paths->rows[i].weight_square *= 400;
    assert_int_equal(wm_paths_finish(run->paths), 0);
    run->samples = 1;
    wm_text_init(&text);
    print(run, WM_VIEW_TEXT, &text);
    assert_non_null(strstr(text.data, "few samples"));
    assert_non_null(strstr(text.data, "  1 sample at "));
    wm_text_done(&text);
    wm_run_free(run);
}

static void test_paths_bear_odd_names_and_trees(void **state)
{
    (void)state;
    struct wm_run *run = build_run();
    struct wm_text text, path;
    wm_text_init(&text);
    wm_text_init(&path);
    for (int i = 0; i < 60; i++) { /* deeper than is shown */
        wm_text_addf(&path, "%sLevel%d", i > 0 ? "/" : "", i);
        struct wm_segment_row *row = wm_segments_add(run->segments);
        row->segment = strdup(path.data);
        row->requests = row->visits = 1;
    }
    *wm_segments_add(run->segments) =
        (struct wm_segment_row){.segment = "Lost/Child\x07", .file = "", .requests = 1};
    *wm_segments_add(run->segments) =
        (struct wm_segment_row){.segment = "HandleRequest", .file = "", .requests = 1};
    for (int i = 0; i < 9; i++)
        *wm_segments_add(run->segments) = (struct wm_segment_row){.segment = "Never", .file = ""};
    print(run, WM_VIEW_TEXT, &text);
    assert_null(strchr(text.data, '\x07'));
    assert_non_null(strstr(text.data, "Level31"));
    assert_null(strstr(text.data, "Level40"));
    assert_non_null(strstr(text.data, "segments.csv has them all"));
    assert_non_null(strstr(text.data, "and 5 more"));
    for (size_t i = 9; i < 69; i++)
        free((char *)(uintptr_t)run->segments->rows[i].segment);
    wm_text_done(&text);
    wm_text_done(&path);
    wm_run_free(run);
}

static void test_paths_beyond_a_hundred_are_summed_up(void **state)
{
    (void)state;
    struct wm_run *run = NULL;
    struct wm_text text;
    assert_int_equal(wm_run_new(&run), 0);
    for (uint64_t i = 0; i < 150; i++) {
        struct wm_path_row *row = wm_paths_add(run->paths);
        row->id = i << 48 | 1;
        row->entry = "GET";
        row->requests = 1;
        row->samples = 1;
        row->cpu_ns = 1000;
        row->weight_square = 1e6;
    }
    assert_int_equal(wm_paths_finish(run->paths), 0);
    wm_text_init(&text);
    print(run, WM_VIEW_TEXT, &text);
    assert_non_null(strstr(text.data, "and 50 more with 33.3% of the CPU"));
    wm_text_done(&text);
    wm_run_free(run);
}

static void add_command(struct wm_run *run, const char *entry, uint64_t requests, uint64_t samples)
{
    const struct example example = {"", "", requests, 0, samples, samples * 1000000, 90000, 0};
    add_path(run, &example, NULL, 0);
    struct wm_path_row *row = &run->paths->rows[run->paths->count - 1];
    row->entry = entry;
    row->has_allocs = false;
}

static struct wm_run *build_served(void)
{
    static const struct wm_segment_row rows[] = {
        {"processCommand",           "src/server.c", 3800, 0, 0, 700, 700000000, 20000000,  true},
        {"processCommand/call",      "src/server.c", 3300, 0, 0, 680, 680000000, 380000000, true},
        {"processCommand/call/sort", "src/sort.c",   190,  0, 0, 300, 300000000, 300000000, true},
        {"writeToClient",            "",             0,    0, 0, 150, 150000000, 150000000, true},
        {"zmalloc",                  "list.txt",     4,    0, 0, 0,   0,         0,         true},
    };
    struct wm_run *run = NULL;
    assert_int_equal(wm_run_new(&run), 0);
    run->entry = "GET, SORT";
    run->load = "closed loop, 1 thread, 16 requests in flight";
    run->target = WM_RUN_SERVER;
    run->protocol = "resp";
    run->seconds = 2;
    run->requests = 30013;
    run->errors = 13;
    run->samples = 1100;
    run->hz = 997;
    run->sampler = "perf_event";
    run->processes = 2;
    run->reconnects = 3;
    run->queue_max = 120;
    run->queue_p99 = 31;
    run->queue_wait_max_ns = 12345678;
    run->harness_busy = 0.43;
    assert_int_equal(wm_run_add_failure(run, "connection reset", 12), 0);
    assert_int_equal(wm_run_add_failure(run, "odd \x1b", 1), 0);
    add_command(run, "GET", 29000, 400);
    add_command(run, "SORT", 1000, 350);
    add_closing(run, WM_PATH_UNATTRIBUTED, 50, 50000000);
    add_closing(run, WM_PATH_BACKGROUND, 300, 300000000);
    assert_int_equal(wm_paths_finish(run->paths), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        *wm_segments_add(run->segments) = rows[i];
    return run;
}

static void test_paths_of_a_server_tell_its_background_and_its_stacks(void **state)
{
    (void)state;
    struct wm_run *run = build_served();
    struct wm_text text;
    wm_text_init(&text);
    print(run, WM_VIEW_TEXT, &text);
    check_width(text.data);
    wm_test_golden("served.paths.txt", text.data);
    run->target = WM_RUN_CONNECT;
    run->hz = 0;
    run->samples = 0;
    run->segments->count = 0;
    print(run, WM_VIEW_TEXT, &text);
    assert_non_null(strstr(text.data, "  no CPU: "));
    assert_null(strstr(text.data, "segment"));
    wm_text_done(&text);
    wm_run_free(run);
}

static void test_paths_of_a_server_as_json_claim_no_coverage(void **state)
{
    (void)state;
    struct wm_run *run = build_served();
    struct wm_text text;
    struct wm_json *json = NULL;
    struct wm_error err = {0};
    wm_text_init(&text);
    print(run, WM_VIEW_JSON, &text);
    assert_int_equal(wm_json_parse(text.data, text.length, "json", &json, &err), 0);
    const struct wm_json *coverage = wm_json_get(json, "coverage");
    assert_null(wm_json_get(coverage, "share"));
    assert_int_equal(wm_json_count(wm_json_get(coverage, "never_reached")), 0);
    const struct wm_json *first = wm_json_at(wm_json_get(json, "segments"), 0);
    assert_null(wm_json_get(first, "requests"));
    assert_int_equal(wm_json_as_u64(wm_json_get(first, "samples"), 0), 700);
    const struct wm_json *server = wm_json_get(json, "server");
    assert_string_equal(wm_json_as_string(wm_json_get(server, "protocol"), ""), "resp");
    assert_int_equal(wm_json_count(wm_json_get(server, "failures")), 2);
    const struct wm_json *background = wm_json_at(wm_json_get(json, "paths"), 2);
    assert_string_equal(wm_json_as_string(wm_json_get(background, "path"), ""), WM_PATH_BACKGROUND);
    assert_non_null(wm_json_get(background, "cpu_share"));
    wm_json_free(json);
    wm_text_done(&text);
    wm_run_free(run);
}

static void test_paths_as_csv_are_paths_csv(void **state)
{
    (void)state;
    struct wm_run *run = build_run();
    struct wm_text text;
    wm_text_init(&text);
    print(run, WM_VIEW_CSV, &text);
    wm_test_golden("shop.paths.csv.txt", text.data);
    wm_text_done(&text);
    wm_run_free(run);
}

static void test_paths_as_json_parse_and_hold_everything(void **state)
{
    (void)state;
    struct wm_run *run = build_run();
    struct wm_text text;
    struct wm_json *json = NULL;
    struct wm_error err = {0};
    wm_run_note(run, "a note");
    wm_text_init(&text);
    print(run, WM_VIEW_JSON, &text);
    assert_int_equal(wm_json_parse(text.data, text.length, "json", &json, &err), 0);
    const struct wm_json *paths = wm_json_get(json, "paths");
    assert_int_equal(wm_json_count(paths), 6);
    const struct wm_json *first = wm_json_at(paths, 0);
    assert_string_equal(wm_json_as_string(wm_json_get(first, "path"), ""), "ProcessOrder:approved");
    assert_int_equal(wm_json_as_u64(wm_json_get(first, "requests"), 0), 124033);
    assert_int_equal(wm_json_count(wm_json_get(first, "nodes")), 7);
    assert_null(wm_json_get(wm_json_at(paths, 3), "cpu_ns_per_request"));
    assert_null(wm_json_get(wm_json_at(paths, 5), "cpu_share"));
    assert_int_equal(wm_json_count(wm_json_get(json, "segments")), 9);
    const struct wm_json *coverage = wm_json_get(json, "coverage");
    assert_int_equal(wm_json_as_u64(wm_json_get(coverage, "sites_reached"), 0), 8);
    assert_int_equal(wm_json_count(wm_json_get(coverage, "never_reached")), 1);
    assert_int_equal(wm_json_count(wm_json_get(json, "notes")), 1);
    wm_json_free(json);
    wm_text_done(&text);
    wm_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_of_a_run_read_at_a_glance),
        cmocka_unit_test(test_paths_show_everything_that_went_wrong),
        cmocka_unit_test(test_paths_of_an_unsampled_run_claim_no_cpu),
        cmocka_unit_test(test_paths_with_few_samples_say_so),
        cmocka_unit_test(test_paths_bear_odd_names_and_trees),
        cmocka_unit_test(test_paths_beyond_a_hundred_are_summed_up),
        cmocka_unit_test(test_paths_of_a_server_tell_its_background_and_its_stacks),
        cmocka_unit_test(test_paths_of_a_server_as_json_claim_no_coverage),
        cmocka_unit_test(test_paths_as_csv_are_paths_csv),
        cmocka_unit_test(test_paths_as_json_parse_and_hold_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
