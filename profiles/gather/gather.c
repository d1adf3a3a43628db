/* gather.c - the door: one drain, one sum, one finish. */
#include "profiles/gather/gather.h"

#include "harness/core/clock.h"
#include "harness/core/text.h"
#include "profiles/gather/aggregate.h"
#include "profiles/gather/counted.h"
#include "profiles/gather/drain.h"
#include "profiles/gather/finish.h"
#include "profiles/gather/labels.h"
#include "profiles/gather/modules.h"
#include "profiles/gather/resolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A CPU time of a sample above this (73 minutes) is not one. */
#define SAMPLE_CPU_MAX (UINT64_C(1) << 42)

struct wm_gather {
    struct wm_region *region;
    uint32_t target; /* enum wm_target_kind, as it was before anybody else saw the region */
    bool is_server;
    bool counting; /* of a server: between begin and end */
    struct wm_drain drain;
    struct wm_counted counted;
    struct wm_aggregate aggregate;
    struct wm_resolve resolve;
    struct wm_modules modules;
    struct wm_segment_rules *rules; /* NULL: none */
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
    gather->counted.region = region;
    gather->target = region->plan.target;
    gather->is_server = gather->target != WM_TARGET_HOST;
    gather->counting = !gather->is_server;
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
    wm_segment_rules_free(gather->rules);
    free(gather);
}

int wm_gather_drain(struct wm_gather *gather)
{
    struct wm_drain_sink sink = {take_sample, take_end, gather};
    int64_t records = wm_drain_all(&gather->drain, &sink);
    if (records > 0)
        gather->last_sign_ns = wm_clock_now_ns();
    return records < 0 ? (int)records : wm_resolve_ask(&gather->resolve, gather->region);
}

int wm_gather_begin(struct wm_gather *gather)
{
    wm_counted_read_clocks(&gather->counted);
    int rc = wm_gather_drain(gather);
    if (rc < 0)
        return rc;
    wm_counted_begin(&gather->counted);
    gather->counting = true;
    atomic_store(&gather->region->app_running, 1);
    return 0;
}

int wm_gather_end(struct wm_gather *gather)
{
    wm_counted_read_clocks(&gather->counted);
    int rc = wm_gather_drain(gather);
    if (rc < 0)
        return rc;
    wm_counted_end(&gather->counted);
    gather->counting = false;
    atomic_store(&gather->region->app_running, 0);
    return 0;
}

uint64_t wm_gather_samples(const struct wm_gather *gather)
{
    return gather->samples;
}

static int64_t number_stack(struct wm_gather *gather, const struct wm_sample *sample)
{
    uint32_t node = sample->node < WM_NODE_MAX ? sample->node : WM_NODE_ROOT;
    uint32_t image = gather->region->threads[gather->drain.thread].image;
    uint64_t frames[WM_FRAME_MAX];
    uint32_t count = sample->frame_count < WM_FRAME_MAX ? sample->frame_count : WM_FRAME_MAX;
    for (uint32_t i = 0; i < count; i++)
        frames[i] = wm_modules_tag(image, sample->frames[i]);
    return wm_aggregate_stack(&gather->aggregate, node, frames, count);
}

/* Whose a sample is that came in no request. */
static uint32_t slot_of_none(const struct wm_gather *gather, const struct wm_sample *sample)
{
    if (gather->is_server)
        return WM_SLOT_BACKGROUND;
    return (sample->flags & WM_SAMPLE_HARNESS) != 0 ? WM_SLOT_HARNESS : WM_SLOT_UNATTRIBUTED;
}

static int take_sample(void *user, const struct wm_sample *sample)
{
    struct wm_gather *gather = user;
    if (!gather->counting)
        return 0;
    if (sample->cpu_ns > SAMPLE_CPU_MAX) {
        gather->damaged++;
        return 0;
    }
    gather->samples++;
    wm_histogram_add(&gather->cost, sample->cost_ns);
    int64_t stack = number_stack(gather, sample);
    if (stack < 0)
        return (int)stack;
    uint64_t cpu_ns = wm_counted_cpu_ns(&gather->counted, gather->drain.thread, sample->cpu_ns);
    if (gather->is_server && wm_label_is(sample->request))
        return wm_resolve_labelled(&gather->resolve, gather->region, sample->request,
                                   (uint32_t)stack, cpu_ns);
    if (sample->request != 0)
        return wm_resolve_sample(&gather->resolve, sample->request, (uint32_t)stack, cpu_ns);
    struct wm_weight weight = {1, cpu_ns, (double)cpu_ns * (double)cpu_ns};
    return wm_aggregate_add(&gather->aggregate, slot_of_none(gather, sample), (uint32_t)stack,
                            &weight);
}

static int take_end(void *user, const struct wm_end *end)
{
    struct wm_gather *gather = user;
    return wm_resolve_end(&gather->resolve, end);
}

static void sum_lost(struct wm_finish *finish)
{
    struct wm_weight *paths = finish->aggregate->paths;
    if (finish->is_server) { /* which has no threads of ours */
        finish->counted.lost_cpu_ns += finish->counted.lost_harness_cpu_ns;
        finish->counted.lost_harness_cpu_ns = 0;
    }
    paths[WM_SLOT_UNATTRIBUTED].cpu_ns += finish->counted.lost_cpu_ns;
    paths[WM_SLOT_HARNESS].cpu_ns += finish->counted.lost_harness_cpu_ns;
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
    bool is_unended = gather->is_server && gather->counting;
    int rc = is_unended ? wm_gather_end(gather) : wm_gather_drain(gather);
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
    wm_counted_sum(&gather->counted, &finish->counted);
    finish->losses.damaged = gather->damaged + finish->counted.damaged +
                             gather->resolve.damaged_ends +
                             wm_aggregate_settle(&gather->aggregate, finish->known.path_count) +
                             finish->known.damaged + gather->modules.damaged;
    finish->losses.rings_abandoned = gather->drain.rings_abandoned;
    finish->losses.stacks_cut = gather->aggregate.cut;
    finish->losses.requests_given_up = gather->resolve.given_up;
    finish->losses.labels_gone = gather->resolve.labels_gone;
    sum_lost(finish);
    return 0;
}

int wm_gather_segments(struct wm_gather *gather, const char *file, struct wm_error *err)
{
    return wm_segment_rules_read(file, &gather->rules, err);
}

static int fill(struct wm_finish *finish)
{
    static int (*const steps[])(struct wm_finish *) = {
        wm_finish_paths,    wm_finish_locations, wm_finish_stacks,
        wm_finish_segments, wm_finish_profile,   wm_finish_totals,
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
        rc = steps[i](finish);
    if (rc == 0)
        wm_finish_notes(finish);
    return rc;
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
    finish->rules = gather->rules;
    finish->target = gather->target;
    finish->is_server = gather->is_server;
    finish->timed_only = gather->region->plan.bench.kind != WM_BENCH_NONE;
    finish->path_names = calloc(WM_SLOT_MAX, sizeof(*finish->path_names));
    wm_arena_init(&finish->known.arena);
    int rc = finish->path_names != NULL ? prepare(gather, finish) : -ENOMEM;
    if (rc == 0)
        rc = fill(finish);
    if (rc < 0)
        (void)wm_fail_errno(err, rc, "", "gather the run's samples");
    wm_known_done(&finish->known);
    wm_locations_done(&finish->locations);
    free(finish->stack_nodes);
    free(finish->rules_seen);
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
