/* bench.c - the benchmarks of the plan, one after the other.
 *
 *   each subject:  requests made and tried
 *     each number of threads:  loops calibrated ─ grown, unsampled ─ measured `count` times,
 * sampled
 *
 * As `go test -bench` does, the number of iterations grows until they last for the time that was
 * asked for; a measurement that then falls short of it is made again with more. */
#include "harness/host/bench.h"

#include "harness/core/clock.h"
#include "harness/core/text.h"
#include "harness/host/bench_crew.h"
#include "harness/replay/bench.h"

#include <errno.h>
#include <regex.h>
#include <string.h>

enum {
    GROUPS_MAX = 256,
    CALL_TIMED_NS = 10 * 1000, /* calls this long are timed one by one: a clock costs 0.5 % of it */
};

struct bench {
    struct wm_region *region;
    const struct wm_bench_plan *plan;
    const struct wm_app *app;
    struct wm_stream *stream;
    struct wm_subject subjects[WM_ENTRY_MAX];
    uint32_t subject_count;
};

/* ---- What is benchmarked ---- */

static void add_subject(struct bench *bench, const char *name, uint32_t number,
                        wm_bench_fn *function)
{
    if (bench->subject_count == WM_ENTRY_MAX)
        return;
    struct wm_subject *subject = &bench->subjects[bench->subject_count++];
    *subject = (struct wm_subject){.name = name, .number = number, .function = function};
}

static void add_entries(struct bench *bench, const regex_t *pattern)
{
    for (uint32_t i = 0; i < bench->app->count; i++) {
        const struct wm_app_entry *entry = &bench->app->entries[i];
        if (regexec(pattern, entry->entry->name, 0, NULL, 0) != 0)
            continue;
        if (entry->entry->async != 0)
            wm_probe_note("%s is asynchronous: its requests end in the app's own time, which "
                          "`waymark run` measures; it was left out",
                          entry->entry->name);
        else
            add_subject(bench, entry->entry->name, entry->number, NULL);
    }
}

/* The list has the last one in front. */
static void add_functions(struct bench *bench, const struct wm_bench_entry *entry,
                          const regex_t *pattern)
{
    uint32_t number;
    if (entry == NULL)
        return;
    add_functions(bench, entry->next, pattern);
    if (regexec(pattern, entry->name, 0, NULL, 0) != 0)
        return;
    if (wm_probe_entry_number(entry->name, &number) == 0)
        add_subject(bench, entry->name, number, entry->function);
    else
        wm_probe_note("%s was left out: no more than %d entry points and benchmarks have names",
                      entry->name, (int)WM_ENTRY_MAX);
}

static int fail_no_subject(const struct bench *bench, struct wm_error *err)
{
    bool entries = bench->plan->kind == WM_BENCH_ENTRIES;
    char offered[256];
    struct wm_text text;
    wm_text_init(&text);
    wm_app_list(bench->app, offered, sizeof(offered));
    if (entries)
        wm_text_add(&text, offered);
    for (const struct wm_bench_entry *at = wm_probe_benches(); !entries && at; at = at->next)
        wm_text_addf(&text, "%s%s", text.length > 0 ? ", " : "", at->name);
    int rc =
        text.length > 0
            ? wm_fail_at(err, -EINVAL, entries ? "--entry" : "--bench",
                         "'%s' matches no %s of the app that can be run; it has: %.200s",
                         bench->plan->pattern, entries ? "entry point" : "benchmark", text.data)
            : wm_fail_at(err, -EINVAL, "--bench",
                         "the app registers no benchmark: add WM_BENCH(\"Name\", function) from "
                         "<waymark/waymark.h>");
    wm_text_done(&text);
    return rc;
}

