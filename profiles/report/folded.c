/* folded.c - a line per stack, root first: "main;work;leaf 123", as flame graph tools read it.
 *
 * Values are in the sample type's own unit. Lines are ordered by their frames' names, so equal
 * profiles give equal bytes. Stacks whose values cancel out have no line. */
#include "profiles/report/measure.h"
#include "profiles/report/split.h"

#include "harness/core/arena.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char NO_FRAMES[] = "(no frames)";

/* Stacks that are equal up to this depth, to be split further. */
struct pending {
    size_t first, count;
    uint32_t depth, name; /* of the last frame that they share */
};

struct folding {
    struct wm_splitter splitter;
    const char **names; /* by number, as they are written; made when they are first needed */
    const char *root;   /* the group's; "" for none */
    uint32_t *path;     /* names of the frames at hand, by depth from 1 on */
    size_t path_capacity;
    struct pending *pending; /* the next one last */
    size_t pending_count, pending_capacity;
    struct wm_arena arena;
    struct wm_text *text, scratch;
};

/* ---- A line ---- */

/* What separates frames and lines is no part of a name. */
static const char *write_name(struct folding *folding, const char *name)
{
    struct wm_text *scratch = &folding->scratch;
    wm_text_clear(scratch);
    wm_text_add_safe(scratch, name, strlen(name), 0);
    for (size_t i = 0; i < scratch->length; i++)
        if (scratch->data[i] == ';')
            scratch->data[i] = ':';
    return scratch->failed ? NULL : wm_arena_copy(&folding->arena, scratch->data, scratch->length);
}

static int add_frame(struct folding *folding, uint32_t number, const char **between)
{
    const char **name = &folding->names[number];
    if (*name == NULL)
        *name = write_name(folding, folding->splitter.stacks->names[number]);
    if (*name == NULL)
        return -ENOMEM;
    wm_text_add(folding->text, *between);
    wm_text_add(folding->text, *name);
    *between = ";";
    return 0;
}

/* The path at hand, and what is left of one of its stacks. */
static int add_line(struct folding *folding, uint32_t depth, struct wm_stack rest, int64_t value,
                    struct wm_error *err)
{
    const struct wm_report *report = folding->splitter.stacks->report;
    struct wm_stack_frame frame = wm_stack_next(folding->splitter.stacks, &rest);
    const char *between = folding->root[0] != '\0' ? ";" : "";
    int rc = 0;
    if (value == 0 || (value < 0 && report->options->drop_negative))
        return 0;
    wm_text_add(folding->text, folding->root);
    if (depth == 0 && frame.name == WM_NO_FRAME) {
        wm_text_add(folding->text, between);
        wm_text_add(folding->text, NO_FRAMES);
    }
    for (uint32_t i = 1; rc == 0 && i <= depth; i++)
        rc = add_frame(folding, folding->path[i], &between);
    while (rc == 0 && frame.name != WM_NO_FRAME) {
        rc = add_frame(folding, frame.name, &between);
        frame = wm_stack_next(folding->splitter.stacks, &rest);
    }
    wm_text_addf(folding->text, " %" PRId64 "\n", wm_report_divide(report, value));
    return rc < 0 ? rc : wm_report_drain(report, folding->text, err);
}

/* ---- The lines of a group, depth first ---- */

static int push(struct folding *folding, const struct wm_split_part *part, uint32_t depth)
{
    if (folding->pending_count == folding->pending_capacity) {
        size_t capacity = 2 * folding->pending_capacity + 64;
        struct pending *pending = reallocarray(folding->pending, capacity, sizeof(pending[0]));
        if (pending == NULL)
            return -ENOMEM;
        folding->pending = pending;
        folding->pending_capacity = capacity;
    }
    folding->pending[folding->pending_count++] =
        (struct pending){part->first, part->count, depth, part->name};
    return 0;
}

static int enter(struct folding *folding, const struct pending *at)
{
    if (at->depth >= folding->path_capacity) {
        size_t capacity = 2 * folding->path_capacity + 64;
        uint32_t *path = reallocarray(folding->path, capacity, sizeof(path[0]));
        if (path == NULL)
            return -ENOMEM;
        folding->path = path;
        folding->path_capacity = capacity;
    }
    folding->path[at->depth] = at->name;
    return 0;
}

/* A sum as pprof sums, so that it does not depend on the order. */
static int64_t sum_items(const struct wm_split_item *items, size_t count)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = wm_add_wrapping(value, items[i].value);
    return value;
}

/* Most stacks are alone long before their leaf, and need no splitting from there on. */
static int fold(struct folding *folding, struct pending at, struct wm_error *err)
{
    struct wm_splitter *splitter = &folding->splitter;
    const struct wm_split_item *items = splitter->items + at.first;
    int rc = enter(folding, &at);
    if (rc < 0)
        return rc;
    if (at.count == 1)
        return add_line(folding, at.depth, items->stack, items->value, err);
    rc = wm_split(splitter, at.first, at.count);
    for (size_t i = splitter->part_count; rc == 0 && i-- > 0;) {
        const struct wm_split_part *part = &splitter->parts[i];
        if (part->name != WM_NO_FRAME)
            rc = push(folding, part, at.depth + 1);
        else
            rc = add_line(folding, at.depth, items->stack, sum_items(items, part->count), err);
    }
    return rc;
}

static int fold_group(struct folding *folding, const struct wm_stack_group *group,
                      struct wm_error *err)
{
    struct wm_split_part whole = {.name = WM_NO_FRAME, .count = group->count};
    folding->root = write_name(folding, group->name);
    wm_splitter_fill(&folding->splitter, group->first, group->count);
    int rc = folding->root == NULL ? -ENOMEM : push(folding, &whole, 0);
    while (rc == 0 && folding->pending_count > 0)
        rc = fold(folding, folding->pending[--folding->pending_count], err);
    return rc;
}

static int compare_names(const void *left, const void *right)
{
    const struct wm_stack_group *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static int fold_all(struct folding *folding, struct wm_stacks *stacks, struct wm_error *err)
{
    int rc = wm_splitter_init(&folding->splitter, stacks);
    folding->names = calloc(stacks->name_count + 1, sizeof(folding->names[0]));
    if (folding->names == NULL)
        rc = -ENOMEM;
    qsort(stacks->groups, stacks->group_count, sizeof(stacks->groups[0]), compare_names);
    for (size_t i = 0; rc == 0 && i < stacks->group_count; i++)
        rc = fold_group(folding, &stacks->groups[i], err);
    return rc == -ENOMEM ? wm_fail(err, rc, "no memory for the stacks") : rc;
}

int wm_print_folded(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    struct folding folding = {.text = text};
    struct wm_stacks *stacks = NULL;
    int rc = wm_stacks_new(report, report->options->group_by, &stacks, err);
    if (rc < 0)
        return rc;
    wm_arena_init(&folding.arena);
    wm_text_init(&folding.scratch);
    rc = fold_all(&folding, stacks, err);
    wm_splitter_done(&folding.splitter);
    free(folding.names);
    free(folding.path);
    free(folding.pending);
    wm_arena_done(&folding.arena);
    wm_text_done(&folding.scratch);
    wm_stacks_free(stacks);
    return rc;
}
