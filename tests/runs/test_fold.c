/* test_fold.c - (background) shared out over the paths. */
#include "tests/support/support.h"

#include "profiles/runs/paths.h"

#include <math.h>
#include <string.h>

static void add_path(struct wm_paths *paths, const char *entry, uint64_t requests, uint64_t samples)
{
    struct wm_path_row *row = wm_paths_add(paths);
    row->id = paths->count;
    row->entry = entry;
    row->requests = requests;
    row->samples = samples;
    row->cpu_ns = samples * 1000000;
    row->weight_square = (double)samples * 1e12;
}

static void add_closing(struct wm_paths *paths, const char *name, uint64_t samples, uint64_t cpu_ns)
{
    struct wm_path_row *row = wm_paths_add(paths);
    row->name = name;
    row->samples = samples;
    row->cpu_ns = cpu_ns;
    row->weight_square = (double)samples * 1e12;
}

static const struct wm_path_row *row_of(const struct wm_paths *paths, const char *name)
{
    for (size_t i = 0; i < paths->count; i++)
        if (strcmp(paths->rows[i].name, name) == 0)
            return &paths->rows[i];
    return NULL;
}

static uint64_t sum_of(const struct wm_paths *paths)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < paths->count; i++)
        sum += paths->rows[i].cpu_ns;
    return sum;
}

static struct wm_paths *build(void)
{
    struct wm_paths *paths = NULL;
    assert_int_equal(wm_paths_new(&paths), 0);
    add_path(paths, "GET", 7000, 300);
    add_path(paths, "SORT", 1000, 350);
    add_path(paths, "PING", 2000, 0);
    add_closing(paths, WM_PATH_BACKGROUND, 200, 200000007);
    add_closing(paths, WM_PATH_UNATTRIBUTED, 10, 10000000);
    assert_int_equal(wm_paths_finish(paths), 0);
    return paths;
}

static void test_fold_gives_every_request_the_same(void **state)
{
    (void)state;
    struct wm_paths *paths = build();
    struct wm_path_row background;
    uint64_t sum = sum_of(paths);
    double sort_low = row_of(paths, "SORT")->cpu_share_low;
    assert_string_equal(paths->rows[0].name, "SORT");
    wm_paths_fold_background(paths, &background);
    assert_int_equal(background.cpu_ns, 200000007);
    assert_null(row_of(paths, WM_PATH_BACKGROUND));
    assert_int_equal(sum_of(paths), sum);
    assert_int_equal(paths->count, 4);
    assert_string_equal(paths->rows[0].name, "GET"); /* it costs more now */
    assert_string_equal(paths->rows[3].name, WM_PATH_UNATTRIBUTED);
    const struct wm_path_row *get = row_of(paths, "GET"), *sort = row_of(paths, "SORT");
    assert_true(get->cpu_ns >= 440000004 && get->cpu_ns <= 440000005);
    assert_true(sort->cpu_ns >= 370000000 && sort->cpu_ns <= 370000001);
    assert_int_equal(get->samples + sort->samples + row_of(paths, "PING")->samples, 850);
    assert_int_equal(row_of(paths, "PING")->samples, 40);
    assert_true(fabs(get->cpu_share - (double)get->cpu_ns / (double)sum) < 1e-9);
    assert_true(sort->cpu_share_low > sort_low && sort->cpu_share_low < sort->cpu_share);
    assert_true(sort->cpu_share_high > sort->cpu_share && sort->cpu_share_high <= 1);
    assert_true(row_of(paths, WM_PATH_UNATTRIBUTED)->cpu_ns == 10000000);
    wm_paths_fold_background(paths, &background); /* there is none any more */
    assert_int_equal(background.cpu_ns, 0);
    assert_int_equal(sum_of(paths), sum);
    wm_paths_free(paths);
}

static void test_fold_without_requests_leaves_the_row(void **state)
{
    (void)state;
    struct wm_paths *paths = NULL;
    struct wm_path_row background;
    assert_int_equal(wm_paths_new(&paths), 0);
    add_path(paths, "GET", 0, 3);
    add_closing(paths, WM_PATH_BACKGROUND, 2, 2000);
    assert_int_equal(wm_paths_finish(paths), 0);
    wm_paths_fold_background(paths, &background);
    assert_int_equal(background.cpu_ns, 0);
    assert_int_equal(row_of(paths, WM_PATH_BACKGROUND)->cpu_ns, 2000);
    wm_paths_free(paths);
}

static void test_fold_of_months_does_not_overflow(void **state)
{
    (void)state;
    struct wm_paths *paths = NULL;
    struct wm_path_row background;
    assert_int_equal(wm_paths_new(&paths), 0);
    add_path(paths, "GET", UINT64_C(3) << 60, 0);
    add_path(paths, "SET", UINT64_C(1) << 60, 0);
    add_closing(paths, WM_PATH_BACKGROUND, 100, UINT64_C(1) << 62);
    assert_int_equal(wm_paths_finish(paths), 0);
    wm_paths_fold_background(paths, &background);
    assert_true(row_of(paths, "GET")->cpu_ns == UINT64_C(3) << 60);
    assert_true(row_of(paths, "SET")->cpu_ns == UINT64_C(1) << 60);
    wm_paths_free(paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold_gives_every_request_the_same),
        cmocka_unit_test(test_fold_without_requests_leaves_the_row),
        cmocka_unit_test(test_fold_of_months_does_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
