/* profile.c - a profile in memory: growing arrays, and tables that give equal things one index. */
#include "profiles/pprof/profile.h"

#include "harness/core/intern.h"
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* From a thing's content to the index of the first thing with it. */
struct lookup {
    struct wm_intern *keys;
    uint32_t *indices; /* by number in `keys` */
    size_t count, capacity;
    uint64_t last_id; /* the largest in use */
};

struct wm_profile_private {
    struct lookup mappings, functions, locations;
    struct wm_text key; /* scratch */
    struct {
        size_t sample_types, mappings, functions, locations, lines, samples, sample_locations,
            labels, values, comments;
    } capacity;
};

static int lookup_init(struct lookup *lookup);
static void lookup_done(struct lookup *lookup);
static int64_t lookup_find(const struct lookup *lookup, const struct wm_text *key);
static int lookup_note(struct lookup *lookup, const struct wm_text *key, size_t index, uint64_t id);
static int next_id(const struct lookup *lookup, uint64_t *ret_id);
static void *reserve(void *array, size_t *capacity, size_t need, size_t item_bytes);
static int reserve_sample(struct wm_profile *profile, size_t location_end, size_t label_end,
                          size_t value_end);
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
    rc = lookup_init(&profile->private->mappings);
    if (rc == 0)
        rc = lookup_init(&profile->private->functions);
    if (rc == 0)
        rc = lookup_init(&profile->private->locations);
    if (rc < 0)
        goto out;
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
        lookup_done(&profile->private->mappings);
        lookup_done(&profile->private->functions);
        lookup_done(&profile->private->locations);
        wm_text_done(&profile->private->key);
        free(profile->private);
    }
    wm_intern_free(profile->strings);
    free(profile->sample_types);
    free(profile->mappings);
    free(profile->functions);
    free(profile->locations);
    free(profile->lines);
    free(profile->samples);
    free(profile->sample_locations);
    free(profile->labels);
    free(profile->values);
    free(profile->comments);
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
    mapping_key(mapping, key);
    int64_t index = lookup_find(&profile->private->mappings, key);
    if (index != -ENOENT)
        return index;
    struct wm_mapping added = *mapping;
    int rc = next_id(&profile->private->mappings, &added.id);
    return rc < 0 ? rc : wm_profile_append_mapping(profile, &added);
}

int64_t wm_profile_add_function(struct wm_profile *profile, const struct wm_function *function)
{
    struct wm_text *key = &profile->private->key;
    function_key(function, key);
    int64_t index = lookup_find(&profile->private->functions, key);
    if (index != -ENOENT)
        return index;
    struct wm_function added = *function;
    int rc = next_id(&profile->private->functions, &added.id);
    return rc < 0 ? rc : wm_profile_append_function(profile, &added);
}

int64_t wm_profile_add_location(struct wm_profile *profile, const struct wm_location *location,
                                const struct wm_line *lines)
{
    struct wm_text *key = &profile->private->key;
    location_key(location, lines, key);
    int64_t index = lookup_find(&profile->private->locations, key);
    if (index != -ENOENT)
        return index;
    struct wm_location added = *location;
    int rc = next_id(&profile->private->locations, &added.id);
    return rc < 0 ? rc : wm_profile_append_location(profile, &added, lines);
}

