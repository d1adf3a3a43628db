/* tag_sum.c - a tag summed up from what its folder holds: what each path, entry point and benchmark
 * cost, and how sure that is. */
#include "profiles/runs/tag.h"

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/file.h"
#include "harness/core/intern.h"
#include "profiles/runs/bench_names.h"
#include "profiles/runs/numbered.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the runs say of one path, entry point or benchmark. Mean and squares by Welford's update, so
 * that memory does not grow with the runs. */
struct series {
    struct wm_tag_result result;
    uint64_t samples;
    double mean, squares;
    double low_ns, high_ns; /* of the latest alone */
};

struct sum {
    struct wm_tag *tag;
    struct wm_intern *keys; /* kind and name or id -> which series */
    struct series *series;
    size_t count;
};

/* One run's word on something. */
struct word {
    enum wm_tag_kind kind;
    const char *name;
    uint64_t path_id, requests, samples;
    double ns, low_ns, high_ns;
};

/* The series of this key; NULL: no memory. */
static struct series *find_series(struct sum *sum, const struct word *word)
{
    char key[24] = {0};
    key[0] = (char)('a' + (int)word->kind);
    memcpy(key + 1, &word->path_id, sizeof(word->path_id));
    bool path = word->kind == WM_TAG_PATH; /* its name depends on the run's other paths */
    struct wm_text text;
    wm_text_init(&text);
    wm_text_add_bytes(&text, key, 1 + sizeof(word->path_id));
    wm_text_add(&text, path ? "" : word->name);
    int64_t id = text.failed ? -ENOMEM : wm_intern_bytes(sum->keys, text.data, text.length);
    wm_text_done(&text);
    if (id < 0)
        return NULL;
    if ((size_t)id < sum->count)
        return &sum->series[id];
    struct series *more = realloc(sum->series, (sum->count + 1) * sizeof(more[0]));
    if (more == NULL)
        return NULL;
    sum->series = more;
    struct series *series = &more[sum->count++];
    *series = (struct series){
        .result = {.kind = word->kind, .path_id = word->path_id}
    };
    series->result.name = wm_arena_copy(sum->tag->facts->arena, word->name, strlen(word->name));
    return series->result.name != NULL ? series : NULL;
}

static int take_word(struct sum *sum, const struct word *word)
{
    struct series *series = find_series(sum, word);
    if (series == NULL)
        return -ENOMEM;
    double before = series->mean;
    series->result.count++;
    series->result.requests += word->requests;
    series->samples += word->samples;
    series->mean += (word->ns - before) / (double)series->result.count;
    series->squares += (word->ns - before) * (word->ns - series->mean);
    series->low_ns = word->low_ns;
    series->high_ns = word->high_ns;
    return 0;
}

static int take_paths(struct sum *sum, const struct wm_paths *paths)
{
    double all_ns = 0;
    int rc = 0;
    for (size_t i = 0; i < paths->count; i++)
        if (wm_path_in_shares(&paths->rows[i]))
            all_ns += (double)paths->rows[i].cpu_ns;
    for (size_t i = 0; rc == 0 && i < paths->count; i++) {
        const struct wm_path_row *row = &paths->rows[i];
        double requests = (double)row->requests;
        if (wm_path_is_closing(row) || row->requests == 0)
            continue;
        const struct word word = {
            WM_TAG_PATH,
            row->name,
            row->id,
            row->requests,
            row->samples,
            (double)row->cpu_ns / requests,
            .low_ns = row->cpu_share_low * all_ns / requests,
            .high_ns = row->cpu_share_high * all_ns / requests,
        };
        rc = take_word(sum, &word);
    }
    return rc;
}

/* All paths of the entry point that the i-th row is the first of. */
static int take_entry(struct sum *sum, const struct wm_paths *paths, size_t first)
{
    struct word word = {.kind = WM_TAG_ENTRY, .name = paths->rows[first].entry};
    double cpu_ns = 0;
    for (size_t i = 0; i < paths->count; i++) {
        const struct wm_path_row *row = &paths->rows[i];
        if (wm_path_is_closing(row) || strcmp(row->entry, word.name) != 0)
            continue;
        if (i < first)
            return 0;
        word.requests += row->requests;
        word.samples += row->samples;
        cpu_ns += (double)row->cpu_ns;
    }
    if (word.requests == 0)
        return 0;
    word.ns = cpu_ns / (double)word.requests;
    double half = fmin(1, wm_interval_samples((double)word.samples)) * word.ns;
    word.low_ns = word.ns - half;
    word.high_ns = word.ns + half;
    return take_word(sum, &word);
}

