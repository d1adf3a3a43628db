/* stacks.c - groups samples by a label, and walks their frames. */
#include "profiles/report/stacks.h"

#include "harness/core/intern.h"
#include "profiles/pprof/sample_stack.h"
#include "profiles/report/sample_labels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int64_t wm_add_saturating(int64_t a, int64_t b)
{
    int64_t sum;
    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    return a < 0 ? INT64_MIN : INT64_MAX;
}

/* ---- One stack ---- */

struct wm_stack_cost wm_stack_cost(int64_t value)
{
    if (value >= 0)
        return (struct wm_stack_cost){.value = value};
    return (struct wm_stack_cost){.base = value == INT64_MIN ? INT64_MAX : -value};
}

struct wm_stack wm_stack_start(const struct wm_stacks *stacks, uint32_t sample)
{
    const struct wm_profile_sample *from = &stacks->report->profile->samples[sample];
    return (struct wm_stack){from->first_location, from->first_location + from->location_count, 0};
}

struct wm_stack_frame wm_stack_next(const struct wm_stacks *stacks, struct wm_stack *stack)
{
    const struct wm_graph_private *parts = stacks->graph->private_;
    bool begins = stack->lines == 0;
    if (begins && stack->next == stack->first)
        return (struct wm_stack_frame){.name = WM_NO_FRAME};
    if (begins)
        stack->next--;
    uint32_t location = wm_profile_frame(stacks->report->profile, stack->next);
    struct wm_frames frames = parts->frames[location];
    if (begins)
        stack->lines = frames.count;
    uint32_t kind = wm_kind_at(parts, frames, --stack->lines);
    return (struct wm_stack_frame){parts->ranks[kind], !begins};
}

/* ---- The groups ---- */

/* While samples are shared out. */
struct sharing {
    struct wm_stacks *stacks;
    struct wm_intern *names;
    uint32_t *group_of; /* by sample; WM_NO_FRAME: it costs nothing */
};

static int find_group(struct sharing *sharing, const char *by, int64_t key, size_t sample,
                      struct wm_text *name)
{
    struct wm_stacks *stacks = sharing->stacks;
    const struct wm_profile_sample *from = &stacks->report->profile->samples[sample];
    wm_text_clear(name);
    if (by != NULL &&
        !(key > 0 && wm_sample_label_add_value(stacks->report, from, (uint32_t)key, name)))
        wm_text_addf(name, "(no %s)", by);
    int64_t group =
        name->failed ? -ENOMEM : wm_intern_bytes(sharing->names, name->data, name->length);
    if (group < 0)
        return -ENOMEM;
    sharing->group_of[sample] = (uint32_t)group;
    return 0;
}

static int find_groups(struct sharing *sharing, const char *by)
{
    struct wm_stacks *stacks = sharing->stacks;
    struct wm_profile *profile = stacks->report->profile;
    int64_t key = by != NULL ? wm_profile_string(profile, by) : 0;
    struct wm_text name;
    int rc = key < 0 ? -ENOMEM : 0;
    wm_text_init(&name);
    for (size_t i = 0; rc == 0 && i < profile->sample_count; i++) {
        sharing->group_of[i] = WM_NO_FRAME;
        if (wm_report_value(stacks->report, i) == 0)
            continue;
        rc = find_group(sharing, by, key, i, &name);
        stacks->sample_count++;
    }
    wm_text_done(&name);
    return rc;
}

static int sum_groups(struct sharing *sharing)
{
    struct wm_stacks *stacks = sharing->stacks;
    stacks->group_count = wm_intern_count(sharing->names);
    stacks->groups = calloc(stacks->group_count + 1, sizeof(stacks->groups[0]));
    if (stacks->groups == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < stacks->report->profile->sample_count; i++) {
        if (sharing->group_of[i] == WM_NO_FRAME)
            continue;
        struct wm_stack_group *group = &stacks->groups[sharing->group_of[i]];
        struct wm_stack_cost cost = wm_stack_cost(wm_report_value(stacks->report, i));
        group->value = wm_add_saturating(group->value, cost.value);
        group->base = wm_add_saturating(group->base, cost.base);
        group->count++;
        stacks->compares |= cost.base != 0;
        stacks->has_base |= stacks->report->profile->samples[i].from_base;
    }
    for (size_t i = 0; i < stacks->group_count; i++) {
        stacks->groups[i].name = strdup(wm_intern_get(sharing->names, (uint32_t)i, NULL));
        stacks->groups[i].first = i; /* its number, until it is known where it begins */
        if (stacks->groups[i].name == NULL)
            return -ENOMEM;
    }
    return 0;
}

