/* profile.c - a profile in memory: tables that give equal things one index. */
#include "profiles/pprof/profile_private.h"

#include "harness/core/intern.h"
#include "harness/core/pages.h"
#include "profiles/pprof/codec.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int note_mappings(struct wm_profile *profile);
static int note_functions(struct wm_profile *profile);
static int note_locations(struct wm_profile *profile);
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
    wm_pages_free(profile->stacks);
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
    int rc = wm_profile_widen_stacks(profile, 0);
    if (rc == 0)
        rc = wm_profile_reserve_samples(profile, 1, location_count, label_count,
                                        profile->sample_type_count);
    if (rc < 0)
        return rc;
    uint32_t *stack = (uint32_t *)profile->stacks + profile->sample_location_count;
    for (size_t i = 0; i < location_count; i++) {
        assert(locations[i] < profile->location_count);
        stack[i] = locations[i];
    }
    for (size_t i = 0; i < label_count; i++)
        profile->labels[profile->label_count + i] = labels[i];
    for (size_t i = 0; i < profile->sample_type_count; i++)
        profile->values[profile->value_count + i] = values[i];
    return wm_profile_commit_sample(profile, location_count, label_count);
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

void wm_profile_mark_mute_labels(struct wm_profile *profile)
{
    profile->private->has_mute_labels = true;
}

bool wm_profile_has_mute_labels(const struct wm_profile *profile)
{
    return profile->private->has_mute_labels;
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
