/* canonical.c - ranks for everything in a profile: strings by bytes, then each kind by the ranks
 * of what it refers to. */
#include "profiles/pprof/canonical.h"

#include "harness/core/intern.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef int compare_fn(const void *left, const void *right, void *canonical);

static int rank_strings(struct wm_canonical *canonical);
static void mark_strings(const struct wm_profile *profile, bool *used);
static int sort_labels(struct wm_canonical *canonical);
static int rank(struct wm_canonical *canonical, struct wm_canonical_order *order, size_t count,
                compare_fn *compare, bool join);
static compare_fn compare_strings, compare_mappings, compare_functions, compare_locations,
    compare_samples;
static int compare_u64(uint64_t left, uint64_t right);
static int compare_i64(int64_t left, int64_t right);
static int compare_labels(const struct wm_canonical *canonical, const struct wm_label *left,
                          const struct wm_label *right);

int wm_canonical_init(struct wm_canonical *canonical, const struct wm_profile *profile)
{
    *canonical = (struct wm_canonical){.profile = profile};
    wm_arena_init(&canonical->arena);
    int rc = rank_strings(canonical);
    if (rc == 0)
        rc = rank(canonical, &canonical->mappings, profile->mapping_count, compare_mappings, true);
    if (rc == 0)
        rc = rank(canonical, &canonical->functions, profile->function_count, compare_functions,
                  true);
    if (rc == 0)
        rc = rank(canonical, &canonical->locations, profile->location_count, compare_locations,
                  true);
    if (rc == 0)
        rc = sort_labels(canonical);
    if (rc == 0)
        rc = rank(canonical, &canonical->samples, profile->sample_count, compare_samples, false);
    return rc;
}

void wm_canonical_done(struct wm_canonical *canonical)
{
    wm_arena_done(&canonical->arena);
}

static int rank_strings(struct wm_canonical *canonical)
{
    struct wm_canonical_order *order = &canonical->strings;
    size_t count = wm_intern_count(canonical->profile->strings);
    bool *used = wm_arena_alloc(&canonical->arena, count * sizeof(*used));
    order->indices = wm_arena_alloc(&canonical->arena, count * sizeof(*order->indices));
    order->ranks = wm_arena_alloc(&canonical->arena, count * sizeof(*order->ranks));
    if (used == NULL || order->indices == NULL || order->ranks == NULL)
        return -ENOMEM;
    mark_strings(canonical->profile, used);
    for (size_t i = 0; i < count; i++) {
        if (used[i])
            order->indices[order->count++] = (uint32_t)i;
    }
    qsort_r(order->indices, order->count, sizeof(*order->indices), compare_strings, canonical);
    for (size_t i = 0; i < order->count; i++)
        order->ranks[order->indices[i]] = (uint32_t)i;
    return 0;
}

static void mark_labels(const struct wm_profile *profile, const struct wm_profile_sample *sample,
                        bool *used)
{
    for (uint32_t i = 0; i < sample->label_count; i++) {
        const struct wm_label *label = &profile->labels[sample->first_label + i];
        used[label->key] = true;
        used[label->string] = true;
        used[label->unit] = true;
    }
}

static void mark_strings(const struct wm_profile *profile, bool *used)
{
    used[0] = true;
    used[profile->drop_frames] = true;
    used[profile->keep_frames] = true;
    used[profile->default_sample_type] = true;
    used[profile->period_type.type] = true;
    used[profile->period_type.unit] = true;
    for (size_t i = 0; i < profile->sample_type_count; i++) {
        used[profile->sample_types[i].type] = true;
        used[profile->sample_types[i].unit] = true;
    }
    for (size_t i = 0; i < profile->comment_count; i++)
        used[profile->comments[i]] = true;
    for (size_t i = 0; i < profile->mapping_count; i++) {
        used[profile->mappings[i].file] = true;
        used[profile->mappings[i].build_id] = true;
    }
    for (size_t i = 0; i < profile->function_count; i++) {
        used[profile->functions[i].name] = true;
        used[profile->functions[i].system_name] = true;
        used[profile->functions[i].file] = true;
    }
    for (size_t i = 0; i < profile->sample_count; i++)
        mark_labels(profile, &profile->samples[i], used);
}

/* By insertion, since it is stable and a sample has a handful. */
static int sort_labels(struct wm_canonical *canonical)
{
    const struct wm_profile *profile = canonical->profile;
    const uint32_t *ranks = canonical->strings.ranks;
    struct wm_label *labels =
        wm_arena_alloc(&canonical->arena, profile->label_count * sizeof(*labels));
    if (labels == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        struct wm_label *run = labels + sample->first_label;
        for (size_t j = 0; j < sample->label_count; j++) {
            struct wm_label label = profile->labels[sample->first_label + j];
            size_t at = j;
            for (; at > 0 && ranks[run[at - 1].key] > ranks[label.key]; at--)
                run[at] = run[at - 1];
            run[at] = label;
        }
    }
    canonical->labels = labels;
    return 0;
}