static int take_run(struct sum *sum, const struct wm_run *run)
{
    int rc = take_paths(sum, run->paths);
    for (size_t i = 0; rc == 0 && i < run->paths->count; i++)
        if (!wm_path_is_closing(&run->paths->rows[i]))
            rc = take_entry(sum, run->paths, i);
    return rc;
}

static int copy_settings(struct wm_run *to, const struct wm_run_setting *settings, size_t count,
                         struct wm_run_setting **ret_list, size_t *ret_count)
{
    int rc = 0;
    *ret_list = NULL;
    *ret_count = 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = wm_run_add_setting(to, ret_list, ret_count, settings[i].key, settings[i].value);
    return rc;
}

/* The latest run's facts, and the totals of all. */
static int take_facts(struct wm_tag *tag, const struct wm_run *run)
{
    struct wm_run *facts = tag->facts;
    struct wm_tag_difference difference;
    if (tag->run_count > 0 && !wm_tag_same(run, facts, &difference))
        tag->mixed = true;
    tag->run_count++;
    tag->crashed_count += run->crashed;
    facts->requests += run->requests;
    facts->errors += run->errors;
    facts->mismatches += run->mismatches;
    facts->seconds += run->seconds;
    facts->started = wm_arena_copy(facts->arena, run->started, strlen(run->started));
    facts->entry = wm_arena_copy(facts->arena, run->entry, strlen(run->entry));
    facts->load = wm_arena_copy(facts->arena, run->load, strlen(run->load));
    if (facts->started == NULL || facts->entry == NULL || facts->load == NULL)
        return -ENOMEM;
    int rc = copy_settings(facts, run->identity, run->identity_count, &facts->identity,
                           &facts->identity_count);
    if (rc == 0)
        rc = copy_settings(facts, run->machine, run->machine_count, &facts->machine,
                           &facts->machine_count);
    if (rc == 0)
        rc = copy_settings(facts, run->settings, run->setting_count, &facts->settings,
                           &facts->setting_count);
    return rc;
}

/* `profile_of`: the run folder that goes with benchmarks says what they were run on; its requests
 * are the benchmark's operations and no results. */
static int sum_run(struct sum *sum, const char *folder, bool profile_of, struct wm_error *err)
{
    struct wm_run *run = NULL;
    int rc = wm_run_read(folder, &run, err);
    if (rc < 0)
        return rc;
    rc = take_facts(sum->tag, run);
    if (rc == 0 && !profile_of && !run->crashed)
        rc = take_run(sum, run);
    if (profile_of) {
        struct wm_run *facts = sum->tag->facts;
        sum->tag->run_count = 0;
        facts->requests = facts->errors = facts->mismatches = 0;
    }
    wm_run_free(run);
    return rc < 0 ? wm_fail_at(err, rc, folder, "no memory") : 0;
}

static int take_bench(struct sum *sum, const struct wm_bench_names *names,
                      const struct wm_bench_result *result)
{
    int rc = 0;
    const char *title = wm_bench_names_title(names, result, sum->tag->facts->arena);
    if (title == NULL)
        return -ENOMEM;
    for (size_t i = 0; rc == 0 && i < result->measure_count; i++) {
        const double ns = result->measures[i].value;
        if (strcmp(result->measures[i].unit, "ns/op") != 0)
            continue;
        const struct word word = {WM_TAG_BENCHMARK, title, 0, result->iterations, 1, ns, ns, ns};
        rc = take_word(sum, &word);
    }
    return rc;
}

