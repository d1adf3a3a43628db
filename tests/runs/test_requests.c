/* test_requests.c - requests of several runs by label, and the names that their paths share. */
#include "tests/support/support.h"

#include "profiles/runs/requests.h"

#include <string.h>

static void add_path(struct wm_run *run, uint64_t id, const char *node, const char *outcome,
                     uint64_t requests)
{
    static const char *nodes[8][2];
    static size_t used;
    struct wm_path_row *row = wm_paths_add(run->paths);
    assert_non_null(row);
    const char **own = nodes[used++ % 8];
    own[0] = "Handle";
    own[1] = node;
    row->id = id;
    row->entry = "Entry";
    row->outcome = outcome;
    row->requests = requests;
    row->nodes = own;
    row->node_count = 2;
}

static void add_segment(struct wm_run *run, const char *segment, uint64_t requests)
{
    struct wm_segment_row *row = wm_segments_add(run->segments);
    assert_non_null(row);
    row->segment = segment;
    row->requests = requests;
}

/* Alone in its run, a path is called by its outermost segment. */
static struct wm_run *lonely_run(void)
{
    struct wm_run *run = NULL;
    assert_int_equal(wm_run_new(&run), 0);
    add_path(run, 1, "Handle/Order", "", 30);
    add_segment(run, "Handle", 30);
    assert_int_equal(wm_paths_finish(run->paths), 0);
    return run;
}

static struct wm_run *full_run(void)
{
    struct wm_run *run = NULL;
    assert_int_equal(wm_run_new(&run), 0);
    add_path(run, 1, "Handle/Order", "", 5);
    add_path(run, 2, "Handle/Refund", "late", 7);
    struct wm_path_row *closing = wm_paths_add(run->paths);
    closing->name = WM_PATH_HARNESS;
    add_segment(run, "Handle", 12);
    add_segment(run, "Handle/Refund", 7);
    add_segment(run, "malloc", 0);
    run->segments->rows[2].from_stacks = true;
    assert_int_equal(wm_paths_finish(run->paths), 0);
    return run;
}

static void test_requests_count_runs_by_every_label(void **state)
{
    (void)state;
    struct wm_run *base = lonely_run(), *run = full_run();
    struct wm_requests *requests = NULL;
    assert_int_equal(wm_requests_new(&requests), 0);
    assert_int_equal(wm_requests_add(requests, base, WM_REQUESTS_BASE), 0);
    assert_int_equal(wm_requests_add(requests, run, WM_REQUESTS_NEW), 0);
    assert_int_equal(wm_requests_add(requests, run, WM_REQUESTS_NEW), 0);
    assert_int_equal(wm_requests_finish(requests), 0);
    static const struct {
        const char *key, *value;
        uint64_t requests[WM_REQUESTS_SIDES];
    } cases[] = {
        {"path",    "Order",         {10, 30}},
        {"path",    "Refund:late",   {14, 0} },
        {"path",    "Handle",        {0, 0}  },
        {"path",    WM_PATH_HARNESS, {0, 0}  },
        {"entry",   "Entry",         {24, 30}},
        {"outcome", "late",          {14, 0} },
        {"outcome", "",              {10, 30}},
        {"segment", "Handle/Refund", {14, 0} },
        {"segment", "",              {24, 30}},
        {"segment", "malloc",        {24, 0} }, /* of stacks: of all, for all that is known */
        {"colour",  "Entry",         {0, 0}  },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int side = 0; side < WM_REQUESTS_SIDES; side++)
            assert_int_equal(
                wm_requests_of(requests, cases[i].key, cases[i].value, (enum wm_requests_side)side),
                cases[i].requests[side]);
    assert_int_equal(wm_requests_all(requests, WM_REQUESTS_NEW), 24);
    assert_int_equal(wm_requests_all(requests, WM_REQUESTS_BASE), 30);
    wm_requests_free(requests);
    wm_run_free(base);
    wm_run_free(run);
}

static void test_requests_bring_a_profile_to_the_joint_names(void **state)
{
    (void)state;
    struct wm_run *lonely = lonely_run(), *full = full_run();
    struct wm_requests *requests = NULL;
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_requests_new(&requests), 0);
    assert_int_equal(wm_requests_add(requests, lonely, WM_REQUESTS_NEW), 0);
    assert_int_equal(wm_requests_add(requests, full, WM_REQUESTS_NEW), 0);
    assert_int_equal(wm_requests_finish(requests), 0);
    assert_string_equal(lonely->paths->rows[0].name, "Handle");
    assert_int_equal(wm_profile_new(&profile), 0);
    assert_int_equal(wm_profile_add_sample_type(profile, "samples", "count"), 0);
    const uint32_t path = (uint32_t)wm_profile_string(profile, "path");
    const uint32_t entry = (uint32_t)wm_profile_string(profile, "entry");
    const uint32_t handle = (uint32_t)wm_profile_string(profile, "Handle");
    const struct wm_label labels[] = {
        {.key = path,  .string = handle},
        {.key = entry, .string = handle}
    };
    const int64_t one = 1;
    assert_true(wm_profile_add_sample(profile, NULL, 0, labels, 2, &one) >= 0);
    assert_int_equal(wm_requests_rename(requests, lonely, profile), 0);
    assert_string_equal(wm_profile_text(profile, profile->labels[0].string), "Order");
    assert_string_equal(wm_profile_text(profile, profile->labels[1].string), "Handle");
    wm_profile_free(profile);
    wm_requests_free(requests);
    wm_run_free(lonely);
    wm_run_free(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_count_runs_by_every_label),
        cmocka_unit_test(test_requests_bring_a_profile_to_the_joint_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
