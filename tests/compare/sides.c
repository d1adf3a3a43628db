/* sides.c - runs made up. */
#include "tests/compare/sides.h"

#include "harness/core/arena.h"
#include "profiles/compare/merged.h"
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[SIDES_PATH_COUNT] = {"PathA", "PathB", "PathC"};
static const char *const nodes[SIDES_PATH_COUNT] = {"Main/PathA", "Main/PathB", "Main/PathC"};

enum { REQUESTS = 1000 };

/* About normal: the sum of twelve of SplitMix's. */
static double noise(uint64_t *random, double deviation)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        sum += (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    return 1 + deviation * sum;
}

static double uniform(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*random >> 11) * 0x1p-53;
}

/* Poisson's: how many exponential steps fit. */
static uint64_t draw_count(uint64_t *random, double expected)
{
    uint64_t count = 0;
    for (double at = -log(1 - uniform(random)); at < expected; at -= log(1 - uniform(random)))
        count++;
    return count;
}

static void add_path(struct wm_run *run, size_t which, const struct side_wish *wish, double speed,
                     uint64_t *random)
{
    struct wm_path_row *row = wm_paths_add(run->paths);
    double cost = 20000.0 * (double)(which + 1) * wish->factors[which] * speed;
    assert_non_null(row);
    row->id = which + 1;
    row->entry = "Main";
    row->name = names[which];
    row->outcome = "";
    row->nodes = &nodes[which];
    row->node_count = 1;
    row->requests = wish->requests > 0 ? wish->requests : REQUESTS;
    row->samples = 100;
    row->cpu_ns = (uint64_t)(cost * noise(random, wish->noise) * (double)row->requests);
    if (wish->sample_ns > 0) {
        row->samples = draw_count(random, (double)row->cpu_ns / wish->sample_ns);
        row->cpu_ns = (uint64_t)((double)row->samples * wish->sample_ns);
    }
    row->has_latency = row->has_allocs = true;
    row->p50_ns = (uint64_t)(cost * noise(random, wish->noise));
    row->p99_ns = (uint64_t)(2 * cost * noise(random, wish->noise));
    row->allocs = wish->allocs * row->requests;
}

static void add_background(struct wm_run *run, double cost, size_t paths)
{
    struct wm_path_row *row = wm_paths_add(run->paths);
    assert_non_null(row);
    row->name = WM_PATH_BACKGROUND;
    row->samples = 100;
    row->cpu_ns = (uint64_t)(cost * (double)(REQUESTS * paths));
}

static struct wm_run *run_new(const struct side_wish *wish, size_t at, uint64_t *random)
{
    struct wm_run *run = NULL;
    char started[32];
    int second = wish->first_second + (int)at * wish->step_seconds;
    assert_int_equal(wm_run_new(&run), 0);
    if (wish->starts_in_ms)
        snprintf(started, sizeof(started), "2026-01-01T00:00:%02d.%03d000Z", second / 1000 % 60,
                 second % 1000);
    else
        snprintf(started, sizeof(started), "2026-01-01T%02d:%02d:%02dZ", second / 3600,
                 second / 60 % 60, second % 60);
    run->started = wm_arena_copy(run->arena, started, strlen(started));
    run->load = "closed loop, 1 thread";
    run->sampler = "perf_event";
    run->hz = 997;
    run->open_loop = wish->open_loop;
    double speed = noise(random, wish->speed_noise);
    for (size_t i = 0; i < SIDES_PATH_COUNT; i++)
        if (wish->factors[i] > 0)
            add_path(run, i, wish, speed, random);
    if (wish->background > 0)
        add_background(run, wish->background * speed * noise(random, wish->noise),
                       run->paths->count);
    return run;
}

struct wm_set *side_new(const struct side_wish *wish, const char *name, uint64_t *random)
{
    struct wm_set *set = calloc(1, sizeof(*set));
    assert_non_null(set);
    set->name = name;
    set->runs = calloc(wish->run_count, sizeof(set->runs[0]));
    assert_non_null(set->runs);
    for (set->run_count = 0; set->run_count < wish->run_count; set->run_count++)
        set->runs[set->run_count] = run_new(wish, set->run_count, random);
    return set;
}

void side_free(struct wm_set *set)
{
    for (size_t i = 0; set != NULL && i < set->run_count; i++)
        wm_run_free(set->runs[i]);
    if (set != NULL)
        free(set->runs);
    free(set);
}

void sides_compare(const struct side_wish wishes[WM_COMPARED_SIDES],
                   const struct wm_comparison_input *more, uint64_t *random, struct sides *sides)
{
    struct wm_error err = {0};
    *sides = (struct sides){.comparison = NULL};
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        sides->sets[side] = side_new(&wishes[side], side == WM_BEFORE ? "base" : "new", random);
    if (wm_merged_requests(sides->sets[WM_BEFORE], sides->sets[WM_AFTER], &sides->requests, &err) <
        0)
        fail_msg("%s", err.text);
    struct wm_comparison_input input = *more;
    input.sets[WM_BEFORE] = sides->sets[WM_BEFORE];
    input.sets[WM_AFTER] = sides->sets[WM_AFTER];
    input.requests = sides->requests;
    if (wm_comparison_new(&input, &sides->comparison, &err) < 0)
        fail_msg("%s", err.text);
}

void sides_done(struct sides *sides)
{
    wm_comparison_free(sides->comparison);
    wm_requests_free(sides->requests);
    for (int side = 0; side < WM_COMPARED_SIDES; side++)
        side_free(sides->sets[side]);
}

/* What all runs of a side say of a path; exact costs have next to no noise, as of long runs. */
static void sample(const struct wm_set *set, size_t path, double sample_ns, int side,
                   struct wm_sampled *sampled)
{
    double cpu_ns = 0, requests = 0;
    for (size_t run = 0; run < set->run_count; run++) {
        cpu_ns += (double)set->runs[run]->paths->rows[path].cpu_ns;
        requests += (double)set->runs[run]->paths->rows[path].requests;
    }
    sampled->cost[side] = cpu_ns / requests;
    sampled->variance[side] = sample_ns > 0 ? cpu_ns * sample_ns / requests / requests : 1;
    sampled->tick[side] = sample_ns / requests;
}

void sides_compare_sampled(const struct side_wish wishes[WM_COMPARED_SIDES], uint64_t *random,
                           struct sides *sides)
{
    static const struct wm_comparison_input plainly = {.threshold = 0};
    struct wm_sampled sampled[SIDES_PATH_COUNT];
    uint64_t again = *random;
    sides_compare(wishes, &plainly, &again, sides);
    for (size_t i = 0; i < SIDES_PATH_COUNT; i++) {
        sampled[i].path = names[i];
        for (int side = 0; side < WM_COMPARED_SIDES; side++)
            sample(sides->sets[side], i, wishes[side].sample_ns, side, &sampled[i]);
    }
    sides_done(sides);
    const struct wm_comparison_input input = {.sampled = sampled,
                                              .sampled_count = SIDES_PATH_COUNT};
    sides_compare(wishes, &input, random, sides);
}

const struct wm_compared *sides_row(const struct sides *sides, const char *path, const char *unit)
{
    const struct wm_comparison *comparison = sides->comparison;
    for (size_t i = 0; i < comparison->count; i++)
        if (strcmp(comparison->rows[i].subject, path) == 0 &&
            strcmp(comparison->rows[i].unit, unit) == 0)
            return &comparison->rows[i];
    fail_msg("no row %s of %s", unit, path);
    return NULL;
}
