/* profile.c - a profile in memory: growing arrays, and tables that give equal things one index. */
#include "profiles/pprof/profile.h"

#include "harness/core/intern.h"
#include "harness/core/pages.h"
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/lookup.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wm_profile_private {
    struct wm_lookup mappings, functions, locations;
    struct wm_text key; /* scratch */
    bool is_joined, is_in_order;
    struct {
        size_t sample_types, mappings, functions, locations, lines, samples, sample_locations,
            labels, values, comments;
    } capacity;
};

static int note_mappings(struct wm_profile *profile);
static int note_functions(struct wm_profile *profile);
static int note_locations(struct wm_profile *profile);
static void *reserve(void *array, size_t *capacity, size_t need, size_t item_bytes);
static void mapping_key(const struct wm_mapping *mapping, struct wm_text *key);
static void function_key(const struct wm_function *function, struct wm_text *key);
static void location_key(const struct wm_location *location, const struct wm_line *lines,
                         struct wm_text *key);

int wm_profile_new(struct wm_profile **ret_profile)
{
    int rc = -ENOMEM;
    struct wm_profile *profile = calloc(1, sizeof(*profile));
    if (profile == NULL)
        goto out;
    profile->private = calloc(1, sizeof(*profile->private));
    if (profile->private == NULL)
        goto out;
    wm_text_init(&profile->private->key);
    rc = wm_intern_new(&profile->strings);
    if (rc < 0)
        goto out;
    int64_t empty = wm_intern_string(profile->strings, "");
    if (empty < 0) {
        rc = (int)empty;
        goto out;
    }
    rc = 0;
    *ret_profile = profile;
    profile = NULL;
out:
    wm_profile_free(profile);
    return rc;
}

void wm_profile_free(struct wm_profile *profile)
{
    if (profile == NULL)
        return;
    if (profile->private != NULL) {
        wm_profile_forget(profile);
        wm_text_done(&profile->private->key);
        free(profile->private);
    }
    wm_intern_free(profile->strings);
    wm_pages_free(profile->sample_types);
    wm_pages_free(profile->mappings);
    wm_pages_free(profile->functions);
    wm_pages_free(profile->locations);
    wm_pages_free(profile->lines);
    wm_pages_free(profile->samples);
    wm_pages_free(profile->sample_locations);
    wm_pages_free(profile->labels);
    wm_pages_free(profile->values);
    wm_pages_free(profile->comments);
    free(profile);
}

int64_t wm_profile_string(struct wm_profile *profile, const char *string)
{
    return wm_intern_string(profile->strings, string);
}

const char *wm_profile_text(const struct wm_profile *profile, uint32_t string)
{
    return wm_intern_get(profile->strings, string, NULL);
}

int wm_profile_add_sample_type(struct wm_profile *profile, const char *type, const char *unit)
{
    int64_t type_string = wm_profile_string(profile, type);
    int64_t unit_string = wm_profile_string(profile, unit);
    if (type_string < 0 || unit_string < 0)
        return -ENOMEM;
    struct wm_value_type wanted = {(uint32_t)type_string, (uint32_t)unit_string};
    for (size_t i = 0; i < profile->sample_type_count; i++) {
        const struct wm_value_type *known = &profile->sample_types[i];
        if (known->type == wanted.type && known->unit == wanted.unit)
            return (int)i;
    }
    assert(profile->sample_count == 0); /* their values would be one short */
    return (int)wm_profile_append_sample_type(profile, wanted);
}

int wm_profile_add_comment(struct wm_profile *profile, const char *comment)
{
    int64_t string = wm_profile_string(profile, comment);
    if (string < 0)
        return (int)string;
    for (size_t i = 0; i < profile->comment_count; i++) {
        if (profile->comments[i] == (uint32_t)string)
            return (int)i;
    }
    return (int)wm_profile_append_comment(profile, (uint32_t)string);
}

