/* load.c - joins what is equal in a profile, as pprof does before any view. */
#include "profiles/views/load.h"

#include "harness/core/intern.h"
#include "harness/core/text.h"
#include "profiles/views/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 4096 };

static size_t at_least_one(size_t count)
{
    return count > 0 ? count : 1;
}

static int join_functions(struct wm_loaded *loaded)
{
    const struct wm_profile *profile = loaded->profile;
    struct wm_intern *known = NULL;
    uint32_t *first = calloc(at_least_one(profile->function_count), sizeof(first[0]));
    int rc = first == NULL ? -ENOMEM : wm_intern_new(&known);
    for (size_t i = 0; rc == 0 && i < profile->function_count; i++) {
        const struct wm_function *function = &profile->functions[i];
        int64_t key[4] = {function->name, function->system_name, function->file,
                          function->start_line};
        int64_t id = wm_intern_bytes(known, key, sizeof(key));
        if (id < 0) {
            rc = -ENOMEM;
            break;
        }
        if ((size_t)id + 1 == wm_intern_count(known) && first[id] == 0)
            first[id] = (uint32_t)i + 1;
        loaded->function_of[i] = first[id] - 1;
    }
    wm_intern_free(known);
    free(first);
    return rc;
}

/* Mappings are one if they are as large (in pages) and show the same part of the same binary. */
static int join_mappings(struct wm_loaded *loaded)
{
    const struct wm_profile *profile = loaded->profile;
    for (size_t i = 0; i < profile->mapping_count; i++) {
        const struct wm_mapping *mapping = &profile->mappings[i];
        uint64_t pages = (mapping->limit - mapping->start + PAGE_BYTES - 1) / PAGE_BYTES;
        loaded->mapping_of[i] = (uint32_t)i;
        for (size_t other = 0; other < i; other++) {
            const struct wm_mapping *seen = &profile->mappings[other];
            uint64_t seen_pages = (seen->limit - seen->start + PAGE_BYTES - 1) / PAGE_BYTES;
            bool same_binary = mapping->build_id != 0 || seen->build_id != 0
                                   ? mapping->build_id == seen->build_id
                                   : mapping->file == seen->file;
            if (pages == seen_pages && mapping->offset == seen->offset && same_binary) {
                loaded->mapping_of[i] = (uint32_t)other;
                break;
            }
        }
    }
    return 0;
}

/* Bytes that are equal for equal locations: address in its mapping, mapping, flag, lines. */
static void add_location_key(const struct wm_loaded *loaded, const struct wm_location *location,
                             struct wm_text *key)
{
    const struct wm_profile *profile = loaded->profile;
    uint64_t head[3] = {location->address, location->mapping, location->folded};
    if (location->mapping != 0) {
        head[0] -= profile->mappings[location->mapping - 1].start;
        head[1] = loaded->mapping_of[location->mapping - 1] + 1;
    }
    wm_text_clear(key);
    wm_text_add_bytes(key, head, sizeof(head));
    for (uint32_t i = 0; i < location->line_count; i++) {
        const struct wm_line *line = &profile->lines[location->first_line + i];
        int64_t words[2] = {loaded->function_of[line->function], line->line};
        wm_text_add_bytes(key, words, sizeof(words));
    }
}

static int join_locations(struct wm_loaded *loaded)
{
    const struct wm_profile *profile = loaded->profile;
    struct wm_intern *known = NULL;
    struct wm_text key;
    wm_text_init(&key);
    uint32_t *first = calloc(at_least_one(profile->location_count), sizeof(first[0]));
    int rc = first == NULL ? -ENOMEM : wm_intern_new(&known);
    for (size_t i = 0; rc == 0 && i < profile->location_count; i++) {
        add_location_key(loaded, &profile->locations[i], &key);
        int64_t id = key.failed ? -ENOMEM : wm_intern_bytes(known, key.data, key.length);
        if (id < 0) {
            rc = -ENOMEM;
            break;
        }
        if (first[id] == 0)
            first[id] = (uint32_t)i + 1;
        loaded->location_of[i] = first[id] - 1;
        loaded->locations[i] = profile->locations[i];
    }
    wm_intern_free(known);
    wm_text_done(&key);
    free(first);
    return rc;
}