static int take_benches(struct sum *sum, const struct wm_benchfile *bench)
{
    struct wm_bench_names *names = NULL;
    int rc = wm_bench_names_new(&names);
    for (size_t i = 0; rc == 0 && i < bench->result_count; i++)
        rc = wm_bench_names_add(names, &bench->results[i]) < 0 ? -ENOMEM : 0;
    for (size_t i = 0; rc == 0 && i < bench->result_count; i++)
        rc = take_bench(sum, names, &bench->results[i]);
    wm_bench_names_free(names);
    return rc;
}

static int sum_bench(struct sum *sum, const char *file, struct wm_error *err)
{
    struct wm_benchfile *bench = NULL;
    int rc = wm_benchfile_read(file, &bench, err);
    if (rc < 0)
        return rc;
    sum->tag->bench_count = bench->result_count;
    rc = take_benches(sum, bench);
    wm_benchfile_free(bench);
    return rc < 0 ? wm_fail_at(err, rc, file, "no memory") : 0;
}

/* Runs before benchmarks, so that the settings are a run's where there is one. */
static int sum_folder(struct sum *sum, const char *folder, struct wm_error *err)
{
    uint32_t *numbers = NULL;
    size_t count = 0;
    char *bench = wm_file_join_dup(folder, WM_RUN_BENCH);
    int rc = bench == NULL ? wm_fail_at(err, -ENOMEM, folder, "no memory")
                           : wm_numbered_list(folder, &numbers, &count, err);
    if (rc == 0 && count == 0 && wm_run_is(folder))
        rc = sum_run(sum, folder, true, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        char *run = wm_numbered_dup(folder, numbers[i]);
        rc = run == NULL ? wm_fail_at(err, -ENOMEM, folder, "no memory")
                         : sum_run(sum, run, false, err);
        free(run);
    }
    if (rc == 0 && wm_file_exists(bench))
        rc = sum_bench(sum, bench, err);
    free(numbers);
    free(bench);
    return rc;
}

static void finish_series(struct series *series)
{
    struct wm_tag_result *result = &series->result;
    result->known = series->samples > 0;
    if (!result->known)
        return;
    result->ns = series->mean;
    result->low_ns = series->low_ns;
    result->high_ns = series->high_ns;
    if (result->count < 2)
        return;
    double deviation = sqrt(series->squares / (double)(result->count - 1));
    double half = wm_interval_mean(result->count, deviation);
    result->low_ns = fmax(0, series->mean - half);
    result->high_ns = series->mean + half;
}

static int compare_results(const void *a, const void *b)
{
    const struct wm_tag_result *left = a, *right = b;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    double left_ns = left->ns * (double)left->requests,
           right_ns = right->ns * (double)right->requests;
    if (left->kind != WM_TAG_BENCHMARK && left_ns != right_ns)
        return left_ns > right_ns ? -1 : 1;
    return strcmp(left->name, right->name);
}

static int finish(struct sum *sum)
{
    struct wm_tag *tag = sum->tag;
    tag->results = wm_arena_alloc(tag->facts->arena, (sum->count + 1) * sizeof(tag->results[0]));
    if (tag->results == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < sum->count; i++) {
        finish_series(&sum->series[i]);
        tag->results[i] = sum->series[i].result;
    }
    tag->result_count = sum->count;
    qsort(tag->results, tag->result_count, sizeof(tag->results[0]), compare_results);
    tag->filed_ns = wm_clock_wall_ns();
    return 0;
}

int wm_tag_sum_up(const char *name, const char *folder, struct wm_tag **ret_tag,
                  struct wm_error *err)
{
    struct sum sum = {0};
    int rc = wm_tag_new(name, folder, &sum.tag);
    if (rc == 0)
        rc = wm_intern_new(&sum.keys);
    if (rc < 0) {
        wm_fail_at(err, rc, folder, "no memory");
        goto out;
    }
    rc = sum_folder(&sum, folder, err);
    if (rc < 0)
        goto out;
    rc = finish(&sum);
    if (rc < 0) {
        wm_fail_at(err, rc, folder, "no memory");
        goto out;
    }
    *ret_tag = sum.tag;
    sum.tag = NULL;
out:
    wm_intern_free(sum.keys);
    free(sum.series);
    wm_tag_free(sum.tag);
    return rc;
}