static int find_subjects(struct bench *bench, struct wm_error *err)
{
    regex_t pattern;
    if (regcomp(&pattern, bench->plan->pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return wm_fail(err, -EINVAL, "'%s' is no regular expression", bench->plan->pattern);
    if (bench->plan->kind == WM_BENCH_ENTRIES)
        add_entries(bench, &pattern);
    else
        add_functions(bench, wm_probe_benches(), &pattern);
    regfree(&pattern);
    return bench->subject_count > 0 ? 0 : fail_no_subject(bench, err);
}

/* ---- Measuring ---- */

static bool is_stopped(const struct bench *bench)
{
    return atomic_load_explicit(&bench->region->stop, memory_order_acquire) != 0;
}

static void publish(struct bench *bench, const struct wm_bench_round *round)
{
    struct wm_bench_board *board = &bench->region->bench;
    uint32_t count = atomic_load_explicit(&board->round_count, memory_order_relaxed);
    if (count == WM_BENCH_ROUND_MAX) {
        board->rounds_lost++;
        return;
    }
    board->rounds[count] = *round;
    atomic_store_explicit(&board->round_count, count + 1, memory_order_release);
}

/* One measurement: from `*iterations` on, which stays at what it took. */
static int measure_once(struct bench *bench, struct wm_crew *crew, bool counted,
                        uint64_t *iterations, struct wm_bench_round *round, struct wm_error *err)
{
    const struct wm_bench_plan *plan = bench->plan;
    for (;;) {
        int rc = wm_crew_run(crew, *iterations, counted, round, err);
        bool enough = plan->iterations > 0 || round->timed_ns >= plan->benchtime_ns ||
                      *iterations >= WM_BENCH_ITERATIONS_MAX;
        if (rc < 0 || enough || is_stopped(bench))
            return rc;
        *iterations = wm_bench_grow(*iterations, round->timed_ns, plan->benchtime_ns);
    }
}

static void begin_sampling(struct bench *bench)
{
    struct wm_region *region = bench->region;
    if (atomic_load(&region->started_ns) == 0)
        atomic_store_explicit(&region->started_ns, wm_clock_now_ns(), memory_order_release);
    atomic_store_explicit(&region->stage, WM_STAGE_RUNNING, memory_order_release);
    wm_probe_start(region->plan.hz);
}

static void end_sampling(struct bench *bench)
{
    wm_probe_stop();
    atomic_store_explicit(&bench->region->stopped_ns, wm_clock_now_ns(), memory_order_release);
}

static int measure(struct bench *bench, const struct wm_subject *subject, uint32_t threads,
                   struct wm_error *err)
{
    const struct wm_bench_plan *plan = bench->plan;
    struct wm_crew *crew = NULL;
    struct wm_bench_round round = {0};
    uint64_t iterations = plan->iterations > 0 ? plan->iterations : 1;
    int rc = wm_crew_new(bench->region, subject, threads, &crew, err);
    if (rc == 0 && plan->iterations == 0)
        rc = measure_once(bench, crew, false, &iterations, &round, err);
    if (rc < 0)
        return rc;
    bool slow = plan->iterations == 0 && subject->function == NULL &&
                round.timed_ns * threads >= CALL_TIMED_NS * round.iterations;
    if (slow && wm_crew_time_calls(crew) < 0)
        return wm_fail(err, -ENOMEM, "out of memory for the benchmark");
    begin_sampling(bench);
    for (uint32_t i = 0; rc == 0 && i < plan->count && !is_stopped(bench); i++) {
        rc = measure_once(bench, crew, true, &iterations, &round, err);
        if (rc == 0 && !is_stopped(bench))
            publish(bench, &round);
    }
    end_sampling(bench);
    wm_crew_free(crew);
    return rc;
}

static uint32_t most_threads(const struct wm_bench_plan *plan)
{
    uint32_t most = 1;
    for (uint32_t i = 0; i < plan->cpu_count; i++)
        if (plan->cpus[i] > most)
            most = plan->cpus[i];
    return most;
}

static int fill_pool(struct bench *bench, struct wm_subject *subject, struct wm_error *err)
{
    if (subject->function != NULL)
        return 0;
    uint32_t groups = WM_CONTEXT_MAX / 2 / most_threads(bench->plan);
    return wm_pool_fill(&subject->pool, wm_app_find(bench->app, subject->name), bench->stream,
                        groups < GROUPS_MAX ? groups : GROUPS_MAX, err);
}

static int run_subject(struct bench *bench, struct wm_subject *subject, struct wm_error *err)
{
    int rc = fill_pool(bench, subject, err);
    if (rc == -ENOENT) { /* others may have some */
        wm_probe_note("%s was left out: %s", subject->name, err->text);
        (void)atomic_fetch_sub_explicit(&bench->region->bench.rounds_wanted,
                                        bench->plan->count * bench->plan->cpu_count,
                                        memory_order_relaxed);
        rc = 0;
    } else {
        for (uint32_t i = 0; rc == 0 && i < bench->plan->cpu_count && !is_stopped(bench); i++)
            rc = measure(bench, subject, bench->plan->cpus[i], err);
    }
    wm_pool_done(&subject->pool);
    return rc;
}

int wm_bench_run(struct wm_region *region, const struct wm_app *app, struct wm_stream *stream,
                 struct wm_error *err)
{
    static struct bench bench;
    bench =
        (struct bench){.region = region, .plan = &region->plan.bench, .app = app, .stream = stream};
    int rc = find_subjects(&bench, err);
    if (rc < 0)
        return rc;
    region->worker_count = most_threads(bench.plan);
    atomic_store_explicit(&region->bench.rounds_wanted,
                          bench.subject_count * bench.plan->cpu_count * bench.plan->count,
                          memory_order_relaxed);
    if (bench.plan->function != 0)
        (void)wm_probe_watch_calls((const void *)(uintptr_t)(app->bias + bench.plan->function));
    wm_probe_calibrate(region->plan.hz);
    atomic_store_explicit(&region->stage, WM_STAGE_WARMING, memory_order_release);
    for (uint32_t i = 0; rc == 0 && i < bench.subject_count && !is_stopped(&bench); i++)
        rc = run_subject(&bench, &bench.subjects[i], err);
    if (rc == 0 && atomic_load_explicit(&region->bench.rounds_wanted, memory_order_relaxed) == 0)
        rc = wm_fail_at(err, -EINVAL, "--workload",
                        "the mix has no request for an entry point that '%s' matches",
                        bench.plan->pattern);
    atomic_store_explicit(&region->stage, WM_STAGE_ENDING, memory_order_release);
    return rc;
}