static int compare_groups(const void *left, const void *right)
{
    const struct wm_stack_group *a = left, *b = right;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    if (a->base != b->base)
        return a->base > b->base ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int order_samples(struct sharing *sharing)
{
    struct wm_stacks *stacks = sharing->stacks;
    size_t at = 0, *next = calloc(stacks->group_count + 1, sizeof(next[0]));
    stacks->samples = calloc(stacks->sample_count + 1, sizeof(stacks->samples[0]));
    if (next == NULL || stacks->samples == NULL) {
        free(next);
        return -ENOMEM;
    }
    qsort(stacks->groups, stacks->group_count, sizeof(stacks->groups[0]), compare_groups);
    for (size_t i = 0; i < stacks->group_count; i++) {
        struct wm_stack_group *group = &stacks->groups[i];
        next[group->first] = at;
        group->first = at;
        at += group->count;
    }
    for (size_t i = 0; i < stacks->report->profile->sample_count; i++)
        if (sharing->group_of[i] != WM_NO_FRAME)
            stacks->samples[next[sharing->group_of[i]]++] = (uint32_t)i;
    free(next);
    return 0;
}

static int share_out(struct wm_stacks *stacks, const char *by)
{
    struct sharing sharing = {.stacks = stacks};
    int rc = wm_intern_new(&sharing.names);
    sharing.group_of =
        calloc(stacks->report->profile->sample_count + 1, sizeof(sharing.group_of[0]));
    if (sharing.group_of == NULL)
        rc = -ENOMEM;
    if (rc == 0)
        rc = find_groups(&sharing, by);
    if (rc == 0)
        rc = sum_groups(&sharing);
    if (rc == 0)
        rc = order_samples(&sharing);
    wm_intern_free(sharing.names);
    free(sharing.group_of);
    return rc;
}

/* ---- All of it ---- */

static int list_names(struct wm_stacks *stacks)
{
    const struct wm_graph_private *parts = stacks->graph->private_;
    stacks->names = calloc(parts->kind_count + 1, sizeof(stacks->names[0]));
    if (stacks->names == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < parts->kind_count; i++) {
        stacks->names[parts->ranks[i]] = parts->labels[i];
        if (parts->ranks[i] >= stacks->name_count)
            stacks->name_count = parts->ranks[i] + 1;
    }
    return 0;
}

int wm_stacks_new(const struct wm_report *report, const char *by, struct wm_stacks **ret_stacks,
                  struct wm_error *err)
{
    if (report->has_divisor)
        return wm_fail_at(err, -EINVAL, "-mean",
                          "means of stacks do not add up to those of their callers; -top and "
                          "-traces show them");
    struct wm_stacks *stacks = calloc(1, sizeof(*stacks));
    int rc = -ENOMEM;
    if (stacks != NULL) {
        stacks->report = report;
        rc = wm_graph_new_names(report, &stacks->graph, err);
    }
    if (rc == 0)
        rc = list_names(stacks);
    if (rc == 0)
        rc = share_out(stacks, by);
    if (rc < 0) {
        wm_stacks_free(stacks);
        return wm_fail(err, rc, "no memory for the stacks");
    }
    *ret_stacks = stacks;
    return 0;
}

void wm_stacks_free(struct wm_stacks *stacks)
{
    if (stacks == NULL)
        return;
    for (size_t i = 0; stacks->groups != NULL && i < stacks->group_count; i++)
        free(stacks->groups[i].name);
    wm_graph_free(stacks->graph);
    free(stacks->names);
    free(stacks->samples);
    free(stacks->groups);
    free(stacks);
}
