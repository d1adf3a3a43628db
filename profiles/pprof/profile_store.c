/* profile_store.c - the growing arrays of a profile in memory. */
#include "profiles/pprof/profile_private.h"

#include "harness/core/pages.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/sample_stack.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void *reserve(void *array, size_t *capacity, size_t need, size_t item_bytes);

int64_t wm_profile_append_sample_type(struct wm_profile *profile, struct wm_value_type type)
{
    if (profile->sample_type_count >= INT32_MAX)
        return -EOVERFLOW;
    struct wm_value_type *types =
        reserve(profile->sample_types, &profile->private->capacity.sample_types,
                profile->sample_type_count + 1, sizeof(*types));
    if (types == NULL)
        return -ENOMEM;
    profile->sample_types = types;
    types[profile->sample_type_count] = type;
    return (int64_t)profile->sample_type_count++;
}

int64_t wm_profile_append_comment(struct wm_profile *profile, uint32_t comment)
{
    if (profile->comment_count >= INT32_MAX)
        return -EOVERFLOW;
    uint32_t *comments = reserve(profile->comments, &profile->private->capacity.comments,
                                 profile->comment_count + 1, sizeof(*comments));
    if (comments == NULL)
        return -ENOMEM;
    profile->comments = comments;
    comments[profile->comment_count] = comment;
    return (int64_t)profile->comment_count++;
}

int64_t wm_profile_append_mapping(struct wm_profile *profile, const struct wm_mapping *mapping)
{
    struct wm_profile_private *private = profile->private;
    if (profile->mapping_count >= UINT32_MAX - 1) /* locations hold index + 1 */
        return -EOVERFLOW;
    struct wm_mapping *mappings = reserve(profile->mappings, &private->capacity.mappings,
                                          profile->mapping_count + 1, sizeof(*mappings));
    if (mappings == NULL)
        return -ENOMEM;
    profile->mappings = mappings;
    private->is_joined = false;
    mappings[profile->mapping_count] = *mapping;
    return (int64_t)profile->mapping_count++;
}

int64_t wm_profile_append_function(struct wm_profile *profile, const struct wm_function *function)
{
    struct wm_profile_private *private = profile->private;
    if (profile->function_count >= UINT32_MAX)
        return -EOVERFLOW;
    struct wm_function *functions = reserve(profile->functions, &private->capacity.functions,
                                            profile->function_count + 1, sizeof(*functions));
    if (functions == NULL)
        return -ENOMEM;
    profile->functions = functions;
    private->is_joined = false;
    functions[profile->function_count] = *function;
    return (int64_t)profile->function_count++;
}

int64_t wm_profile_append_location(struct wm_profile *profile, const struct wm_location *location,
                                   const struct wm_line *lines)
{
    struct wm_profile_private *private = profile->private;
    size_t line_end = profile->line_count + location->line_count;
    if (profile->location_count >= UINT32_MAX || line_end > UINT32_MAX)
        return -EOVERFLOW;
    assert(location->mapping <= profile->mapping_count);
    struct wm_location *locations = reserve(profile->locations, &private->capacity.locations,
                                            profile->location_count + 1, sizeof(*locations));
    if (locations == NULL)
        return -ENOMEM;
    profile->locations = locations;
    struct wm_line *all_lines =
        reserve(profile->lines, &private->capacity.lines, line_end, sizeof(*all_lines));
    if (all_lines == NULL)
        return -ENOMEM;
    profile->lines = all_lines;
    for (size_t i = 0; i < location->line_count; i++) {
        assert(lines[i].function < profile->function_count);
        all_lines[profile->line_count + i] = lines[i];
    }
    private->is_joined = private->is_in_order = false;
    locations[profile->location_count] = *location;
    locations[profile->location_count].first_line = (uint32_t)profile->line_count;
    profile->line_count = line_end;
    return (int64_t)profile->location_count++;
}

