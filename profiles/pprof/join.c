/* join.c - joins equal things of one profile.
 *
 * Code (mappings, functions, locations) is small and built anew in order of first use. Samples are
 * most of a profile and are moved down over their own arrays, behind those that were kept. */
#include "profiles/pprof/join.h"

#include "harness/core/intern.h"
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/sample_table.h"
#include "profiles/pprof/scale.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_SAMPLES = 32 };

struct join {
    struct wm_profile *profile;
    struct wm_profile *code; /* the new mappings, functions, locations and lines */
    /* from old indices to new ones, + 1; 0 as long as nothing uses it */
    uint32_t *mapping_of, *function_of, *location_of;
    /* what makes a thing itself; its number is the new index */
    struct wm_intern *mapping_keys, *function_keys, *location_keys;
    struct wm_text key;
    struct wm_line *lines; /* scratch, as long as the longest list */
    struct wm_sample_table table;
};

static int join_once(struct wm_profile *profile, bool *ret_again);
static int init(struct join *join);
static void done(struct join *join);
static int join_samples(struct join *join);
static int prepare_sample(struct join *join, struct wm_profile_sample *sample);
static void settle_sample(struct join *join, const struct wm_profile_sample *from, uint32_t hash);
static void move_down(void *array, size_t to, size_t from, size_t count, size_t item_bytes);
static void add_values(struct wm_profile *profile, const struct wm_profile_sample *to,
                       const int64_t *values);
static int map_location(struct join *join, uint32_t old);
static int map_lines(struct join *join, const struct wm_location *location);
static int map_mapping(struct join *join, uint32_t old);
static int map_function(struct join *join, uint32_t old);
static bool is_zero(const struct wm_profile *profile, const struct wm_profile_sample *sample);

int wm_profile_join(struct wm_profile *profile)
{
    bool again = true;
    int rc = 0;
    while (rc == 0 && again)
        rc = join_once(profile, &again);
    return rc;
}

/* `again`: some sums came out as zeros, and what only they used has to go too. */
static int join_once(struct wm_profile *profile, bool *ret_again)
{
    struct join join = {.profile = profile};
    int rc = init(&join);
    if (rc == 0 && profile->mapping_count > 0)
        rc = map_mapping(&join, 0);
    if (rc == 0)
        rc = join_samples(&join);
    if (rc < 0)
        goto out;
    wm_profile_take_code(profile, join.code);
    join.code = NULL;
    *ret_again = false;
    for (size_t i = 0; i < profile->sample_count; i++)
        *ret_again |= is_zero(profile, &profile->samples[i]);
out:
    done(&join);
    return rc;
}

static int init(struct join *join)
{
    struct wm_profile *profile = join->profile;
    uint32_t lines = 0;
    for (size_t i = 0; i < profile->location_count; i++)
        lines = profile->locations[i].line_count > lines ? profile->locations[i].line_count : lines;
    wm_text_init(&join->key);
    join->mapping_of = calloc(profile->mapping_count + 1, sizeof(join->mapping_of[0]));
    join->function_of = calloc(profile->function_count + 1, sizeof(join->function_of[0]));
    join->location_of = calloc(profile->location_count + 1, sizeof(join->location_of[0]));
    join->lines = calloc((size_t)lines + 1, sizeof(join->lines[0]));
    if (join->mapping_of == NULL || join->function_of == NULL || join->location_of == NULL ||
        join->lines == NULL)
        return -ENOMEM;
    int rc = wm_profile_new(&join->code);
    if (rc == 0)
        rc = wm_intern_new(&join->mapping_keys);
    if (rc == 0)
        rc = wm_intern_new(&join->function_keys);
    if (rc == 0)
        rc = wm_intern_new(&join->location_keys);
    if (rc == 0)
        rc = wm_sample_table_init(&join->table, profile);
    return rc;
}

