/* aggregate.c - equal stacks to one, within a limit. */
#include "profiles/gather/aggregate.h"

#include "harness/core/intern.h"
#include "profiles/wire/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct stack_key {
    uint64_t node;
    uint64_t frames[WM_FRAME_MAX];
};

struct cell_key {
    uint32_t path;
    uint32_t stack;
};

void wm_weight_add(struct wm_weight *into, const struct wm_weight *from)
{
    into->samples += from->samples;
    into->cpu_ns += from->cpu_ns;
    into->square += from->square;
}

int wm_aggregate_init(struct wm_aggregate *aggregate, size_t limit)
{
    memset(aggregate, 0, sizeof(*aggregate));
    aggregate->limit = limit;
    int rc = wm_intern_new(&aggregate->stacks);
    if (rc == 0)
        rc = wm_intern_new(&aggregate->cell_ids);
    return rc;
}

void wm_aggregate_done(struct wm_aggregate *aggregate)
{
    wm_intern_free(aggregate->stacks);
    wm_intern_free(aggregate->cell_ids);
    free(aggregate->cells);
    memset(aggregate, 0, sizeof(*aggregate));
}

/* How many of `frame_count` frames a new stack may keep when `known` are known already. */
static size_t allowed(const struct wm_aggregate *aggregate, size_t known, size_t frame_count)
{
    if (known < aggregate->limit)
        return frame_count;
    if (known < aggregate->limit + aggregate->limit / 2)
        return frame_count < 1 ? frame_count : 1;
    return 0;
}

static size_t stack_bytes(size_t frame_count)
{
    return offsetof(struct stack_key, frames) + frame_count * sizeof(uint64_t);
}

int64_t wm_aggregate_stack(struct wm_aggregate *aggregate, uint32_t node, const uint64_t *frames,
                           size_t frame_count)
{
    struct stack_key key = {.node = node};
    if (frame_count > WM_FRAME_MAX)
        frame_count = WM_FRAME_MAX;
    if (frame_count > 0)
        memcpy(key.frames, frames, frame_count * sizeof(uint64_t));
    int64_t stack = wm_intern_find(aggregate->stacks, &key, stack_bytes(frame_count));
    if (stack >= 0)
        return stack;
    size_t kept = allowed(aggregate, wm_intern_count(aggregate->stacks), frame_count);
    if (kept < frame_count)
        aggregate->cut++;
    return wm_intern_bytes(aggregate->stacks, &key, stack_bytes(kept));
}

const uint64_t *wm_aggregate_frames(const struct wm_aggregate *aggregate, uint32_t stack,
                                    uint32_t *ret_node, size_t *ret_count)
{
    size_t bytes;
    const struct stack_key *key = wm_intern_get(aggregate->stacks, stack, &bytes);
    *ret_node = (uint32_t)key->node;
    *ret_count = (bytes - stack_bytes(0)) / sizeof(uint64_t);
    return key->frames;
}

/* The stack with its leaf alone, or with nothing: what fits among the cells. */
static int64_t cut_stack(struct wm_aggregate *aggregate, uint32_t stack, uint64_t samples)
{
    uint32_t node;
    size_t count;
    const uint64_t *frames = wm_aggregate_frames(aggregate, stack, &node, &count);
    size_t kept = allowed(aggregate, aggregate->cell_count, count);
    if (kept == count)
        return stack;
    struct stack_key key = {.node = node, .frames = {kept > 0 ? frames[0] : 0}};
    aggregate->cut += samples;
    return wm_intern_bytes(aggregate->stacks, &key, stack_bytes(kept));
}

/* The cell of a path and a stack, made where there is none. */
static int64_t find_cell(struct wm_aggregate *aggregate, uint32_t path, uint32_t stack,
                         uint64_t samples)
{
    struct cell_key key = {.path = path, .stack = stack};
    int64_t cell = wm_intern_find(aggregate->cell_ids, &key, sizeof(key));
    if (cell >= 0)
        return cell;
    int64_t kept = cut_stack(aggregate, stack, samples);
    if (kept < 0)
        return kept;
    key.stack = (uint32_t)kept;
    cell = wm_intern_bytes(aggregate->cell_ids, &key, sizeof(key));
    if (cell < 0 || (size_t)cell < aggregate->cell_count)
        return cell;
    if (aggregate->cell_count == aggregate->cell_capacity) {
        size_t capacity = aggregate->cell_capacity > 0 ? aggregate->cell_capacity * 2 : 1024;
        struct wm_aggregate_cell *cells =
            realloc(aggregate->cells, capacity * sizeof(*aggregate->cells));
        if (cells == NULL)
            return -ENOMEM;
        aggregate->cells = cells;
        aggregate->cell_capacity = capacity;
    }
    aggregate->cells[aggregate->cell_count++] =
        (struct wm_aggregate_cell){.path = path, .stack = key.stack};
    return cell;
}

int wm_aggregate_add(struct wm_aggregate *aggregate, uint32_t path, uint32_t stack,
                     const struct wm_weight *weight)
{
    if (path >= WM_SLOT_MAX)
        path = WM_SLOT_UNATTRIBUTED;
    int64_t cell = find_cell(aggregate, path, stack, weight->samples);
    if (cell < 0)
        return (int)cell;
    if ((size_t)cell >= aggregate->cell_count) /* its memory was refused once before */
        return -ENOMEM;
    wm_weight_add(&aggregate->cells[cell].weight, weight);
    wm_weight_add(&aggregate->paths[path], weight);
    return 0;
}

uint64_t wm_aggregate_settle(struct wm_aggregate *aggregate, uint32_t path_count)
{
    uint64_t samples = 0;
    for (uint32_t path = path_count; path < WM_PATH_MAX; path++) {
        struct wm_weight *lost = &aggregate->paths[path];
        samples += lost->samples;
        wm_weight_add(&aggregate->paths[WM_SLOT_UNATTRIBUTED], lost);
        *lost = (struct wm_weight){0};
    }
    for (size_t i = 0; samples > 0 && i < aggregate->cell_count; i++)
        if (aggregate->cells[i].path >= path_count && aggregate->cells[i].path < WM_PATH_MAX)
            aggregate->cells[i].path = WM_SLOT_UNATTRIBUTED;
    return samples;
}
