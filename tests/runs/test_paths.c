/* test_paths.c - the table of paths: shares, order, paths.csv out and in. */
#include "tests/support/support.h"

#include "harness/core/file.h"
#include "profiles/runs/paths.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEADER                                                                                     \
    "path_id,entry,path,outcome,requests,errors,samples,cpu_ns,cpu_share,cpu_share_low,"           \
    "cpu_share_high,cpu_ns_per_request,latency_p50_ns,latency_p90_ns,latency_p99_ns,"              \
    "latency_p999_ns,latency_max_ns,allocs,alloc_bytes,nodes\n"

static void add_closing(struct wm_paths *paths, const char *name, uint64_t cpu_ns)
{
    struct wm_path_row *row = wm_paths_add(paths);
    row->name = name;
    row->samples = 10;
    row->cpu_ns = cpu_ns;
}

/* 600 of 1000 ms for orders, 300 for refunds, 100 for nobody; and the harness. */
static struct wm_paths *build_paths(void)
{
    static const char *const orders[] = {"Handle", "Handle/Order", "Handle/Log"};
    static const char *const refunds[] = {"Handle", "Handle/Refund, \"old\"", "Handle/Log"};
    struct wm_paths *paths = NULL;
    assert_int_equal(wm_paths_new(&paths), 0);
    add_closing(paths, WM_PATH_HARNESS, 5000000000);
    add_closing(paths, WM_PATH_UNATTRIBUTED, 100000000);
    struct wm_path_row *row = wm_paths_add(paths);
    *row = (struct wm_path_row){.id = 0xabc, .entry = "Handle", .outcome = "", .requests = 7};
    row->nodes = refunds;
    row->node_count = 3;
    row->samples = 300;
    row->cpu_ns = 300000000;
    row->weight_square = 300e12;
    row = wm_paths_add(paths);
    *row = (struct wm_path_row){.id = UINT64_MAX, .entry = "Handle", .outcome = "ok"};
    row->nodes = orders;
    row->node_count = 3;
    row->requests = UINT64_C(1) << 40;
    row->errors = 3;
    row->samples = 600;
    row->cpu_ns = 600000000;
    row->weight_square = 600e12;
    row->has_latency = row->has_allocs = true;
    row->p50_ns = 1;
    row->p90_ns = 2;
    row->p99_ns = 3;
    row->p999_ns = 4;
    row->max_ns = UINT64_MAX;
    row->allocs = 12;
    row->alloc_bytes = 345;
    return paths;
}

static void test_paths_finish_names_shares_and_sorts(void **state)
{
    (void)state;
    struct wm_paths *paths = build_paths();
    double low, high;
    assert_int_equal(wm_paths_finish(paths), 0);
    assert_string_equal(paths->rows[0].name, "Order:ok");
    assert_string_equal(paths->rows[1].name, "Refund, \"old\"");
    assert_string_equal(paths->rows[2].name, WM_PATH_UNATTRIBUTED);
    assert_string_equal(paths->rows[3].name, WM_PATH_HARNESS);
    assert_true(fabs(paths->rows[0].cpu_share - 0.6) < 1e-12);
    assert_true(fabs(paths->rows[2].cpu_share - 0.1) < 1e-12);
    assert_true(paths->rows[3].cpu_share <= 0);
    wm_interval_wilson(0.6, 1e18 / 900e12, &low, &high);
    assert_true(fabs(paths->rows[0].cpu_share_low - low) < 1e-12);
    assert_true(fabs(paths->rows[0].cpu_share_high - high) < 1e-12);
    wm_paths_free(paths);
}

static void test_paths_csv_comes_back_as_it_went(void **state)
{
    (void)state;
    struct wm_paths *paths = build_paths(), *again = NULL;
    struct wm_error err = {0};
    struct wm_text first, second;
    char *folder = wm_test_folder();
    char *file = wm_file_join_dup(folder, "paths.csv");
    assert_int_equal(wm_paths_finish(paths), 0);
    assert_int_equal(wm_paths_write(paths, file, &err), 0);
    assert_int_equal(wm_paths_read(file, &again, &err), 0);
    wm_text_init(&first);
    wm_text_init(&second);
    wm_paths_add_csv(paths, &first);
    wm_paths_add_csv(again, &second);
    assert_string_equal(first.data, second.data);
    assert_int_equal(strncmp(first.data, HEADER, strlen(HEADER)), 0);
    assert_int_equal(again->count, 4);
    assert_true(again->rows[0].id == UINT64_MAX && again->rows[0].max_ns == UINT64_MAX);
    assert_true(again->rows[0].has_latency && !again->rows[1].has_latency);
    assert_int_equal(again->rows[1].node_count, 3);
    assert_string_equal(again->rows[1].nodes[1], "Handle/Refund, \"old\"");
    assert_true(wm_path_is_closing(&again->rows[2]) && !wm_path_is_closing(&again->rows[0]));
    wm_text_done(&first);
    wm_text_done(&second);
    wm_paths_free(paths);
    wm_paths_free(again);
    free(file);
    wm_test_folder_remove(folder);
}

