/* calls.c - sums of calls. What is touched for each call is as small as it can be. */
#include "profiles/views/calls.h"

#include "profiles/views/measure.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum { DENSE_NODES_MAX = 512 }; /* a table of 1 MiB */

int wm_calls_init(struct wm_calls *calls, size_t node_count, bool has_divisors)
{
    *calls = (struct wm_calls){.node_count = node_count, .has_divisors = has_divisors};
    if (node_count > DENSE_NODES_MAX)
        return 0;
    calls->dense = calloc(node_count * node_count + 1, sizeof(calls->dense[0]));
    return calls->dense != NULL ? 0 : -ENOMEM;
}

void wm_calls_done(struct wm_calls *calls)
{
    free(calls->dense);
    wm_pairs_done(&calls->known);
    free(calls->sums);
    free(calls->divisors);
    free(calls->pairs);
    *calls = (struct wm_calls){0};
}

static int grow(struct wm_calls *calls)
{
    const size_t capacity = calls->capacity == 0 ? 256 : 2 * calls->capacity;
    struct wm_call_sum *sums = reallocarray(calls->sums, capacity, sizeof(sums[0]));
    calls->sums = sums != NULL ? sums : calls->sums;
    uint64_t *pairs = reallocarray(calls->pairs, capacity, sizeof(pairs[0]));
    calls->pairs = pairs != NULL ? pairs : calls->pairs;
    if (sums == NULL || pairs == NULL)
        return -ENOMEM;
    if (calls->has_divisors) {
        int64_t *divisors = reallocarray(calls->divisors, capacity, sizeof(divisors[0]));
        if (divisors == NULL)
            return -ENOMEM;
        calls->divisors = divisors;
    }
    calls->capacity = capacity;
    return 0;
}

/* The number that a new pair gets; -ENOMEM. */
static int64_t add_sum(struct wm_calls *calls, uint32_t from, uint32_t to)
{
    if (calls->count == calls->capacity && grow(calls) < 0)
        return -ENOMEM;
    calls->sums[calls->count] = (struct wm_call_sum){.marks = WM_CALL_INLINE};
    if (calls->has_divisors)
        calls->divisors[calls->count] = 0;
    calls->pairs[calls->count] = wm_pair(from, to);
    return (int64_t)calls->count++;
}

/* The number of the pair's sum, made if it is new; -ENOMEM. */
static inline int64_t find_sum(struct wm_calls *calls, uint32_t from, uint32_t to)
{
    if (calls->dense != NULL) {
        uint32_t *cell = &calls->dense[from * calls->node_count + to];
        if (*cell != 0)
            return *cell - 1;
        int64_t added = add_sum(calls, from, to);
        *cell = added < 0 ? 0 : (uint32_t)added + 1;
        return added;
    }
    int64_t number = wm_pairs_add(&calls->known, from, to);
    return number < 0 || (size_t)number < calls->count ? number : add_sum(calls, from, to);
}

static inline uint32_t join_marks(uint32_t left, uint32_t right)
{
    return (left & right & WM_CALL_INLINE) | ((left | right) & WM_CALL_RESIDUAL);
}

int wm_calls_count(struct wm_calls *calls, const struct wm_call_cost *cost)
{
    const size_t gathered = calls->gathered;
    calls->gathered = 0;
    for (size_t i = 0; calls->dense == NULL && i < gathered; i++)
        wm_pairs_ask(&calls->known, calls->calls[i].from, calls->calls[i].to);
    for (size_t i = 0; i < gathered; i++) {
        struct wm_call *call = &calls->calls[i];
        int64_t number = find_sum(calls, call->from, call->to);
        if (number < 0)
            return -ENOMEM;
        call->number = (uint32_t)number;
        __builtin_prefetch(&calls->sums[number], 1);
    }
    for (size_t i = 0; i < gathered; i++) {
        const struct wm_call *call = &calls->calls[i];
        struct wm_call_sum *sum = &calls->sums[call->number];
        const bool counts = sum->sample != cost->sample; /* for the first time in the sample */
        sum->sample = cost->sample;
        sum->weight = wm_add_wrapping(sum->weight, counts ? cost->weight : 0);
        if (counts)
            sum->marks = join_marks(sum->marks, call->marks);
        if (calls->has_divisors && counts)
            calls->divisors[call->number] =
                wm_add_wrapping(calls->divisors[call->number], cost->divisor);
    }
    return 0;
}

int wm_calls_join(struct wm_calls *into, const struct wm_calls *from)
{
    for (size_t i = 0; i < from->count; i++) {
        int64_t number = find_sum(into, (uint32_t)(from->pairs[i] >> 32), (uint32_t)from->pairs[i]);
        if (number < 0)
            return -ENOMEM;
        const struct wm_call_sum *more = &from->sums[i];
        struct wm_call_sum *sum = &into->sums[number];
        sum->weight = wm_add_wrapping(sum->weight, more->weight);
        sum->marks = join_marks(sum->marks, more->marks);
        if (into->has_divisors)
            into->divisors[number] = wm_add_wrapping(into->divisors[number], from->divisors[i]);
    }
    return 0;
}