static void done(struct join *join)
{
    wm_text_done(&join->key);
    free(join->mapping_of);
    free(join->function_of);
    free(join->location_of);
    free(join->lines);
    wm_intern_free(join->mapping_keys);
    wm_intern_free(join->function_keys);
    wm_intern_free(join->location_keys);
    wm_profile_free(join->code);
    wm_sample_table_done(&join->table);
}

/* In batches: a slot of the table is asked for while the next samples are made ready, since the
 * table is too large for any cache. */
static int join_samples(struct join *join)
{
    struct wm_profile *profile = join->profile;
    struct wm_profile_sample batch[BATCH_SAMPLES];
    uint32_t hashes[BATCH_SAMPLES];
    const size_t count = profile->sample_count;
    profile->sample_count = 0;
    profile->sample_location_count = 0;
    profile->label_count = 0;
    profile->value_count = 0;
    for (size_t at = 0; at < count;) {
        size_t filled = 0;
        for (; at < count && filled < BATCH_SAMPLES; at++) {
            batch[filled] = profile->samples[at];
            if (is_zero(profile, &batch[filled]))
                continue;
            int rc = prepare_sample(join, &batch[filled]);
            if (rc < 0)
                return rc;
            hashes[filled] = wm_sample_table_hash(&join->table, &batch[filled]);
            filled++;
        }
        for (size_t i = 0; i < filled; i++)
            settle_sample(join, &batch[i], hashes[i]);
    }
    return 0;
}

/* New locations and sorted labels, where the old ones are. */
static int prepare_sample(struct join *join, struct wm_profile_sample *sample)
{
    uint32_t *locations = join->profile->sample_locations + sample->first_location;
    for (uint32_t i = 0; i < sample->location_count; i++) {
        uint32_t old = locations[i], mapped = join->location_of[old];
        if (mapped == 0) {
            int rc = map_location(join, old);
            if (rc < 0)
                return rc;
            mapped = join->location_of[old];
        }
        locations[i] = mapped - 1;
    }
    return wm_sample_sort_labels(&join->table, sample);
}

/* Adds the sample to the equal one, or moves it down behind those that were kept. */
static void settle_sample(struct join *join, const struct wm_profile_sample *from, uint32_t hash)
{
    struct wm_profile *profile = join->profile;
    const struct wm_profile_sample *known = wm_sample_table_find(&join->table, from, hash);
    if (known != NULL) {
        add_values(profile, known, profile->values + from->first_value);
        return;
    }
    struct wm_profile_sample to = *from;
    to.first_location = (uint32_t)profile->sample_location_count;
    to.first_label = (uint32_t)profile->label_count;
    to.first_value = (uint32_t)profile->value_count;
    assert(to.first_location <= from->first_location && to.first_label <= from->first_label &&
           to.first_value <= from->first_value);
    move_down(profile->sample_locations, to.first_location, from->first_location,
              from->location_count, sizeof(profile->sample_locations[0]));
    move_down(profile->labels, to.first_label, from->first_label, from->label_count,
              sizeof(profile->labels[0]));
    move_down(profile->values, to.first_value, from->first_value, profile->sample_type_count,
              sizeof(profile->values[0]));
    profile->sample_location_count += to.location_count;
    profile->label_count += to.label_count;
    profile->value_count += profile->sample_type_count;
    profile->samples[profile->sample_count++] = to;
}

static void move_down(void *array, size_t to, size_t from, size_t count, size_t item_bytes)
{
    if (to != from && count > 0)
        memmove((char *)array + to * item_bytes, (const char *)array + from * item_bytes,
                count * item_bytes);
}

static void add_values(struct wm_profile *profile, const struct wm_profile_sample *to,
                       const int64_t *values)
{
    int64_t *sums = profile->values + to->first_value;
    for (size_t i = 0; i < profile->sample_type_count; i++)
        sums[i] = wm_add_wrapping(sums[i], values[i]);
}

