/* join_code.c - which mappings, functions and locations are equal. */
#include "profiles/pprof/join_code.h"

#include "harness/core/intern.h"
#include "profiles/pprof/codec.h"

#include <errno.h>
#include <stdlib.h>

static int map_lines(struct wm_join_code *join, const struct wm_location *location);
static int map_function(struct wm_join_code *join, uint32_t old);

int wm_join_code_init(struct wm_join_code *join, const struct wm_profile *from)
{
    uint32_t lines = 0;
    *join = (struct wm_join_code){.from = from};
    for (size_t i = 0; i < from->location_count; i++)
        lines = from->locations[i].line_count > lines ? from->locations[i].line_count : lines;
    wm_text_init(&join->key);
    join->mapping_of = calloc(from->mapping_count + 1, sizeof(join->mapping_of[0]));
    join->function_of = calloc(from->function_count + 1, sizeof(join->function_of[0]));
    join->location_of = calloc(from->location_count + 1, sizeof(join->location_of[0]));
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
    return rc;
}

void wm_join_code_done(struct wm_join_code *join)
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
}

/* Equal: the place in the mapping, the mapping, the flag and the lines. */
int wm_join_location(struct wm_join_code *join, uint32_t old)
{
    struct wm_location location = join->from->locations[old];
    uint64_t start = 0;
    if (join->location_of[old] != 0)
        return 0;
    if (location.mapping != 0) {
        uint32_t was = location.mapping - 1;
        int rc = wm_join_mapping(join, was);
        if (rc < 0)
            return rc;
        location.mapping = join->mapping_of[was];
        start = join->code->mappings[location.mapping - 1].start;
        location.address += start - join->from->mappings[was].start;
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
static int map_lines(struct wm_join_code *join, const struct wm_location *location)
{
    const struct wm_line *lines = join->from->lines + location->first_line;
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
int wm_join_mapping(struct wm_join_code *join, uint32_t old)
{
    const uint64_t page_bytes = 4096;
    struct wm_mapping mapping = join->from->mappings[old];
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

static int map_function(struct wm_join_code *join, uint32_t old)
{
    struct wm_function function = join->from->functions[old];
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