int wm_profile_set_lines(struct wm_profile *profile, size_t location, const struct wm_line *lines,
                         uint32_t line_count)
{
    struct wm_profile_private *private = profile->private;
    size_t line_end = profile->line_count + line_count;
    assert(location < profile->location_count);
    if (line_end > UINT32_MAX)
        return -EOVERFLOW;
    struct wm_line *all_lines =
        reserve(profile->lines, &private->capacity.lines, line_end, sizeof(*all_lines));
    if (all_lines == NULL)
        return -ENOMEM;
    profile->lines = all_lines;
    for (uint32_t i = 0; i < line_count; i++) {
        assert(lines[i].function < profile->function_count);
        all_lines[profile->line_count + i] = lines[i];
    }
    profile->locations[location].first_line = (uint32_t)profile->line_count;
    profile->locations[location].line_count = line_count;
    profile->line_count = line_end;
    private->is_joined = false;
    wm_lookup_done(&private->locations);
    return 0;
}

int wm_profile_reserve_code(struct wm_profile *profile, size_t function_count,
                            size_t location_count, size_t line_count)
{
    struct wm_profile_private *private = profile->private;
    struct wm_function *functions = reserve(profile->functions, &private->capacity.functions,
                                            function_count, sizeof(*functions));
    if (functions == NULL)
        return -ENOMEM;
    profile->functions = functions;
    struct wm_location *locations = reserve(profile->locations, &private->capacity.locations,
                                            location_count, sizeof(*locations));
    if (locations == NULL)
        return -ENOMEM;
    profile->locations = locations;
    struct wm_line *lines =
        reserve(profile->lines, &private->capacity.lines, line_count, sizeof(*lines));
    if (lines == NULL)
        return -ENOMEM;
    profile->lines = lines;
    return 0;
}

int wm_profile_reserve_samples(struct wm_profile *profile, size_t count, size_t location_count,
                               size_t label_count, size_t value_count)
{
    struct wm_profile_private *private = profile->private;
    struct wm_profile_sample *samples = reserve(profile->samples, &private->capacity.samples,
                                                profile->sample_count + count, sizeof(*samples));
    if (samples == NULL)
        return -ENOMEM;
    profile->samples = samples;
    void *stacks =
        reserve(profile->stacks, &private->capacity.stacks,
                profile->sample_location_count + location_count, wm_profile_frame_bytes(profile));
    if (stacks == NULL)
        return -ENOMEM;
    profile->stacks = stacks;
    struct wm_label *labels = reserve(profile->labels, &private->capacity.labels,
                                      profile->label_count + label_count, sizeof(*labels));
    if (labels == NULL)
        return -ENOMEM;
    profile->labels = labels;
    int64_t *values = reserve(profile->values, &private->capacity.values,
                              profile->value_count + value_count, sizeof(*values));
    if (values == NULL)
        return -ENOMEM;
    profile->values = values;
    return 0;
}

int64_t wm_profile_commit_sample(struct wm_profile *profile, size_t location_count,
                                 size_t label_count)
{
    size_t location_end = profile->sample_location_count + location_count;
    size_t label_end = profile->label_count + label_count;
    size_t value_end = profile->value_count + profile->sample_type_count;
    if (profile->sample_count >= UINT32_MAX || location_end > UINT32_MAX ||
        label_end > UINT32_MAX || value_end > UINT32_MAX)
        return -EOVERFLOW;
    profile->samples[profile->sample_count] = (struct wm_profile_sample){
        .first_location = (uint32_t)profile->sample_location_count,
        .location_count = (uint32_t)location_count,
        .first_label = (uint32_t)profile->label_count,
        .label_count = (uint32_t)label_count,
        .first_value = (uint32_t)profile->value_count,
    };
    profile->private->is_in_order = false;
    profile->sample_location_count = location_end;
    profile->label_count = label_end;
    profile->value_count = value_end;
    return (int64_t)profile->sample_count++;
}

void wm_profile_narrow_stacks(struct wm_profile *profile)
{
    assert(profile->stacks == NULL);
    profile->has_narrow_stacks = true;
}

int wm_profile_widen_stacks(struct wm_profile *profile, size_t behind)
{
    const uint16_t *narrow = profile->stacks;
    if (!profile->has_narrow_stacks)
        return 0;
    uint32_t *wide = wm_pages_new(profile->private->capacity.stacks + 1, sizeof(wide[0]));
    if (wide == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < profile->sample_location_count + behind; i++)
        wide[i] = narrow[i];
    wm_pages_free(profile->stacks);
    profile->stacks = wide;
    profile->has_narrow_stacks = false;
    return 0;
}

