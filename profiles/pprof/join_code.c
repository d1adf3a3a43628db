/* join_code.c - which mappings, functions and locations are equal. */
#include "profiles/pprof/join_code.h"

#include "harness/core/hash.h"
#include "profiles/pprof/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct wm_join_slot {
    uint32_t hash;
    uint32_t index_plus_1; /* of the new thing; 0: free */
};

static int map_lines(struct wm_join_code *join, const struct wm_location *location);
static int map_function(struct wm_join_code *join, uint32_t old);
static int init_table(struct wm_join_table *table, size_t things);

int wm_join_code_init(struct wm_join_code *join, const struct wm_profile *from, bool in_place)
{
    uint32_t lines = 0;
    *join = (struct wm_join_code){.from = from, .in_place = in_place};
    for (size_t i = 0; i < from->location_count; i++)
        lines = from->locations[i].line_count > lines ? from->locations[i].line_count : lines;
    join->mapping_of = calloc(from->mapping_count + 1, sizeof(join->mapping_of[0]));
    join->function_of = calloc(from->function_count + 1, sizeof(join->function_of[0]));
    join->location_of = calloc(from->location_count + 1, sizeof(join->location_of[0]));
    join->lines = calloc((size_t)lines + 1, sizeof(join->lines[0]));
    if (join->mapping_of == NULL || join->function_of == NULL || join->location_of == NULL ||
        join->lines == NULL)
        return -ENOMEM;
    int rc = 0;
    if (in_place)
        join->code = (struct wm_profile *)(uintptr_t)from; /* only read */
    else
        rc = wm_profile_new(&join->code);
    if (rc == 0 && !in_place)
        rc = wm_profile_reserve_code(join->code, from->function_count, from->location_count,
                                     from->line_count);
    if (rc == 0)
        rc = init_table(&join->mappings, from->mapping_count);
    if (rc == 0)
        rc = init_table(&join->functions, from->function_count);
    if (rc == 0)
        rc = init_table(&join->locations, from->location_count);
    return rc;
}

void wm_join_code_done(struct wm_join_code *join)
{
    free(join->mapping_of);
    free(join->function_of);
    free(join->location_of);
    free(join->lines);
    free(join->mappings.slots);
    free(join->functions.slots);
    free(join->locations.slots);
    if (!join->in_place)
        wm_profile_free(join->code);
}

/* ---- Tables ---- */

static int init_table(struct wm_join_table *table, size_t things)
{
    table->slot_count = 64;
    while (table->slot_count / 4 * 3 < things)
        table->slot_count *= 2;
    table->slots = calloc(table->slot_count, sizeof(table->slots[0]));
    return table->slots != NULL ? 0 : -ENOMEM;
}

/* Whether the new thing `index` is the one that is looked for. */
typedef bool is_same(const struct wm_join_code *join, uint32_t index, const void *thing);

/* The slot of a thing that is equal, or a free one that is the thing's from now on. */
static struct wm_join_slot *find_slot(const struct wm_join_code *join,
                                      const struct wm_join_table *table, uint64_t hash,
                                      is_same *same, const void *thing)
{
    const size_t mask = table->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct wm_join_slot *slot = &table->slots[at];
        if (slot->index_plus_1 == 0)
            slot->hash = (uint32_t)hash;
        if (slot->index_plus_1 == 0 ||
            (slot->hash == (uint32_t)hash && same(join, slot->index_plus_1 - 1, thing)))
            return slot;
    }
}

/* ---- Locations ---- */

/* One with its lines, both with new numbers. */
struct located {
    struct wm_location location;
    const struct wm_line *lines;
};

static uint64_t start_of(const struct wm_join_code *join, const struct wm_location *location)
{
    return location->mapping != 0 ? join->code->mappings[location->mapping - 1].start : 0;
}

/* The place in the mapping, the mapping, the flag and the lines. */
static bool is_same_location(const struct wm_join_code *join, uint32_t index, const void *thing)
{
    const struct located *located = thing;
    const struct wm_location *left = &join->code->locations[index], *right = &located->location;
    if (left->mapping != right->mapping || left->address != right->address ||
        left->folded != right->folded || left->line_count != right->line_count)
        return false;
    const struct wm_line *lines = join->code->lines + left->first_line;
    for (uint32_t i = 0; i < left->line_count; i++)
        if (lines[i].function != located->lines[i].function ||
            lines[i].line != located->lines[i].line)
            return false;
    return true;
}