int64_t wm_profile_add_sample(struct wm_profile *profile, const uint32_t *locations,
                              size_t location_count, const struct wm_label *labels,
                              size_t label_count, const int64_t *values)
{
    size_t location_end = profile->sample_location_count + location_count;
    size_t label_end = profile->label_count + label_count;
    size_t value_end = profile->value_count + profile->sample_type_count;
    if (profile->sample_count >= UINT32_MAX || location_end > UINT32_MAX ||
        label_end > UINT32_MAX || value_end > UINT32_MAX)
        return -EOVERFLOW;

    int rc = reserve_sample(profile, location_end, label_end, value_end);
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
    profile->samples[profile->sample_count] = (struct wm_profile_sample){
        .first_location = (uint32_t)profile->sample_location_count,
        .location_count = (uint32_t)location_count,
        .first_label = (uint32_t)profile->label_count,
        .label_count = (uint32_t)label_count,
        .first_value = (uint32_t)profile->value_count,
    };
    profile->sample_location_count = location_end;
    profile->label_count = label_end;
    profile->value_count = value_end;
    return (int64_t)profile->sample_count++;
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
    mapping_key(mapping, &private->key);
    int rc = lookup_note(&private->mappings, &private->key, profile->mapping_count, mapping->id);
    if (rc < 0)
        return rc;
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
    function_key(function, &private->key);
    int rc = lookup_note(&private->functions, &private->key, profile->function_count, function->id);
    if (rc < 0)
        return rc;
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
    location_key(location, lines, &private->key);
    int rc = lookup_note(&private->locations, &private->key, profile->location_count, location->id);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < location->line_count; i++) {
        assert(lines[i].function < profile->function_count);
        all_lines[profile->line_count + i] = lines[i];
    }
    locations[profile->location_count] = *location;
    locations[profile->location_count].first_line = (uint32_t)profile->line_count;
    profile->line_count = line_end;
    return (int64_t)profile->location_count++;
}

static int lookup_init(struct lookup *lookup)
{
    return wm_intern_new(&lookup->keys);
}

static void lookup_done(struct lookup *lookup)
{
    wm_intern_free(lookup->keys);
    free(lookup->indices);
}

/* -ENOENT, or -ENOMEM when the key could not even be spelled. */
static int64_t lookup_find(const struct lookup *lookup, const struct wm_text *key)
{
    if (key->failed)
        return -ENOMEM;
    int64_t number = wm_intern_find(lookup->keys, key->data, key->length);
    return number < 0 ? number : (int64_t)lookup->indices[number];
}

static int lookup_note(struct lookup *lookup, const struct wm_text *key, size_t index, uint64_t id)
{
    if (key->failed)
        return -ENOMEM;
    uint32_t *indices =
        reserve(lookup->indices, &lookup->capacity, lookup->count + 1, sizeof(*indices));
    if (indices == NULL)
        return -ENOMEM;
    lookup->indices = indices;
    int64_t number = wm_intern_bytes(lookup->keys, key->data, key->length);
    if (number < 0)
        return (int)number;
    if ((size_t)number == lookup->count)
        indices[lookup->count++] = (uint32_t)index;
    if (id > lookup->last_id)
        lookup->last_id = id;
    return 0;
}

static int next_id(const struct lookup *lookup, uint64_t *ret_id)
{
    if (lookup->last_id == UINT64_MAX)
        return -EOVERFLOW;
    *ret_id = lookup->last_id + 1;
    return 0;
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
    void *moved = reallocarray(array, grown, item_bytes);
    if (moved != NULL)
        *capacity = grown;
    return moved;
}

/* Room for one more sample whose parts end where given. */
static int reserve_sample(struct wm_profile *profile, size_t location_end, size_t label_end,
                          size_t value_end)
{
    struct wm_profile_private *private = profile->private;
    struct wm_profile_sample *samples = reserve(profile->samples, &private->capacity.samples,
                                                profile->sample_count + 1, sizeof(*samples));
    if (samples == NULL)
        return -ENOMEM;
    profile->samples = samples;
    uint32_t *locations = reserve(profile->sample_locations, &private->capacity.sample_locations,
                                  location_end, sizeof(*locations));
    if (locations == NULL)
        return -ENOMEM;
    profile->sample_locations = locations;
    struct wm_label *labels =
        reserve(profile->labels, &private->capacity.labels, label_end, sizeof(*labels));
    if (labels == NULL)
        return -ENOMEM;
    profile->labels = labels;
    int64_t *values =
        reserve(profile->values, &private->capacity.values, value_end, sizeof(*values));
    if (values == NULL)
        return -ENOMEM;
    profile->values = values;
    return 0;
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
