/* split.c - a counting sort by the next frame. */
#include "profiles/report/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int wm_splitter_init(struct wm_splitter *splitter, const struct wm_stacks *stacks)
{
    size_t count = stacks->sample_count + 1;
    *splitter = (struct wm_splitter){.stacks = stacks};
    splitter->items = calloc(count, sizeof(splitter->items[0]));
    splitter->scratch = calloc(count, sizeof(splitter->scratch[0]));
    splitter->part_of = calloc(stacks->name_count + 1, sizeof(splitter->part_of[0]));
    bool all = splitter->items != NULL && splitter->scratch != NULL && splitter->part_of != NULL;
    return all ? 0 : -ENOMEM;
}

void wm_splitter_done(struct wm_splitter *splitter)
{
    free(splitter->items);
    free(splitter->scratch);
    free(splitter->part_of);
    free(splitter->parts);
}

void wm_splitter_fill(struct wm_splitter *splitter, size_t first, size_t count)
{
    const struct wm_stacks *stacks = splitter->stacks;
    for (size_t i = 0; i < count; i++) {
        uint32_t sample = stacks->samples[first + i];
        splitter->items[i] = (struct wm_split_item){
            .stack = wm_stack_start(stacks, sample),
            .value = wm_report_value(stacks->report, sample),
        };
    }
}

/* Where the part of a name is noted; those that ended stand behind all names. */
static uint32_t *part_slot(struct wm_splitter *splitter, uint32_t name)
{
    return &splitter->part_of[name != WM_NO_FRAME ? name : splitter->stacks->name_count];
}

static struct wm_split_part *add_part(struct wm_splitter *splitter, uint32_t name)
{
    if (splitter->part_count == splitter->part_capacity) {
        size_t capacity = 2 * splitter->part_capacity + 64;
        struct wm_split_part *parts =
            reallocarray(splitter->parts, capacity, sizeof(splitter->parts[0]));
        if (parts == NULL)
            return NULL;
        splitter->parts = parts;
        splitter->part_capacity = capacity;
    }
    struct wm_split_part *part = &splitter->parts[splitter->part_count++];
    *part = (struct wm_split_part){.name = name, .inlined = true};
    *part_slot(splitter, name) = (uint32_t)splitter->part_count;
    return part;
}

static int walk(struct wm_splitter *splitter, struct wm_split_item *item)
{
    struct wm_stack_frame frame = wm_stack_next(splitter->stacks, &item->stack);
    uint32_t known = *part_slot(splitter, frame.name);
    struct wm_split_part *part =
        known != 0 ? &splitter->parts[known - 1] : add_part(splitter, frame.name);
    if (part == NULL)
        return -ENOMEM;
    struct wm_stack_cost cost = wm_stack_cost(item->value);
    item->name = frame.name;
    part->count++;
    part->inlined &= frame.inlined;
    part->value = wm_add_saturating(part->value, cost.value);
    part->base = wm_add_saturating(part->base, cost.base);
    return 0;
}

static int compare_parts(const void *left, const void *right)
{
    const struct wm_split_part *a = left, *b = right;
    return a->name + 1 < b->name + 1 ? -1 : a->name + 1 > b->name + 1;
}

/* Moves each part's items together; `first` is then where they begin. */
static void gather(struct wm_splitter *splitter, size_t first, size_t count)
{
    size_t at = first;
    for (size_t i = 0; i < splitter->part_count; i++) {
        struct wm_split_part *part = &splitter->parts[i];
        part->first = at;
        at += part->count;
        *part_slot(splitter, part->name) = (uint32_t)i + 1;
    }
    if (splitter->part_count < 2)
        return;
    memcpy(splitter->scratch + first, splitter->items + first, count * sizeof(splitter->items[0]));
    for (size_t i = first; i < first + count; i++) {
        const struct wm_split_item *item = &splitter->scratch[i];
        struct wm_split_part *part = &splitter->parts[*part_slot(splitter, item->name) - 1];
        splitter->items[part->first++] = *item;
    }
    for (size_t i = 0; i < splitter->part_count; i++)
        splitter->parts[i].first -= splitter->parts[i].count;
}

int wm_split(struct wm_splitter *splitter, size_t first, size_t count)
{
    int rc = 0;
    splitter->part_count = 0;
    for (size_t i = first; rc == 0 && i < first + count; i++)
        rc = walk(splitter, &splitter->items[i]);
    if (splitter->part_count > 1)
        qsort(splitter->parts, splitter->part_count, sizeof(splitter->parts[0]), compare_parts);
    gather(splitter, first, count);
    for (size_t i = 0; i < splitter->part_count; i++)
        *part_slot(splitter, splitter->parts[i].name) = 0;
    return rc;
}