static void test_paths_without_cpu_have_empty_shares(void **state)
{
    (void)state;
    struct wm_paths *paths = NULL;
    struct wm_text text;
    assert_int_equal(wm_paths_new(&paths), 0);
    struct wm_path_row *row = wm_paths_add(paths);
    row->id = 1;
    row->entry = "GET";
    row->requests = 5;
    assert_int_equal(wm_paths_finish(paths), 0);
    wm_text_init(&text);
    wm_paths_add_csv(paths, &text);
    assert_string_equal(text.data, HEADER "0000000000000001,GET,GET,,5,0,0,0,,,,,,,,,,,,\n");
    wm_text_done(&text);
    wm_paths_free(paths);
}

static void test_paths_reading_skips_columns_that_it_does_not_know(void **state)
{
    (void)state;
    static const char content[] =
        "new," HEADER "x,00000000000000ff,GET,GET,,5,0,1,2,0.5,0.25,0.75,0,,,,,,,,\n";
    struct wm_paths *paths = NULL;
    struct wm_error err = {0};
    char *folder = wm_test_folder();
    char *file = wm_test_file(folder, "paths.csv", content);
    assert_int_equal(wm_paths_read(file, &paths, &err), 0);
    assert_int_equal(paths->rows[0].id, 0xff);
    assert_true(fabs(paths->rows[0].cpu_share_high - 0.75) < 1e-12);
    wm_paths_free(paths);
    free(file);
    wm_test_folder_remove(folder);
}

static void test_paths_reading_tells_what_is_wrong_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *content, *place, *text;
    } bad[] = {
        {"",                                                                      "paths.csv",   "empty"        },
        {"a,b\n1,2\n",                                                            "paths.csv:1", "path_id"      },
        {HEADER "1,2\n",                                                          "paths.csv:2", "as many cells"},
        {HEADER "xyz,GET,GET,,5,0,1,2,,,,,,,,,,,,\n",                             "paths.csv:2", "path_id"      },
        {HEADER ",GET,GET,,5,0,1,2,,,,,,,,,,,,\n",                                "paths.csv:2", "path_id"      },
        {HEADER ",,(harness),,,,1,2,,,,,,,,,,,,\n"
                "00000000000000ff,GET,GET,,-5,0,1,2,,,,,,,,,,,,\n",      "paths.csv:3", "requests"     },
        {HEADER "00000000000000ff,GET,GET,,5,0,1,2x,,,,,,,,,,,,\n",               "paths.csv:2", "cpu_ns"       },
        {HEADER "00000000000000ff,G,G,,99999999999999999999,0,1,2,,,,,,,,,,,,\n", "paths.csv:2",
         "requests"                                                                                             },
        {HEADER "00000000000000ff,GET,GET,,5,0,1,2,1.5,,,,,,,,,,,\n",             "paths.csv:2", "cpu_share"    },
        {HEADER "00000000000000ff,GET,GET,,5,0,1,2,nan,,,,,,,,,,,\n",             "paths.csv:2", "cpu_share"    },
        {HEADER "00000000000000ff,\"GET,GET,,5,0,1,2,,,,,,,,,,,,\n",              "paths.csv:2", "quote"        },
    };
    char *folder = wm_test_folder();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct wm_paths *paths = NULL;
        struct wm_error err = {0};
        char *file = wm_test_file(folder, "paths.csv", bad[i].content);
        assert_int_equal(wm_paths_read(file, &paths, &err), -EINVAL);
        assert_null(paths);
        assert_non_null(strstr(err.place, bad[i].place));
        assert_non_null(strstr(err.text, bad[i].text));
        free(file);
    }
    wm_test_folder_remove(folder);
}

static void test_paths_cut_off_anywhere_never_crash_the_reader(void **state)
{
    (void)state;
    struct wm_paths *paths = build_paths();
    struct wm_text text;
    char *folder = wm_test_folder();
    wm_text_init(&text);
    assert_int_equal(wm_paths_finish(paths), 0);
    wm_paths_add_csv(paths, &text);
    wm_paths_free(paths);
    while (text.length > 0) {
        struct wm_error err = {0};
        text.data[--text.length] = '\0';
        char *file = wm_test_file(folder, "paths.csv", text.data);
        paths = NULL;
        int rc = wm_paths_read(file, &paths, &err);
        assert_true(rc == 0 || (rc == -EINVAL && err.text[0] != '\0'));
        wm_paths_free(paths);
        free(file);
    }
    wm_text_done(&text);
    wm_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths_finish_names_shares_and_sorts),
        cmocka_unit_test(test_paths_csv_comes_back_as_it_went),
        cmocka_unit_test(test_paths_without_cpu_have_empty_shares),
        cmocka_unit_test(test_paths_reading_skips_columns_that_it_does_not_know),
        cmocka_unit_test(test_paths_reading_tells_what_is_wrong_and_where),
        cmocka_unit_test(test_paths_cut_off_anywhere_never_crash_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
