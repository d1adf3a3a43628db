/* gather.c - the door: one drain, one sum, one finish. */
#include "profiles/gather/gather.h"

#include "harness/core/clock.h"
#include "harness/core/text.h"
#include "profiles/gather/aggregate.h"
#include "profiles/gather/drain.h"
#include "profiles/gather/finish.h"
#include "profiles/gather/modules.h"
#include "profiles/gather/resolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A CPU time above this (52 days for a thread, 73 minutes for a sample) is not one. */
#define LOST_CPU_MAX (UINT64_C(1) << 52)
#define SAMPLE_CPU_MAX (UINT64_C(1) << 42)

struct wm_gather {
    struct wm_region *region;
    struct wm_drain drain;
    struct wm_aggregate aggregate;
    struct wm_resolve resolve;
    struct wm_modules modules;
    struct wm_histogram cost;
    uint64_t samples;
    uint64_t damaged;
    uint64_t last_sign_ns;
};

static int take_sample(void *user, const struct wm_sample *sample);
static int take_end(void *user, const struct wm_end *end);

int wm_gather_new(struct wm_region *region, struct wm_gather **ret_gather)
{
    struct wm_gather *gather = calloc(1, sizeof(*gather));
    if (gather == NULL)
        return -ENOMEM;
    gather->region = region;
    wm_drain_init(&gather->drain, region);
    int rc = wm_aggregate_init(&gather->aggregate, WM_STACK_LIMIT);
    if (rc == 0)
        rc = wm_resolve_init(&gather->resolve, &gather->aggregate);
    if (rc == 0)
        rc = wm_modules_init(&gather->modules, region);
    if (rc < 0) {
        wm_gather_free(gather);
        return rc;
    }
    *ret_gather = gather;
    return 0;
}

void wm_gather_free(struct wm_gather *gather)
{
    if (gather == NULL)
        return;
    wm_resolve_done(&gather->resolve);
    wm_aggregate_done(&gather->aggregate);
    wm_modules_done(&gather->modules);
    free(gather);
}

int wm_gather_drain(struct wm_gather *gather)
{
    struct wm_drain_sink sink = {take_sample, take_end, gather};
    int64_t records = wm_drain_all(&gather->drain, &sink);
    if (records > 0)
        gather->last_sign_ns = wm_clock_now_ns();
    return records < 0 ? (int)records : 0;
}

uint64_t wm_gather_samples(const struct wm_gather *gather)
{
    return gather->samples;
}

static int take_sample(void *user, const struct wm_sample *sample)
{
    struct wm_gather *gather = user;
    uint32_t node = sample->node < WM_NODE_MAX ? sample->node : WM_NODE_ROOT;
    if (sample->cpu_ns > SAMPLE_CPU_MAX) {
        gather->damaged++;
        return 0;
    }
    gather->samples++;
    wm_histogram_add(&gather->cost, sample->cost_ns);
    int64_t stack =
        wm_aggregate_stack(&gather->aggregate, node, sample->frames, sample->frame_count);
    if (stack < 0)
        return (int)stack;
    if (sample->request != 0)
        return wm_resolve_sample(&gather->resolve, sample->request, (uint32_t)stack,
                                 sample->cpu_ns);
    bool harness = (sample->flags & WM_SAMPLE_HARNESS) != 0;
    struct wm_weight weight = {1, sample->cpu_ns, (double)sample->cpu_ns * (double)sample->cpu_ns};
    return wm_aggregate_add(&gather->aggregate, harness ? WM_SLOT_HARNESS : WM_SLOT_UNATTRIBUTED,
                            (uint32_t)stack, &weight);
}

static int take_end(void *user, const struct wm_end *end)
{
    struct wm_gather *gather = user;
    return wm_resolve_end(&gather->resolve, end);
}

/* A cost that the app's side says it could give to no sample. */
static uint64_t lost_cpu(struct wm_finish *finish, uint64_t cpu_ns)
{
    if (cpu_ns <= LOST_CPU_MAX)
        return cpu_ns;
    finish->losses.damaged++;
    return 0;
}

