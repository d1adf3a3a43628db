/* ids.c - nothing for dense ids, an array for small ones, a sorted list for large ones. */
#include "profiles/pprof/ids.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_AT_LEAST = 1024 };

struct wm_id {
    uint64_t id;
    uint32_t index;
};

static int compare(const void *a, const void *b)
{
    const struct wm_id *left = a, *right = b;
    if (left->id != right->id)
        return left->id < right->id ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

static uint64_t id_of(const void *first, size_t step, size_t i)
{
    uint64_t id;
    memcpy(&id, (const char *)first + i * step, sizeof(id));
    return id;
}

static bool is_dense(const void *first, size_t step, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (id_of(first, step, i) != i + 1)
            return false;
    return true;
}

/* The earliest thing that has the id of one before it, or WM_NO_INDEX. */
static uint32_t find_second(const struct wm_ids *ids)
{
    uint32_t second = WM_NO_INDEX;
    for (size_t i = 1; i < ids->large_count; i++) {
        uint32_t index = ids->large[i].index;
        if (ids->large[i].id == ids->large[i - 1].id && index < second)
            second = index;
    }
    return second;
}

int wm_ids_init(struct wm_ids *ids, const void *first, size_t step, size_t count,
                size_t *ret_second)
{
    uint32_t second = WM_NO_INDEX;
    size_t large = 0;
    *ids = (struct wm_ids){.dense_count = count};
    if (is_dense(first, step, count))
        return 0;
    *ids = (struct wm_ids){.small_count = (uint64_t)count * 2 + SMALL_AT_LEAST};
    for (size_t i = 0; i < count; i++)
        large += id_of(first, step, i) >= ids->small_count;
    ids->small = malloc(ids->small_count * sizeof(ids->small[0]));
    ids->large = calloc(large + 1, sizeof(ids->large[0]));
    if (ids->small == NULL || ids->large == NULL)
        return -ENOMEM;
    memset(ids->small, 0xff, ids->small_count * sizeof(ids->small[0]));
    for (size_t i = 0; i < count; i++) {
        uint64_t id = id_of(first, step, i);
        if (id >= ids->small_count)
            ids->large[ids->large_count++] = (struct wm_id){id, (uint32_t)i};
        else if (ids->small[id] == WM_NO_INDEX)
            ids->small[id] = (uint32_t)i;
        else if (second == WM_NO_INDEX)
            second = (uint32_t)i;
    }
    qsort(ids->large, ids->large_count, sizeof(ids->large[0]), compare);
    uint32_t large_second = find_second(ids);
    second = large_second < second ? large_second : second;
    if (second == WM_NO_INDEX)
        return 0;
    *ret_second = second;
    return -EEXIST;
}

void wm_ids_done(struct wm_ids *ids)
{
    free(ids->small);
    free(ids->large);
    *ids = (struct wm_ids){0};
}

uint32_t wm_ids_find_large(const struct wm_ids *ids, uint64_t id)
{
    size_t low = 0, high = ids->large_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids->large[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < ids->large_count && ids->large[low].id == id;
    return found ? ids->large[low].index : WM_NO_INDEX;
}