/* Equal: the place in the mapping, the mapping, the flag and the lines. */
static int map_location(struct join *join, uint32_t old)
{
    struct wm_location location = join->profile->locations[old];
    uint64_t start = 0;
    if (location.mapping != 0) {
        uint32_t was = location.mapping - 1;
        int rc = map_mapping(join, was);
        if (rc < 0)
            return rc;
        location.mapping = join->mapping_of[was];
        start = join->code->mappings[location.mapping - 1].start;
        location.address += start - join->profile->mappings[was].start;
    }
    int rc = map_lines(join, &location);
    if (rc < 0)
        return rc;
    uint64_t head[3] = {location.address - start, location.mapping, location.folded};
    wm_text_clear(&join->key);
    wm_text_add_bytes(&join->key, head, sizeof(head));
    for (uint32_t i = 0; i < location.line_count; i++) {
        int64_t words[2] = {join->lines[i].function, join->lines[i].line};
        wm_text_add_bytes(&join->key, words, sizeof(words));
    }
    if (join->key.failed)
        return -ENOMEM;
    int64_t index = wm_intern_bytes(join->location_keys, join->key.data, join->key.length);
    if (index < 0)
        return (int)index;
    join->location_of[old] = (uint32_t)index + 1;
    if ((size_t)index < join->code->location_count)
        return 0;
    location.id = (uint64_t)index + 1;
    int64_t added = wm_profile_append_location(join->code, &location, join->lines);
    return added < 0 ? (int)added : 0;
}

/* Its lines, with new functions, into the scratch. */
static int map_lines(struct join *join, const struct wm_location *location)
{
    const struct wm_line *lines = join->profile->lines + location->first_line;
    for (uint32_t i = 0; i < location->line_count; i++) {
        int rc = map_function(join, lines[i].function);
        if (rc < 0)
            return rc;
        join->lines[i].function = join->function_of[lines[i].function] - 1;
        join->lines[i].line = lines[i].line;
    }
    return 0;
}

/* Equal: as many pages of the same part of the same binary, wherever it was loaded. */
static int map_mapping(struct join *join, uint32_t old)
{
    const uint64_t page_bytes = 4096;
    struct wm_mapping mapping = join->profile->mappings[old];
    if (join->mapping_of[old] != 0)
        return 0;
    uint64_t bytes = mapping.limit - mapping.start + page_bytes - 1;
    uint64_t key[3] = {bytes - bytes % page_bytes, mapping.offset,
                       mapping.build_id != 0 ? mapping.build_id : mapping.file};
    int64_t index = wm_intern_bytes(join->mapping_keys, key, sizeof(key));
    if (index < 0)
        return (int)index;
    join->mapping_of[old] = (uint32_t)index + 1;
    if ((size_t)index < join->code->mapping_count)
        return 0;
    mapping.id = (uint64_t)index + 1;
    int64_t added = wm_profile_append_mapping(join->code, &mapping);
    return added < 0 ? (int)added : 0;
}

static int map_function(struct join *join, uint32_t old)
{
    struct wm_function function = join->profile->functions[old];
    if (join->function_of[old] != 0)
        return 0;
    int64_t key[4] = {function.name, function.system_name, function.file, function.start_line};
    int64_t index = wm_intern_bytes(join->function_keys, key, sizeof(key));
    if (index < 0)
        return (int)index;
    join->function_of[old] = (uint32_t)index + 1;
    if ((size_t)index < join->code->function_count)
        return 0;
    function.id = (uint64_t)index + 1;
    int64_t added = wm_profile_append_function(join->code, &function);
    return added < 0 ? (int)added : 0;
}

static bool is_zero(const struct wm_profile *profile, const struct wm_profile_sample *sample)
{
    const int64_t *values = profile->values + sample->first_value;
    for (size_t i = 0; i < profile->sample_type_count; i++)
        if (values[i] != 0)
            return false;
    return true;
}
