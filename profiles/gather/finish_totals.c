/* finish_totals.c - the run's figures that stand for themselves, and what was run, in words. */
#include "profiles/gather/finish.h"

#include "harness/core/clock.h"
#include "harness/core/intern.h"
#include "harness/core/text.h"
#include "harness/core/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint64_t wm_finish_started_wall_ns(const struct wm_finish *finish)
{
    uint64_t started_ns = atomic_load(&finish->region->started_ns);
    uint64_t now_ns = wm_clock_now_ns();
    uint64_t ago_ns = started_ns > 0 && started_ns < now_ns ? now_ns - started_ns : 0;
    return wm_clock_wall_ns() - ago_ns;
}

uint64_t wm_finish_duration_ns(const struct wm_finish *finish)
{
    uint64_t started_ns = atomic_load(&finish->region->started_ns);
    uint64_t stopped_ns = atomic_load(&finish->region->stopped_ns);
    if (stopped_ns == 0)
        stopped_ns = finish->last_sign_ns;
    if (stopped_ns == 0)
        stopped_ns = wm_clock_now_ns();
    return started_ns > 0 && stopped_ns > started_ns ? stopped_ns - started_ns : 0;
}

static const char *sampler_name(uint32_t sampler)
{
    static const char *const names[] = {
        [WM_SAMPLER_NONE] = "none", [WM_SAMPLER_PERF] = "perf_event", [WM_SAMPLER_TIMER] = "timer"};
    return sampler < sizeof(names) / sizeof(names[0]) ? names[sampler] : "none";
}

/* Requests that were in flight when the app crashed: no worker was left to count them. */
static uint64_t count_open(const struct wm_region *region)
{
    uint64_t open = 0;
    for (uint32_t i = 0; i < WM_CONTEXT_MAX; i++)
        if (atomic_load(&region->contexts[i].state) == WM_CONTEXT_OPEN &&
            region->contexts[i].counted != 0)
            open++;
    return open;
}

static int sum_workers(struct wm_finish *finish)
{
    struct wm_run *run = finish->run;
    struct wm_histogram *late = calloc(1, sizeof(*late));
    if (late == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < finish->known.worker_count; i++) {
        const struct wm_worker_table *worker = &finish->region->workers[i];
        run->requests += worker->requests;
        run->errors += worker->errors;
        run->unfinished += worker->unfinished;
        run->reply_bytes += worker->reply_bytes;
        if (run->open_loop)
            wm_histogram_merge(late, &worker->late);
    }
    run->unsent = finish->region->unsent;
    if (run->crashed && !finish->is_server) /* its workers are ours: they live, and have counted */
        run->unfinished += count_open(finish->region);
    run->late_p99_ns = wm_histogram_quantile(late, 0.99);
    free(late);
    return 0;
}

static void sum_sampling(struct wm_finish *finish)
{
    struct wm_run *run = finish->run;
    const struct wm_region *region = finish->region;
    for (size_t i = 0; i < WM_SLOT_MAX; i++)
        run->samples += finish->aggregate->paths[i].samples;
    run->samples_dropped = finish->counted.dropped;
    run->samples_truncated = finish->counted.truncated;
    run->hz = region->plan.hz;
    run->sampler = sampler_name(region->sampler);
    run->sample_cost_ns = region->sample_cost_ns;
    run->handler_p50_ns = wm_histogram_quantile(&finish->cost, 0.5);
    /* Without the process's own figure (it crashed), what the samples add up to. */
    uint64_t cpu_ns = run->app_cpu_ns > 0 ? run->app_cpu_ns : run->cpu_ns;
    double cost_ns = (double)(run->samples + run->samples_dropped) * (double)run->sample_cost_ns;
    if (cpu_ns > 0)
        run->sampling_share = cost_ns < (double)cpu_ns ? cost_ns / (double)cpu_ns : 1;
}

enum { ENTRIES_TOLD = 16 }; /* a server may have as many as there are names for requests */