static int compare_labels(const void *a, const void *b)
{
    const struct wm_label *const *left = a, *const *right = b;
    bool left_number = (*left)->string == 0, right_number = (*right)->string == 0;
    if (left_number != right_number)
        return left_number ? 1 : -1;
    if ((*left)->key != (*right)->key)
        return (*left)->key < (*right)->key ? -1 : 1;
    return *left < *right ? -1 : *left > *right; /* values of one key keep their order */
}

/* Adds the sample's labels in an order that does not depend on theirs, empty ones left out. */
static int add_label_key(const struct wm_profile *profile, const struct wm_profile_sample *sample,
                         struct wm_text *key)
{
    size_t count = 0;
    const struct wm_label **labels = calloc(at_least_one(sample->label_count), sizeof(labels[0]));
    if (labels == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < sample->label_count; i++) {
        const struct wm_label *label = &profile->labels[sample->first_label + i];
        if (label->string != 0 || label->number != 0 || label->unit != 0)
            labels[count++] = label;
    }
    qsort(labels, count, sizeof(labels[0]), compare_labels);
    for (size_t i = 0; i < count; i++) {
        int64_t words[4] = {labels[i]->key, labels[i]->string,
                            labels[i]->string != 0 ? 0 : labels[i]->number,
                            labels[i]->string != 0 ? 0 : labels[i]->unit};
        wm_text_add_bytes(key, words, sizeof(words));
    }
    free(labels);
    return 0;
}

static bool all_zero(const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] != 0)
            return false;
    return true;
}

/* Adds the profile's sample `number` to the equal one that is there, or as a new one. */
static int join_sample(struct wm_loaded *loaded, struct wm_intern *known, size_t number,
                       struct wm_text *key)
{
    const struct wm_profile *profile = loaded->profile;
    const struct wm_profile_sample *sample = &profile->samples[number];
    size_t types = profile->sample_type_count;
    const int64_t *values = profile->values + sample->first_value;
    uint64_t head = sample->location_count;
    if (all_zero(values, types))
        return 0;
    wm_text_clear(key);
    wm_text_add_bytes(key, &head, sizeof(head));
    uint32_t *stack = loaded->stack + sample->first_location;
    for (uint32_t i = 0; i < sample->location_count; i++)
        stack[i] = loaded->location_of[profile->sample_locations[sample->first_location + i]];
    wm_text_add_bytes(key, stack, sample->location_count * sizeof(stack[0]));
    int rc = add_label_key(profile, sample, key);
    int64_t id = rc < 0 || key->failed ? -ENOMEM : wm_intern_bytes(known, key->data, key->length);
    if (id < 0)
        return -ENOMEM;
    int64_t *sums = loaded->values + (size_t)id * types;
    if ((size_t)id == loaded->sample_count)
        loaded->samples[loaded->sample_count++] = (struct wm_loaded_sample){
            .origin = number,
            .first_location = sample->first_location,
            .location_count = sample->location_count,
            .first_value = (size_t)id * types,
        };
    for (size_t i = 0; i < types; i++)
        sums[i] = wm_add_wrapping(sums[i], values[i]);
    return 0;
}

static int join_samples(struct wm_loaded *loaded)
{
    struct wm_intern *known = NULL;
    struct wm_text key;
    wm_text_init(&key);
    int rc = wm_intern_new(&known);
    for (size_t i = 0; rc == 0 && i < loaded->profile->sample_count; i++)
        rc = join_sample(loaded, known, i, &key);
    size_t kept = 0;
    for (size_t i = 0; i < loaded->sample_count; i++) {
        const struct wm_loaded_sample *sample = &loaded->samples[i];
        if (!all_zero(loaded->values + sample->first_value, loaded->profile->sample_type_count))
            loaded->samples[kept++] = *sample;
    }
    loaded->sample_count = kept;
    wm_intern_free(known);
    wm_text_done(&key);
    return rc;
}