/* Sorts 0..count-1; with `join`, equal things are one. */
static int rank(struct wm_canonical *canonical, struct wm_canonical_order *order, size_t count,
                compare_fn *compare, bool join)
{
    order->indices = wm_arena_alloc(&canonical->arena, count * sizeof(*order->indices));
    order->ranks = wm_arena_alloc(&canonical->arena, count * sizeof(*order->ranks));
    if (order->indices == NULL || order->ranks == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        order->indices[i] = (uint32_t)i;
    qsort_r(order->indices, count, sizeof(*order->indices), compare, canonical);
    for (size_t i = 0; i < count; i++) {
        uint32_t index = order->indices[i];
        bool is_new = !join || order->count == 0 ||
                      compare(&order->indices[order->count - 1], &index, canonical) != 0;
        if (is_new)
            order->indices[order->count++] = index;
        order->ranks[index] = (uint32_t)(order->count - 1);
    }
    return 0;
}

static int compare_strings(const void *left, const void *right, void *canonical)
{
    const struct wm_intern *strings = ((struct wm_canonical *)canonical)->profile->strings;
    size_t left_length, right_length;
    const void *a = wm_intern_get(strings, *(const uint32_t *)left, &left_length);
    const void *b = wm_intern_get(strings, *(const uint32_t *)right, &right_length);
    int order = memcmp(a, b, left_length < right_length ? left_length : right_length);
    return order != 0 ? order : compare_u64(left_length, right_length);
}

static int compare_mappings(const void *left, const void *right, void *canonical)
{
    const struct wm_canonical *known = canonical;
    uint32_t left_index = *(const uint32_t *)left, right_index = *(const uint32_t *)right;
    if (left_index == 0 || right_index == 0)
        return compare_u64(left_index, right_index);
    const struct wm_mapping *a = &known->profile->mappings[left_index];
    const struct wm_mapping *b = &known->profile->mappings[right_index];
    const uint32_t *strings = known->strings.ranks;
    int order = compare_u64(a->start, b->start);
    if (order == 0)
        order = compare_u64(a->limit, b->limit);
    if (order == 0)
        order = compare_u64(a->offset, b->offset);
    if (order == 0)
        order = compare_u64(strings[a->file], strings[b->file]);
    if (order == 0)
        order = compare_u64(strings[a->build_id], strings[b->build_id]);
    if (order == 0)
        order = a->has_functions - b->has_functions;
    if (order == 0)
        order = a->has_filenames - b->has_filenames;
    if (order == 0)
        order = a->has_lines - b->has_lines;
    if (order == 0)
        order = a->has_inlines - b->has_inlines;
    return order;
}

static int compare_functions(const void *left, const void *right, void *canonical)
{
    const struct wm_canonical *known = canonical;
    const struct wm_function *a = &known->profile->functions[*(const uint32_t *)left];
    const struct wm_function *b = &known->profile->functions[*(const uint32_t *)right];
    const uint32_t *strings = known->strings.ranks;
    int order = compare_u64(strings[a->name], strings[b->name]);
    if (order == 0)
        order = compare_u64(strings[a->system_name], strings[b->system_name]);
    if (order == 0)
        order = compare_u64(strings[a->file], strings[b->file]);
    return order != 0 ? order : compare_i64(a->start_line, b->start_line);
}

static int compare_locations(const void *left, const void *right, void *canonical)
{
    const struct wm_canonical *known = canonical;
    const struct wm_profile *profile = known->profile;
    const struct wm_location *a = &profile->locations[*(const uint32_t *)left];
    const struct wm_location *b = &profile->locations[*(const uint32_t *)right];
    uint64_t a_mapping = a->mapping == 0 ? 0 : known->mappings.ranks[a->mapping - 1] + UINT64_C(1);
    uint64_t b_mapping = b->mapping == 0 ? 0 : known->mappings.ranks[b->mapping - 1] + UINT64_C(1);
    int order = compare_u64(a_mapping, b_mapping);
    if (order == 0)
        order = compare_u64(a->address, b->address);
    if (order == 0)
        order = compare_u64(a->line_count, b->line_count);
    for (uint32_t i = 0; order == 0 && i < a->line_count; i++) {
        const struct wm_line *a_line = &profile->lines[a->first_line + i];
        const struct wm_line *b_line = &profile->lines[b->first_line + i];
        order = compare_u64(known->functions.ranks[a_line->function],
                            known->functions.ranks[b_line->function]);
        if (order == 0)
            order = compare_i64(a_line->line, b_line->line);
    }
    return order != 0 ? order : a->folded - b->folded;
}

static int compare_samples(const void *left, const void *right, void *canonical)
{
    const struct wm_canonical *known = canonical;
    const struct wm_profile *profile = known->profile;
    const struct wm_profile_sample *a = &profile->samples[*(const uint32_t *)left];
    const struct wm_profile_sample *b = &profile->samples[*(const uint32_t *)right];
    const struct wm_sample_stack a_stack = wm_sample_stack(profile, a);
    const struct wm_sample_stack b_stack = wm_sample_stack(profile, b);
    int order = 0;
    for (uint32_t i = 0; order == 0 && i < a->location_count && i < b->location_count; i++)
        order = compare_u64(known->locations.ranks[wm_sample_frame(a_stack, i)],
                            known->locations.ranks[wm_sample_frame(b_stack, i)]);
    if (order == 0)
        order = compare_u64(a->location_count, b->location_count);
    for (uint32_t i = 0; order == 0 && i < a->label_count && i < b->label_count; i++)
        order = compare_labels(known, &known->labels[a->first_label + i],
                               &known->labels[b->first_label + i]);
    if (order == 0)
        order = compare_u64(a->label_count, b->label_count);
    for (size_t i = 0; order == 0 && i < profile->sample_type_count; i++)
        order =
            compare_i64(profile->values[a->first_value + i], profile->values[b->first_value + i]);
    return order;
}

static int compare_labels(const struct wm_canonical *canonical, const struct wm_label *left,
                          const struct wm_label *right)
{
    const uint32_t *strings = canonical->strings.ranks;
    int order = compare_u64(strings[left->key], strings[right->key]);
    if (order == 0)
        order = compare_u64(strings[left->string], strings[right->string]);
    if (order == 0)
        order = compare_i64(left->number, right->number);
    return order != 0 ? order : compare_u64(strings[left->unit], strings[right->unit]);
}

static int compare_u64(uint64_t left, uint64_t right)
{
    return (left > right) - (left < right);
}

static int compare_i64(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}