/* The entry points that requests went to, ", " between, each once. */
static void list_entries(const struct wm_finish *finish, struct wm_text *text)
{
    const struct wm_known *known = &finish->known;
    struct wm_intern *listed = NULL;
    if (wm_intern_new(&listed) < 0) {
        text->failed = true;
        return;
    }
    for (uint32_t i = WM_PATH_OTHER + 1; i < known->path_count && !text->failed; i++) {
        size_t before = wm_intern_count(listed);
        if (known->paths[i].entry[0] == '\0' || finish->path_names[i] == NULL)
            continue;
        if (wm_intern_string(listed, known->paths[i].entry) < 0)
            text->failed = true;
        else if (wm_intern_count(listed) > before && before < ENTRIES_TOLD)
            wm_text_addf(text, "%s%s", before > 0 ? ", " : "", known->paths[i].entry);
        else if (wm_intern_count(listed) > before && before == ENTRIES_TOLD)
            wm_text_add(text, ", …");
    }
    wm_intern_free(listed);
}

/* A plain decimal of at most three places, with a comma at the thousands. */
static void add_number(struct wm_text *text, double value)
{
    char buffer[WM_UNIT_BYTES];
    uint64_t thousandths = value > 0 && value < 1e15 ? (uint64_t)(value * 1000 + 0.5) : 0;
    wm_text_add(text, wm_units_count(thousandths / 1000, buffer));
    unsigned rest = (unsigned)(thousandths % 1000);
    if (rest % 10 != 0)
        wm_text_addf(text, ".%03u", rest);
    else if (rest % 100 != 0)
        wm_text_addf(text, ".%02u", rest / 10);
    else if (rest != 0)
        wm_text_addf(text, ".%u", rest / 100);
}

static void describe_load(const struct wm_finish *finish, struct wm_text *text)
{
    const struct wm_plan *plan = &finish->region->plan;
    if (finish->target == WM_TARGET_WATCH) {
        wm_text_add(text, "somebody else's load");
        return;
    }
    if (plan->bench.kind != WM_BENCH_NONE) {
        wm_text_add(text, "benchmark, back to back");
        return;
    }
    switch ((enum wm_law)plan->law) {
    case WM_LAW_CLOSED:
        wm_text_add(text, "closed loop");
        break;
    case WM_LAW_CONSTANT:
    case WM_LAW_POISSON:
        wm_text_add(text, "open loop, ");
        add_number(text, plan->rate_per_second);
        wm_text_add(text, plan->law == WM_LAW_CONSTANT ? "/s constant" : "/s poisson");
        break;
    case WM_LAW_RECORDED:
        wm_text_add(text, "as recorded, speed ");
        add_number(text, plan->speed);
        break;
    }
    wm_text_addf(text, ", %u thread%s", plan->threads, plan->threads == 1 ? "" : "s");
    if (plan->law == WM_LAW_CLOSED && plan->concurrency > plan->threads)
        wm_text_addf(text, ", %u requests in flight", plan->concurrency);
}

static const char *take(struct wm_run *run, struct wm_text *text)
{
    const char *copy = text->failed ? NULL : wm_arena_copy(run->arena, text->data, text->length);
    wm_text_done(text);
    return copy;
}

static int fill_texts(struct wm_finish *finish)
{
    struct wm_run *run = finish->run;
    char started[WM_CLOCK_TEXT_BYTES];
    struct wm_text text;
    wm_clock_format_utc_us(wm_finish_started_wall_ns(finish), started);
    run->started = wm_arena_copy(run->arena, started, strlen(started));
    wm_text_init(&text);
    list_entries(finish, &text);
    run->entry = take(run, &text);
    wm_text_init(&text);
    describe_load(finish, &text);
    run->load = take(run, &text);
    return run->started != NULL && run->entry != NULL && run->load != NULL ? 0 : -ENOMEM;
}

int wm_finish_totals(struct wm_finish *finish)
{
    struct wm_run *run = finish->run;
    const struct wm_region *region = finish->region;
    if (finish->is_server) {
        int served = wm_finish_served(finish);
        if (served < 0)
            return served;
    }
    run->seconds = (double)wm_finish_duration_ns(finish) / (double)WM_NS_PER_SECOND;
    run->crashed =
        atomic_load(&region->crash.ready) != 0 || atomic_load(&region->stage) < WM_STAGE_DONE;
    run->app_cpu_ns = region->app_cpu_ns;
    run->open_loop = region->plan.law != WM_LAW_CLOSED;
    int rc = sum_workers(finish);
    if (rc < 0)
        return rc;
    sum_sampling(finish);
    return fill_texts(finish);
}
