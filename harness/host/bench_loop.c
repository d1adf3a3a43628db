/* bench_loop.c - the timed loops. */
#include "harness/host/bench_loop.h"

#include "harness/core/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int wm_loop_init(struct wm_loop *loop, const struct wm_pool *pool, uint32_t number,
                 uint32_t workers)
{
    memset(loop, 0, sizeof(*loop));
    loop->pool = pool;
    loop->items = malloc(pool->item_count * sizeof(*loop->items));
    loop->groups = calloc(pool->group_count, sizeof(*loop->groups));
    if (loop->items == NULL || loop->groups == NULL) {
        wm_loop_done(loop);
        return -ENOMEM;
    }
    memcpy(loop->items, pool->items, pool->item_count * sizeof(*loop->items));
    loop->at = (uint32_t)((uint64_t)pool->item_count * number / workers);
    return 0;
}

void wm_loop_done(struct wm_loop *loop)
{
    free(loop->items);
    free(loop->groups);
    free(loop->latency);
    memset(loop, 0, sizeof(*loop));
}

/* ---- What is timed ---- */

/* Where a loop is in the pool: in registers, unlike the loop itself, which a call might change. */
struct place {
    const struct wm_pool_item *item, *first, *end;
};

static struct place find_place(const struct wm_loop *loop)
{
    const struct wm_pool_item *first = loop->items;
    return (struct place){first + loop->at, first, first + loop->pool->item_count};
}

static void keep_place(struct wm_loop *loop, const struct place *place)
{
    loop->at = (uint32_t)(place->item - place->first);
}

/* Calls the next item. */
static inline void call(struct wm_loop *loop, struct place *place, wm_entry_fn *function,
                        struct wm_reply *reply)
{
    const struct wm_pool_item *item = place->item;
    struct wm_context *context = item->request.context;
    if (context != wm_context_current)
        (void)wm_context_attach(context);
    /* a crash tells which request it was; a context is the start of its slot in the region */
    ((struct wm_context_slot *)context)->index = item->request.index;
    if (__builtin_expect(function(&item->request, reply) != 0, 0))
        loop->groups[item->group].errors++;
    place->item = item + 1 < place->end ? item + 1 : place->first;
}

__attribute__((noinline)) static uint64_t call_all(struct wm_loop *loop, wm_entry_fn *function,
                                                   uint64_t iterations)
{
    struct wm_reply reply = {0};
    struct place place = find_place(loop);
    uint64_t began_ns = wm_clock_now_ns();
    for (uint64_t i = 0; i < iterations; i++)
        call(loop, &place, function, &reply);
    uint64_t ended_ns = wm_clock_now_ns();
    keep_place(loop, &place);
    return ended_ns - began_ns;
}

/* The same with a clock reading after each call, for calls so long that it does not show. */
__attribute__((noinline)) static uint64_t call_all_timed(struct wm_loop *loop,
                                                         wm_entry_fn *function, uint64_t iterations)
{
    struct wm_reply reply = {0};
    struct place place = find_place(loop);
    uint64_t began_ns = wm_clock_now_ns();
    uint64_t last_ns = began_ns;
    for (uint64_t i = 0; i < iterations; i++) {
        call(loop, &place, function, &reply);
        uint64_t now_ns = wm_clock_now_ns();
        wm_histogram_add(loop->latency, now_ns - last_ns);
        last_ns = now_ns;
    }
    keep_place(loop, &place);
    return last_ns - began_ns;
}

/* ---- Around it ---- */

static int open_contexts(struct wm_loop *loop, bool counted)
{
    const struct wm_pool *pool = loop->pool;
    for (uint32_t i = 0; i < pool->group_count; i++) {
        const struct wm_pool_group *group = &pool->groups[i];
        struct wm_context *context =
            wm_probe_begin(pool->entry->number, group->row, group->first_index, counted);
        if (context == NULL)
            return -EBUSY;
        wm_probe_stands_for_many(context);
        (void)wm_context_detach();
        loop->groups[i] = (struct wm_loop_group){.context = context};
    }
    for (uint32_t i = 0; i < pool->item_count; i++)
        loop->items[i].request.context = loop->groups[loop->items[i].group].context;
    return 0;
}

/* From the loop's place before it began: whole rounds of the pool, and the rest. */
static void count_calls(struct wm_loop *loop, uint32_t from, uint64_t iterations)
{
    uint32_t count = loop->pool->item_count;
    uint64_t rounds = iterations / count;
    uint32_t rest = (uint32_t)(iterations % count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = i >= from ? i - from : i + count - from;
        loop->groups[loop->items[i].group].calls += rounds + (place < rest);
    }
}