int64_t wm_profile_add_mapping(struct wm_profile *profile, const struct wm_mapping *mapping)
{
    struct wm_text *key = &profile->private->key;
    int rc = note_mappings(profile);
    if (rc < 0)
        return rc;
    mapping_key(mapping, key);
    int64_t index = wm_lookup_find(&profile->private->mappings, key);
    if (index != -ENOENT)
        return index;
    struct wm_mapping added = *mapping;
    rc = wm_lookup_next_id(&profile->private->mappings, &added.id);
    return rc < 0 ? rc : wm_profile_append_mapping(profile, &added);
}

int64_t wm_profile_add_function(struct wm_profile *profile, const struct wm_function *function)
{
    struct wm_text *key = &profile->private->key;
    int rc = note_functions(profile);
    if (rc < 0)
        return rc;
    function_key(function, key);
    int64_t index = wm_lookup_find(&profile->private->functions, key);
    if (index != -ENOENT)
        return index;
    struct wm_function added = *function;
    rc = wm_lookup_next_id(&profile->private->functions, &added.id);
    return rc < 0 ? rc : wm_profile_append_function(profile, &added);
}

int64_t wm_profile_add_location(struct wm_profile *profile, const struct wm_location *location,
                                const struct wm_line *lines)
{
    struct wm_text *key = &profile->private->key;
    int rc = note_locations(profile);
    if (rc < 0)
        return rc;
    location_key(location, lines, key);
    int64_t index = wm_lookup_find(&profile->private->locations, key);
    if (index != -ENOENT)
        return index;
    struct wm_location added = *location;
    rc = wm_lookup_next_id(&profile->private->locations, &added.id);
    return rc < 0 ? rc : wm_profile_append_location(profile, &added, lines);
}

int64_t wm_profile_add_sample(struct wm_profile *profile, const uint32_t *locations,
                              size_t location_count, const struct wm_label *labels,
                              size_t label_count, const int64_t *values)
{
    int rc = wm_profile_reserve_samples(profile, 1, location_count, label_count,
                                        profile->sample_type_count);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < location_count; i++) {
        assert(locations[i] < profile->location_count);
        profile->sample_locations[profile->sample_location_count + i] = locations[i];
    }
    for (size_t i = 0; i < label_count; i++)
        profile->labels[profile->label_count + i] = labels[i];
    for (size_t i = 0; i < profile->sample_type_count; i++)
        profile->values[profile->value_count + i] = values[i];
    return wm_profile_commit_sample(profile, location_count, label_count);
}

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
    uint32_t *locations =
        reserve(profile->sample_locations, &private->capacity.sample_locations,
                profile->sample_location_count + location_count, sizeof(*locations));
    if (locations == NULL)
        return -ENOMEM;
    profile->sample_locations = locations;
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

void wm_profile_take_stacks(struct wm_profile *profile, uint32_t *stacks, size_t count)
{
    profile->private->is_in_order = false;
    wm_pages_free(profile->sample_locations);
    profile->sample_locations = stacks;
    profile->sample_location_count = count;
    profile->private->capacity.sample_locations = count;
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
    wm_pages_free(profile->sample_locations);
    wm_pages_free(profile->labels);
    wm_pages_free(profile->values);
    profile->samples = from->samples;
    profile->sample_locations = from->sample_locations;
    profile->labels = from->labels;
    profile->values = from->values;
    profile->sample_count = from->sample_count;
    profile->sample_location_count = from->sample_location_count;
    profile->label_count = from->label_count;
    profile->value_count = from->value_count;
    profile->private->capacity.samples = from->private->capacity.samples;
    profile->private->capacity.sample_locations = from->private->capacity.sample_locations;
    profile->private->capacity.labels = from->private->capacity.labels;
    profile->private->capacity.values = from->private->capacity.values;
    from->samples = NULL;
    from->sample_locations = NULL;
    from->labels = NULL;
    from->values = NULL;
    from->sample_count = from->sample_location_count = from->label_count = from->value_count = 0;
}

