/* calls.c - sums of calls. What is touched for each call is as small as it can be. */
#include "profiles/report/calls.h"

#include "profiles/report/measure.h"

#include <errno.h>
#include <stdlib.h>

int wm_calls_init(struct wm_calls *calls, const unsigned char *wishes, size_t node_count)
{
    const uint32_t near = node_count < WM_CALLS_FEW ? (uint32_t)node_count + 1 : WM_CALLS_NEAR;
    *calls = (struct wm_calls){.wishes = wishes, .all_near = node_count < near};
    return wm_pairs_init(&calls->known, near, near);
}

void wm_calls_done(struct wm_calls *calls)
{
    wm_pairs_done(&calls->known);
    free(calls->sums);
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
    calls->capacity = capacity;
    return 0;
}

/* The number of the pair's sum, made if it is new; -ENOMEM. */
static int64_t find_sum(struct wm_calls *calls, uint32_t from, uint32_t to)
{
    const int64_t number = wm_pairs_add(&calls->known, from, to);
    if (number < 0 || (size_t)number < calls->count)
        return number;
    if (calls->count == calls->capacity && grow(calls) < 0)
        return -ENOMEM;
    calls->sums[calls->count] = (struct wm_call_sum){0};
    calls->pairs[calls->count] = wm_pair(from, to);
    calls->count++;
    return number;
}

/* Without branches: whether a call is met again in the sample is not to be foreseen. */
static inline void add(struct wm_call_sum *sum, uint32_t flags, const struct wm_call_cost *cost)
{
    const int64_t counts = -(int64_t)(sum->sample != cost->sample); /* all bits, or none */
    sum->sample = cost->sample;
    sum->weight = wm_add_wrapping(sum->weight, cost->weight & counts);
    sum->flags |= (unsigned char)(flags & (uint64_t)counts);
}

static bool is_wished(const struct wm_calls *calls, uint32_t from, uint32_t to)
{
    return from != 0 && from != to &&
           ((calls->wishes[from] & WM_CALLS_FROM) | (calls->wishes[to] & WM_CALLS_TO)) != 0;
}

static int count_gathered(struct wm_calls *calls, size_t gathered, const struct wm_call_cost *cost)
{
    for (size_t i = 0; i < gathered; i++)
        wm_pairs_ask(&calls->known, calls->calls[i].from, calls->calls[i].to);
    for (size_t i = 0; i < gathered; i++) {
        struct wm_call *call = &calls->calls[i];
        const int64_t number = find_sum(calls, call->from, call->to);
        if (number < 0)
            return -ENOMEM;
        call->number = (uint32_t)number;
        __builtin_prefetch(&calls->sums[number], 1);
    }
    for (size_t i = 0; i < gathered; i++)
        add(&calls->sums[calls->calls[i].number], calls->calls[i].flags, cost);
    return 0;
}

/* Puts aside what has no place in the table; there is nothing if all nodes are near. Returns how
 * many that are; -ENOMEM. */
static inline int64_t count_near(struct wm_calls *calls, const uint32_t *entries, size_t count,
                                 struct wm_call_cost *cost, const bool all_near)
{
    const uint32_t *near = calls->known.near, side = calls->known.rows;
    struct wm_call_cost at = *cost; /* a copy, so that it stays in registers */
    size_t gathered = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t from = at.caller, to = entries[i] >> WM_ENTRY_BITS;
        const uint32_t flags = entries[i] & WM_ENTRY_FLAGS;
        at.caller = to;
        if (!all_near && (from >= side || to >= side)) {
            calls->calls[gathered] = (struct wm_call){from, to, 0, flags};
            gathered += is_wished(calls, from, to);
            continue;
        }
        int64_t number = (int64_t)near[(size_t)from * side + to] - 1;
        if (number < 0)
            number = find_sum(calls, from, to);
        if (number < 0)
            return -ENOMEM;
        add(&calls->sums[number], flags, &at);
    }
    cost->caller = at.caller;
    return (int64_t)gathered;
}

int wm_calls_count(struct wm_calls *calls, const uint32_t *entries, size_t count,
                   struct wm_call_cost *cost)
{
    const int64_t gathered = calls->all_near ? count_near(calls, entries, count, cost, true)
                                             : count_near(calls, entries, count, cost, false);
    if (gathered <= 0)
        return gathered < 0 ? -ENOMEM : 0;
    return count_gathered(calls, (size_t)gathered, cost);
}

bool wm_calls_has(const struct wm_calls *calls, size_t number)
{
    return is_wished(calls, (uint32_t)(calls->pairs[number] >> 32), (uint32_t)calls->pairs[number]);
}

const struct wm_call_sum *wm_calls_find(const struct wm_calls *calls, uint64_t pair)
{
    const int64_t number = wm_pairs_find(&calls->known, (uint32_t)(pair >> 32), (uint32_t)pair);
    return number < 0 ? NULL : &calls->sums[number];
}

int wm_calls_join(struct wm_calls *into, const struct wm_calls *from)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct wm_call_sum *more = &from->sums[i];
        const uint64_t pair = from->pairs[i];
        const int64_t number = find_sum(into, (uint32_t)(pair >> 32), (uint32_t)pair);
        if (number < 0)
            return -ENOMEM;
        struct wm_call_sum *sum = &into->sums[number];
        sum->weight = wm_add_wrapping(sum->weight, more->weight);
        sum->flags |= more->flags;
    }
    return 0;
}