static void close_contexts(struct wm_loop *loop, struct wm_tally *tally,
                           struct wm_loop_result *result)
{
    (void)wm_context_detach();
    for (uint32_t i = 0; i < loop->pool->group_count; i++) {
        const struct wm_pool_group *group = &loop->pool->groups[i];
        const struct wm_loop_group *ours = &loop->groups[i];
        struct wm_probe_end end;
        wm_probe_end(ours->context, &end);
        result->errors += ours->errors;
        if (group->mixed)
            result->mixed += ours->calls;
        else if (ours->calls > 0 && end.path != group->path)
            result->strayed += ours->calls;
        if (tally != NULL)
            wm_tally_add_many(tally, &(struct wm_tally_sum){.first_index = group->first_index,
                                                            .requests = ours->calls,
                                                            .errors = ours->errors,
                                                            .allocs = end.allocs,
                                                            .alloc_bytes = end.alloc_bytes,
                                                            .row = group->row,
                                                            .path = end.path});
    }
}

static uint64_t thread_cpu_ns(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0)
        return 0;
    return (uint64_t)now.tv_sec * WM_NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* `function` stands for the entry point's, or is it. */
static int run(struct wm_loop *loop, wm_entry_fn *function, uint64_t iterations,
               struct wm_tally *tally, struct wm_loop_result *result)
{
    uint64_t allocs, bytes, cpu_ns;
    uint32_t from = loop->at;
    int rc = open_contexts(loop, tally != NULL);
    if (rc < 0)
        return rc;
    wm_probe_allocs(&allocs, &bytes);
    wm_probe_take_calls(&result->calls); /* of before, forgotten */
    cpu_ns = thread_cpu_ns();
    result->timed_ns = loop->latency != NULL ? call_all_timed(loop, function, iterations)
                                             : call_all(loop, function, iterations);
    result->cpu_ns = thread_cpu_ns() - cpu_ns;
    wm_probe_take_calls(&result->calls);
    wm_probe_allocs(&result->allocs, &result->alloc_bytes);
    result->allocs -= allocs;
    result->alloc_bytes -= bytes;
    count_calls(loop, from, iterations);
    close_contexts(loop, tally, result);
    return 0;
}

int wm_loop_run(struct wm_loop *loop, uint64_t iterations, struct wm_tally *tally,
                struct wm_loop_result *ret_result)
{
    memset(ret_result, 0, sizeof(*ret_result));
    return run(loop, loop->pool->entry->entry->function, iterations, tally, ret_result);
}

int wm_loop_time_empty(struct wm_loop *loop, wm_entry_fn *function, uint64_t calls,
                       uint64_t *ret_ns)
{
    struct wm_loop_result result;
    memset(&result, 0, sizeof(result));
    int rc = run(loop, function, calls, NULL, &result);
    *ret_ns = result.timed_ns;
    return rc;
}

int wm_loop_run_bench(wm_bench_fn *function, uint32_t number, uint64_t iterations,
                      struct wm_tally *tally, struct wm_loop_result *ret_result)
{
    struct wm_probe_end end;
    struct wm_bench bench = {.iterations = iterations};
    memset(ret_result, 0, sizeof(*ret_result));
    bench.context = wm_probe_begin(number, WM_ROW_NONE, 0, tally != NULL);
    if (bench.context == NULL)
        return -EBUSY;
    wm_probe_stands_for_many(bench.context);
    (void)wm_context_detach();
    function(&bench);
    (void)wm_context_detach();
    wm_probe_end(bench.context, &end);
    if (bench.phase == WM_BENCH_OVER_PAUSED)
        return -EINPROGRESS;
    if (bench.phase != WM_BENCH_OVER)
        return -EBADMSG;
    ret_result->timed_ns = bench.timed_ns;
    ret_result->cpu_ns = bench.pauses == 0 ? bench.cpu_ns : 0;
    ret_result->allocs = bench.allocs;
    ret_result->alloc_bytes = bench.alloc_bytes;
    ret_result->pauses = bench.pauses;
    ret_result->metric_count = bench.metric_count;
    ret_result->metrics_lost = bench.metrics_lost;
    memcpy(ret_result->metrics, bench.metrics, sizeof(bench.metrics));
    if (tally != NULL)
        wm_tally_add_many(tally, &(struct wm_tally_sum){.requests = iterations,
                                                        .allocs = bench.allocs,
                                                        .alloc_bytes = bench.alloc_bytes,
                                                        .row = WM_ROW_NONE,
                                                        .path = end.path});
    return 0;
}