static void sum_lost(struct wm_finish *finish)
{
    struct wm_weight *paths = finish->aggregate->paths;
    for (uint32_t i = 0; i < WM_THREAD_MAX; i++) {
        const struct wm_thread *thread = &finish->region->threads[i];
        finish->lost_cpu_ns[0] += lost_cpu(finish, thread->lost_cpu_ns);
        finish->lost_cpu_ns[1] += lost_cpu(finish, thread->lost_harness_cpu_ns);
    }
    paths[WM_SLOT_UNATTRIBUTED].cpu_ns += finish->lost_cpu_ns[0];
    paths[WM_SLOT_HARNESS].cpu_ns += finish->lost_cpu_ns[1];
}

static int prepare_run(struct wm_run *run)
{
    int rc = 0;
    if (run->paths == NULL)
        rc = wm_paths_new(&run->paths);
    if (rc == 0 && run->segments == NULL)
        rc = wm_segments_new(&run->segments);
    if (rc == 0 && run->profile == NULL)
        rc = wm_profile_new(&run->profile);
    return rc;
}

/* All that comes before the run can be filled: the last records, the tables, the binaries. */
static int prepare(struct wm_gather *gather, struct wm_finish *finish)
{
    int rc = wm_gather_drain(gather);
    if (rc == 0)
        rc = wm_resolve_flush(&gather->resolve);
    if (rc == 0)
        rc = wm_known_init(&finish->known, gather->region);
    if (rc == 0)
        rc = wm_modules_update(&gather->modules);
    if (rc == 0)
        rc = prepare_run(finish->run);
    if (rc < 0)
        return rc;
    finish->cost = gather->cost;
    finish->last_sign_ns = gather->last_sign_ns;
    finish->losses.damaged = gather->damaged + gather->resolve.damaged_ends +
                             wm_aggregate_settle(&gather->aggregate, finish->known.path_count) +
                             finish->known.damaged + gather->modules.damaged;
    finish->losses.rings_abandoned = gather->drain.rings_abandoned;
    finish->losses.stacks_cut = gather->aggregate.cut;
    finish->losses.requests_given_up = gather->resolve.given_up;
    sum_lost(finish);
    return 0;
}

int wm_gather_finish(struct wm_gather *gather, struct wm_run *run, struct wm_error *err)
{
    struct wm_finish *finish = calloc(1, sizeof(*finish));
    if (finish == NULL)
        return wm_fail_errno(err, -ENOMEM, "", "gather the run's samples");
    finish->region = gather->region;
    finish->aggregate = &gather->aggregate;
    finish->modules = &gather->modules;
    finish->run = run;
    finish->timed_only = gather->region->plan.bench.kind != WM_BENCH_NONE;
    finish->path_names = calloc(WM_SLOT_MAX, sizeof(*finish->path_names));
    wm_arena_init(&finish->known.arena);
    int rc = finish->path_names != NULL ? prepare(gather, finish) : -ENOMEM;
    if (rc == 0)
        rc = wm_finish_paths(finish);
    if (rc == 0)
        rc = wm_finish_segments(finish);
    if (rc == 0)
        rc = wm_finish_profile(finish);
    if (rc == 0)
        rc = wm_finish_totals(finish);
    if (rc == 0)
        wm_finish_notes(finish);
    else
        (void)wm_fail_errno(err, rc, "", "gather the run's samples");
    wm_known_done(&finish->known);
    free(finish->path_names);
    free(finish);
    return rc;
}

const char *wm_gather_describe(struct wm_gather *gather, struct wm_run *run, uint64_t address)
{
    struct wm_symbol_frame frames[WM_SYMBOL_FRAME_MAX];
    if (wm_modules_update(&gather->modules) < 0)
        return NULL;
    size_t count = wm_symbolizer_find(gather->modules.symbolizer, address, frames);
    size_t module = wm_modules_find(&gather->modules, address);
    struct wm_text text;
    wm_text_init(&text);
    if (count > 0 && frames[0].function[0] != '\0') {
        wm_text_add(&text, frames[0].function);
        if (frames[0].file[0] != '\0')
            wm_text_addf(&text, " (%s:%u)", wm_modules_base_name(frames[0].file), frames[0].line);
    } else {
        wm_text_addf(&text, "0x%llx", (unsigned long long)address);
        if (module != SIZE_MAX)
            wm_text_addf(&text, " (%s)", wm_modules_base_name(gather->modules.list[module].path));
    }
    const char *copy = text.failed ? NULL : wm_arena_copy(run->arena, text.data, text.length);
    wm_text_done(&text);
    return copy;
}