static uint64_t hash_location(const struct located *located)
{
    const struct wm_location *location = &located->location;
    const uint64_t head[2] = {location->address,
                              location->mapping | (uint64_t)location->folded << 32};
    uint64_t hash = wm_hash_bytes(location->line_count, head, sizeof(head));
    for (uint32_t i = 0; i < location->line_count; i++) {
        const int64_t line[2] = {located->lines[i].function, located->lines[i].line};
        hash = wm_hash_bytes(hash, line, sizeof(line));
    }
    return hash;
}

/* Addresses are those of the mapping that stays. */
int wm_join_location(struct wm_join_code *join, uint32_t old)
{
    struct located located = {join->from->locations[old], join->lines};
    struct wm_location *location = &located.location;
    if (join->location_of[old] != 0)
        return 0;
    if (location->mapping != 0) {
        uint32_t was = location->mapping - 1;
        int rc = wm_join_mapping(join, was);
        if (rc < 0)
            return rc;
        location->mapping = join->mapping_of[was];
        location->address += start_of(join, location) - join->from->mappings[was].start;
    }
    int rc = map_lines(join, location);
    if (rc < 0)
        return rc;
    struct wm_join_slot *slot =
        find_slot(join, &join->locations, hash_location(&located), is_same_location, &located);
    if (slot->index_plus_1 == 0) {
        location->id = join->code->location_count + 1;
        int64_t index = join->in_place
                            ? (int64_t)join->location_count++
                            : wm_profile_append_location(join->code, location, join->lines);
        if (index < 0)
            return (int)index;
        slot->index_plus_1 = (uint32_t)index + 1;
    }
    join->location_of[old] = slot->index_plus_1;
    return 0;
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

/* ---- Mappings and functions ---- */

/* As many pages of the same part of the same binary, wherever it was loaded. */
static void make_mapping_key(const struct wm_mapping *mapping, uint64_t key[3])
{
    const uint64_t page_bytes = 4096;
    uint64_t bytes = mapping->limit - mapping->start + page_bytes - 1;
    key[0] = bytes - bytes % page_bytes;
    key[1] = mapping->offset;
    key[2] = mapping->build_id != 0 ? mapping->build_id : mapping->file;
}

static bool is_same_mapping(const struct wm_join_code *join, uint32_t index, const void *thing)
{
    uint64_t left[3], right[3];
    make_mapping_key(&join->code->mappings[index], left);
    make_mapping_key(thing, right);
    return memcmp(left, right, sizeof(left)) == 0;
}

int wm_join_mapping(struct wm_join_code *join, uint32_t old)
{
    struct wm_mapping mapping = join->from->mappings[old];
    uint64_t key[3];
    if (join->mapping_of[old] != 0)
        return 0;
    make_mapping_key(&mapping, key);
    struct wm_join_slot *slot = find_slot(join, &join->mappings, wm_hash_bytes(0, key, sizeof(key)),
                                          is_same_mapping, &mapping);
    if (slot->index_plus_1 == 0) {
        mapping.id = join->code->mapping_count + 1;
        int64_t index = join->in_place ? (int64_t)join->mapping_count++
                                       : wm_profile_append_mapping(join->code, &mapping);
        if (index < 0)
            return (int)index;
        slot->index_plus_1 = (uint32_t)index + 1;
    }
    join->mapping_of[old] = slot->index_plus_1;
    return 0;
}

static bool is_same_function(const struct wm_join_code *join, uint32_t index, const void *thing)
{
    const struct wm_function *left = &join->code->functions[index], *right = thing;
    return left->name == right->name && left->system_name == right->system_name &&
           left->file == right->file && left->start_line == right->start_line;
}

static int map_function(struct wm_join_code *join, uint32_t old)
{
    struct wm_function function = join->from->functions[old];
    if (join->function_of[old] != 0)
        return 0;
    const int64_t key[4] = {function.name, function.system_name, function.file,
                            function.start_line};
    struct wm_join_slot *slot = find_slot(
        join, &join->functions, wm_hash_bytes(0, key, sizeof(key)), is_same_function, &function);
    if (slot->index_plus_1 == 0) {
        function.id = join->code->function_count + 1;
        int64_t index = join->in_place ? (int64_t)join->function_count++
                                       : wm_profile_append_function(join->code, &function);
        if (index < 0)
            return (int)index;
        slot->index_plus_1 = (uint32_t)index + 1;
    }
    join->function_of[old] = slot->index_plus_1;
    return 0;
}