void wm_profile_share_labels(struct wm_profile *profile)
{
    profile->private->shares_labels = true;
}

int wm_profile_part_labels(struct wm_profile *profile)
{
    size_t count = 0, next = 0;
    if (!profile->private->shares_labels)
        return 0;
    for (size_t i = 0; i < profile->sample_count; i++)
        count += profile->samples[i].label_count;
    if (count > UINT32_MAX)
        return -EOVERFLOW;
    struct wm_label *labels = wm_pages_new(count + 1, sizeof(labels[0]));
    if (labels == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < profile->sample_count; i++) {
        struct wm_profile_sample *sample = &profile->samples[i];
        const struct wm_label *from = profile->labels + sample->first_label;
        for (uint32_t at = 0; at < sample->label_count; at++)
            labels[next + at] = from[at];
        sample->first_label = (uint32_t)next;
        next += sample->label_count;
    }
    wm_pages_free(profile->labels);
    profile->labels = labels;
    profile->label_count = count;
    profile->private->capacity.labels = count + 1;
    profile->private->shares_labels = false;
    return 0;
}

void wm_profile_take_stacks(struct wm_profile *profile, uint32_t *stacks, size_t count)
{
    profile->private->is_in_order = false;
    wm_pages_free(profile->stacks);
    profile->stacks = stacks;
    profile->has_narrow_stacks = false;
    profile->sample_location_count = count;
    profile->private->capacity.stacks = count;
}

void wm_profile_take_code(struct wm_profile *profile, struct wm_profile *from)
{
    wm_profile_forget(profile);
    wm_profile_forget(from);
    wm_pages_free(profile->mappings);
    wm_pages_free(profile->functions);
    wm_pages_free(profile->locations);
    wm_pages_free(profile->lines);
    profile->mappings = from->mappings;
    profile->functions = from->functions;
    profile->locations = from->locations;
    profile->lines = from->lines;
    profile->mapping_count = from->mapping_count;
    profile->function_count = from->function_count;
    profile->location_count = from->location_count;
    profile->line_count = from->line_count;
    profile->private->capacity.mappings = from->private->capacity.mappings;
    profile->private->capacity.functions = from->private->capacity.functions;
    profile->private->capacity.locations = from->private->capacity.locations;
    profile->private->capacity.lines = from->private->capacity.lines;
    from->mappings = NULL;
    from->functions = NULL;
    from->locations = NULL;
    from->lines = NULL;
    wm_profile_free(from);
}

void wm_profile_take_samples(struct wm_profile *profile, struct wm_profile *from)
{
    profile->private->is_in_order = false;
    wm_pages_free(profile->samples);
    wm_pages_free(profile->stacks);
    wm_pages_free(profile->labels);
    wm_pages_free(profile->values);
    profile->samples = from->samples;
    profile->stacks = from->stacks;
    profile->has_narrow_stacks = from->has_narrow_stacks;
    profile->labels = from->labels;
    profile->values = from->values;
    profile->sample_count = from->sample_count;
    profile->sample_location_count = from->sample_location_count;
    profile->label_count = from->label_count;
    profile->value_count = from->value_count;
    profile->private->capacity.samples = from->private->capacity.samples;
    profile->private->capacity.stacks = from->private->capacity.stacks;
    profile->private->capacity.labels = from->private->capacity.labels;
    profile->private->shares_labels = from->private->shares_labels;
    profile->private->capacity.values = from->private->capacity.values;
    from->samples = NULL;
    from->stacks = NULL;
    from->labels = NULL;
    from->values = NULL;
    from->sample_count = from->sample_location_count = from->label_count = from->value_count = 0;
}

/* `array` with room for `need` items; never NULL unless memory is out, then `array` is as it was.
 */
static void *reserve(void *array, size_t *capacity, size_t need, size_t item_bytes)
{
    if (need <= *capacity && array != NULL)
        return array;
    size_t grown = *capacity < 16 ? 16 : *capacity * 2;
    if (grown < need)
        grown = need;
    void *moved = wm_pages_grow(array, grown, item_bytes);
    if (moved != NULL)
        *capacity = grown;
    return moved;
}
