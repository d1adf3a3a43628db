/* test_moved.c - what sampling says of paths, however many there are. */
#include "tests/support/support.h"

#include "harness/core/arena.h"
#include "profiles/pprof/merge.h"
#include "profiles/report/moved.h"

#include <stdio.h>
#include <string.h>

enum { PATHS = 60, REQUESTS = 100, NS_PER_TICK = 1000000 };

static void path_name(int path, char name[16])
{
    snprintf(name, 16, "Path%02d", path);
}

static void add_run(struct wm_requests *requests, enum wm_requests_side side)
{
    struct wm_run *run = NULL;
    assert_int_equal(wm_run_new(&run), 0);
    for (int i = 0; i < PATHS; i++) {
        char name[16];
        path_name(i, name);
        const char **node = wm_arena_alloc(run->arena, sizeof(node[0]));
        assert_non_null(node);
        node[0] = wm_arena_copy(run->arena, name, strlen(name));
        *wm_paths_add(run->paths) = (struct wm_path_row){.id = (uint64_t)i + 1,
                                                         .entry = "Main",
                                                         .name = node[0],
                                                         .outcome = "",
                                                         .requests = REQUESTS,
                                                         .nodes = node,
                                                         .node_count = 1};
    }
    assert_int_equal(wm_requests_add(requests, run, side), 0);
    wm_run_free(run);
}

static uint32_t text(struct wm_profile *profile, const char *string)
{
    int64_t number = wm_profile_string(profile, string);
    assert_true(number >= 0);
    return (uint32_t)number;
}

/* `ticks` in one function, of each path. */
static struct wm_profile *profile_new(int64_t ticks)
{
    struct wm_profile *profile = NULL;
    assert_int_equal(wm_profile_new(&profile), 0);
    assert_true(wm_profile_add_sample_type(profile, "samples", "count") >= 0);
    assert_true(wm_profile_add_sample_type(profile, "cpu", "nanoseconds") >= 0);
    const struct wm_function function = {.name = text(profile, "work")};
    const struct wm_line line = {.function = (uint32_t)wm_profile_add_function(profile, &function)};
    const struct wm_location place = {.address = 0x1000, .line_count = 1};
    uint32_t stack = (uint32_t)wm_profile_add_location(profile, &place, &line);
    for (int i = 0; i < PATHS; i++) {
        char name[16];
        path_name(i, name);
        const struct wm_label labels[] = {
            {.key = text(profile, "path"),  .string = text(profile, name)  },
            {.key = text(profile, "entry"), .string = text(profile, "Main")},
        };
        const int64_t values[] = {ticks, ticks * NS_PER_TICK};
        assert_true(wm_profile_add_sample(profile, &stack, 1, labels, 2, values) >= 0);
    }
    return profile;
}

static void test_moves_know_of_every_path(void **state)
{
    (void)state;
    struct wm_error err = {0};
    struct wm_requests *requests = NULL;
    struct wm_profile *profile = NULL;
    struct wm_moves *moves = NULL;
    struct wm_merge_input inputs[] = {
        {.profile = profile_new(20), .role = WM_MERGE_SOURCE   },
        {.profile = profile_new(10), .role = WM_MERGE_DIFF_BASE},
    };
    assert_int_equal(wm_requests_new(&requests), 0);
    add_run(requests, WM_REQUESTS_BASE);
    add_run(requests, WM_REQUESTS_NEW);
    assert_int_equal(wm_requests_finish(requests), 0);
    if (wm_profile_merge(inputs, 2, 0, &profile, &err) < 0 ||
        wm_moves_find(profile, requests, &moves, &err) < 0)
        fail_msg("%s: %s", err.place, err.text);
    assert_int_equal(moves->path_count, PATHS);
    assert_false(moves->is_partial);
    for (size_t i = 0; i < moves->path_count; i++) {
        const struct wm_sampled *path = &moves->paths[i];
        assert_memory_equal(path->path, "Path", 4);
        assert_true(path->cost[WM_BEFORE] == 10.0 * NS_PER_TICK / REQUESTS);
        assert_true(path->cost[WM_AFTER] == 20.0 * NS_PER_TICK / REQUESTS);
    }
    wm_moves_free(moves);
    wm_requests_free(requests);
    wm_profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves_know_of_every_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