/* The default sample type if the profile names one that it has, otherwise the last. */
static size_t choose_type(const struct wm_profile *profile)
{
    for (size_t i = 0; profile->default_sample_type != 0 && i < profile->sample_type_count; i++)
        if (profile->sample_types[i].type == profile->default_sample_type)
            return i;
    return profile->sample_type_count - 1;
}

static int allocate(struct wm_loaded *loaded)
{
    const struct wm_profile *profile = loaded->profile;
    size_t locations = at_least_one(profile->location_count);
    loaded->location_of = calloc(locations, sizeof(loaded->location_of[0]));
    loaded->locations = calloc(locations, sizeof(loaded->locations[0]));
    loaded->function_of =
        calloc(at_least_one(profile->function_count), sizeof(loaded->function_of[0]));
    loaded->mapping_of =
        calloc(at_least_one(profile->mapping_count), sizeof(loaded->mapping_of[0]));
    loaded->stack = calloc(at_least_one(profile->sample_location_count), sizeof(loaded->stack[0]));
    loaded->samples = calloc(at_least_one(profile->sample_count), sizeof(loaded->samples[0]));
    loaded->values = calloc(at_least_one(profile->sample_count),
                            at_least_one(profile->sample_type_count) * sizeof(loaded->values[0]));
    bool all = loaded->location_of != NULL && loaded->locations != NULL &&
               loaded->function_of != NULL && loaded->mapping_of != NULL && loaded->stack != NULL &&
               loaded->samples != NULL && loaded->values != NULL;
    return all ? 0 : -ENOMEM;
}

int wm_loaded_new(const struct wm_profile *profile, struct wm_loaded **ret_loaded,
                  struct wm_error *err)
{
    if (profile->sample_type_count == 0)
        return wm_fail(err, -EINVAL, "the profile has no sample type, so there is nothing to show");
    struct wm_loaded *loaded = calloc(1, sizeof(*loaded));
    if (loaded == NULL)
        return wm_fail(err, -ENOMEM, "no memory for the profile's samples");
    loaded->profile = profile;
    loaded->value_type = choose_type(profile);
    int rc = allocate(loaded);
    if (rc == 0)
        rc = join_functions(loaded);
    if (rc == 0)
        rc = join_mappings(loaded);
    if (rc == 0)
        rc = join_locations(loaded);
    if (rc == 0)
        rc = join_samples(loaded);
    if (rc < 0) {
        wm_fail(err, rc, "no memory for the profile's samples");
        goto out;
    }
    rc = wm_loaded_drop_frames(loaded, err);
    if (rc < 0)
        goto out;
    *ret_loaded = loaded;
    loaded = NULL;
out:
    wm_loaded_free(loaded);
    return rc;
}

void wm_loaded_free(struct wm_loaded *loaded)
{
    if (loaded == NULL)
        return;
    free(loaded->location_of);
    free(loaded->function_of);
    free(loaded->mapping_of);
    free(loaded->locations);
    free(loaded->stack);
    free(loaded->samples);
    free(loaded->values);
    free(loaded);
}

int64_t wm_loaded_value(const struct wm_loaded *loaded, size_t sample)
{
    return loaded->values[loaded->samples[sample].first_value + loaded->value_type];
}

int64_t wm_loaded_total(const struct wm_loaded *loaded)
{
    int64_t total = 0;
    for (size_t i = 0; i < loaded->sample_count; i++)
        total = wm_add_wrapping(total, wm_magnitude(wm_loaded_value(loaded, i)));
    return total;
}