void wm_profile_mark_joined(struct wm_profile *profile)
{
    profile->private->is_joined = true;
}

bool wm_profile_is_joined(const struct wm_profile *profile)
{
    return profile->private->is_joined;
}

void wm_profile_mark_in_order(struct wm_profile *profile)
{
    profile->private->is_in_order = true;
}

bool wm_profile_is_in_order(const struct wm_profile *profile)
{
    return profile->private->is_in_order;
}

void wm_profile_forget(struct wm_profile *profile)
{
    profile->private->is_joined = profile->private->is_in_order = false;
    wm_lookup_done(&profile->private->mappings);
    wm_lookup_done(&profile->private->functions);
    wm_lookup_done(&profile->private->locations);
}

/* What was appended since the last look-up enters the tables now: one who only reads and shows a
 * profile pays nothing for them. */
static int note_mappings(struct wm_profile *profile)
{
    struct wm_profile_private *private = profile->private;
    int rc = 0;
    while (rc == 0 && private->mappings.noted < profile->mapping_count) {
        const struct wm_mapping *mapping = &profile->mappings[private->mappings.noted];
        mapping_key(mapping, &private->key);
        rc = wm_lookup_note(&private->mappings, &private->key, mapping->id);
    }
    return rc;
}

static int note_functions(struct wm_profile *profile)
{
    struct wm_profile_private *private = profile->private;
    int rc = 0;
    while (rc == 0 && private->functions.noted < profile->function_count) {
        const struct wm_function *function = &profile->functions[private->functions.noted];
        function_key(function, &private->key);
        rc = wm_lookup_note(&private->functions, &private->key, function->id);
    }
    return rc;
}

static int note_locations(struct wm_profile *profile)
{
    struct wm_profile_private *private = profile->private;
    int rc = 0;
    while (rc == 0 && private->locations.noted < profile->location_count) {
        const struct wm_location *location = &profile->locations[private->locations.noted];
        location_key(location, profile->lines + location->first_line, &private->key);
        rc = wm_lookup_note(&private->locations, &private->key, location->id);
    }
    return rc;
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

/* Keys are spelled field by field, since structs have padding. */
static void mapping_key(const struct wm_mapping *mapping, struct wm_text *key)
{
    bool flags[] = {mapping->has_functions, mapping->has_filenames, mapping->has_lines,
                    mapping->has_inlines};
    wm_text_clear(key);
    wm_text_add_bytes(key, &mapping->start, sizeof(mapping->start));
    wm_text_add_bytes(key, &mapping->limit, sizeof(mapping->limit));
    wm_text_add_bytes(key, &mapping->offset, sizeof(mapping->offset));
    wm_text_add_bytes(key, &mapping->file, sizeof(mapping->file));
    wm_text_add_bytes(key, &mapping->build_id, sizeof(mapping->build_id));
    wm_text_add_bytes(key, flags, sizeof(flags));
}

static void function_key(const struct wm_function *function, struct wm_text *key)
{
    wm_text_clear(key);
    wm_text_add_bytes(key, &function->name, sizeof(function->name));
    wm_text_add_bytes(key, &function->system_name, sizeof(function->system_name));
    wm_text_add_bytes(key, &function->file, sizeof(function->file));
    wm_text_add_bytes(key, &function->start_line, sizeof(function->start_line));
}

static void location_key(const struct wm_location *location, const struct wm_line *lines,
                         struct wm_text *key)
{
    wm_text_clear(key);
    wm_text_add_bytes(key, &location->mapping, sizeof(location->mapping));
    wm_text_add_bytes(key, &location->address, sizeof(location->address));
    wm_text_add_bytes(key, &location->folded, sizeof(location->folded));
    for (uint32_t i = 0; i < location->line_count; i++) {
        wm_text_add_bytes(key, &lines[i].function, sizeof(lines[i].function));
        wm_text_add_bytes(key, &lines[i].line, sizeof(lines[i].line));
    }
}
