/* legacy_maps.c - where binaries lay in the process, and which of them each address is in.
 *
 * Lists of old profilers are known to be wrong in some ways, which are put right here as pprof
 * does: binaries in pieces, libraries before the program, starts without their offset. */
#include "profiles/pprof/legacy.h"

#include "harness/core/intern.h"
#include "harness/core/text.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/legacy_map_line.h"
#include "profiles/pprof/sample_stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* More than any process has; a foreign file may have it, and it would take for ever. */
enum { VARIABLES_MAX = 64, LINE_BYTES_MAX = 64 * 1024 };
static const uint64_t comparisons_max = UINT64_C(1) << 29;

/* "build=/home/me/build": $build stands for it in the lines below. */
struct variable {
    struct wm_slice name, value;
};

struct maps {
    struct wm_legacy *legacy;
    struct variable variables[VARIABLES_MAX];
    size_t variable_count;
    struct wm_text line; /* with variables replaced */
    struct wm_mapping *mappings;
    size_t count, capacity;
    bool *is_placed; /* per location */
    uint64_t comparisons;
};

static int read_lines(struct maps *maps);
static struct wm_slice replace_variables(struct maps *maps, struct wm_slice line);
static int note_variable(struct maps *maps, struct wm_slice line);
static int add_mapping(struct maps *maps, const struct wm_map_line *line);
static int append_mapping(struct maps *maps, struct wm_mapping mapping);
static void join_adjacent(struct maps *maps);
static bool is_adjacent(const struct wm_mapping *left, const struct wm_mapping *right);
static void put_program_first(struct maps *maps);
static bool is_program(const struct maps *maps, const struct wm_mapping *mapping);
static void mend_first(struct maps *maps);
static int place_locations(struct maps *maps);
static int place(struct maps *maps, struct wm_location *location, uint32_t *everything);

bool wm_legacy_announces_maps(struct wm_slice line)
{
    return wm_slice_find(line, "--- Memory map: ---").at != NULL ||
           wm_slice_find(line, "MAPPED_LIBRARIES:").at != NULL;
}

int wm_legacy_read_announced_maps(struct wm_legacy *legacy)
{
    while (!wm_legacy_announces_maps(legacy->line) && wm_legacy_next_line(legacy))
        continue;
    return wm_legacy_read_maps(legacy);
}

int wm_legacy_read_maps(struct wm_legacy *legacy)
{
    struct maps maps = {.legacy = legacy};
    wm_text_init(&maps.line);
    int rc = read_lines(&maps);
    if (rc == 0) {
        join_adjacent(&maps);
        put_program_first(&maps);
        mend_first(&maps);
        rc = place_locations(&maps);
    }
    for (size_t i = 0; rc == 0 && i < maps.count; i++) {
        maps.mappings[i].id = i + 1;
        int64_t index = wm_profile_append_mapping(legacy->profile, &maps.mappings[i]);
        if (index < 0)
            rc = wm_legacy_failed(legacy, (int)index);
    }
    wm_text_done(&maps.line);
    free(maps.mappings);
    free(maps.is_placed);
    return rc;
}

/* ---- Lines ---- */

static int read_lines(struct maps *maps)
{
    int rc = 0;
    while (rc == 0 && wm_legacy_next_line(maps->legacy)) {
        struct wm_map_line parts;
        struct wm_slice line = replace_variables(maps, wm_map_line_without_log(maps->legacy->line));
        if (!wm_map_line_parse(line, &parts))
            rc = note_variable(maps, line);
        else if (parts.permissions.length == 0 || wm_slice_find(parts.permissions, "x").at != NULL)
            rc = add_mapping(maps, &parts);
    }
    return rc;
}

/* The line itself where nothing stands for anything. */
static struct wm_slice replace_variables(struct maps *maps, struct wm_slice line)
{
    if (maps->variable_count == 0 || wm_slice_find(line, "$").at == NULL)
        return line;
    wm_text_clear(&maps->line);
    while (line.length > 0 && maps->line.length < LINE_BYTES_MAX) {
        struct wm_slice put = {line.at, 1};
        size_t taken = 1;
        for (size_t i = 0; line.at[0] == '$' && i < maps->variable_count; i++) {
            struct wm_slice name = maps->variables[i].name;
            if (line.length > name.length && memcmp(line.at + 1, name.at, name.length) == 0) {
                put = maps->variables[i].value;
                taken = 1 + name.length;
                break;
            }
        }
        wm_text_add_bytes(&maps->line, put.at, put.length);
        line.at += taken;
        line.length -= taken;
    }
    return (struct wm_slice){maps->line.data, maps->line.length};
}

static int intern_slice(struct maps *maps, struct wm_slice text, uint32_t *ret_string)
{
    int64_t number = wm_intern_bytes(maps->legacy->profile->strings, text.length > 0 ? text.at : "",
                                     text.length);
    if (number < 0)
        return wm_legacy_failed(maps->legacy, (int)number);
    *ret_string = (uint32_t)number;
    return 0;
}

/* Its texts are kept among the profile's: the line may be gone before the next. */
static int note_variable(struct maps *maps, struct wm_slice line)
{
    struct wm_slice value = wm_slice_find(line, "=");
    if (value.at == NULL || maps->variable_count == VARIABLES_MAX)
        return 0;
    struct wm_slice parts[2] = {
        {line.at,      line.length - value.length},
        {value.at + 1, value.length - 1          }
    };
    for (size_t i = 0; i < 2; i++) {
        uint32_t string = 0;
        int rc = intern_slice(maps, wm_slice_trim(parts[i]), &string);
        if (rc < 0)
            return rc;
        parts[i].at = wm_intern_get(maps->legacy->profile->strings, string, &parts[i].length);
    }
    maps->variables[maps->variable_count++] = (struct variable){parts[0], parts[1]};
    return 0;
}

static int add_mapping(struct maps *maps, const struct wm_map_line *line)
{
    struct wm_mapping mapping = {
        .start = line->start, .limit = line->limit, .offset = line->offset};
    int rc = intern_slice(maps, line->file, &mapping.file);
    if (rc == 0)
        rc = intern_slice(maps, line->build_id, &mapping.build_id);
    return rc == 0 ? append_mapping(maps, mapping) : rc;
}

static int append_mapping(struct maps *maps, struct wm_mapping mapping)
{
    if (maps->count == maps->capacity) {
        size_t grown = maps->capacity * 2 + 16;
        struct wm_mapping *moved = reallocarray(maps->mappings, grown, sizeof(*moved));
        if (moved == NULL)
            return wm_legacy_failed(maps->legacy, -ENOMEM);
        maps->mappings = moved;
        maps->capacity = grown;
    }
    maps->mappings[maps->count++] = mapping;
    return 0;
}

/* ---- What is wrong in lists ---- */

/* A binary in pieces becomes one. */
static void join_adjacent(struct maps *maps)
{
    size_t kept = 0;
    for (size_t i = 0; i < maps->count; i++) {
        struct wm_mapping *last = kept > 0 ? &maps->mappings[kept - 1] : NULL;
        const struct wm_mapping *next = &maps->mappings[i];
        if (last == NULL || !is_adjacent(last, next)) {
            maps->mappings[kept++] = *next;
            continue;
        }
        last->limit = next->limit;
        last->file = next->file != 0 ? next->file : last->file;
        last->build_id = next->build_id != 0 ? next->build_id : last->build_id;
    }
    maps->count = kept;
}

/* What is not told does not speak against it. */
static bool is_adjacent(const struct wm_mapping *left, const struct wm_mapping *right)
{
    if (left->file != 0 && right->file != 0 && left->file != right->file)
        return false;
    if (left->build_id != 0 && right->build_id != 0 && left->build_id != right->build_id)
        return false;
    if (left->limit != right->start)
        return false;
    return left->offset == 0 || right->offset == 0 ||
           left->offset + (left->limit - left->start) == right->offset;
}

static void put_program_first(struct maps *maps)
{
    for (size_t i = 0; i < maps->count; i++) {
        if (!is_program(maps, &maps->mappings[i]))
            continue;
        struct wm_mapping program = maps->mappings[i];
        maps->mappings[i] = maps->mappings[0];
        maps->mappings[0] = program;
        return;
    }
}

/* Neither a library ("libc.so", "libc.so.6", "ld_2.so_31") nor "[vdso]" and the like. */
static bool is_program(const struct maps *maps, const struct wm_mapping *mapping)
{
    const char *name = wm_profile_text(maps->legacy->profile, mapping->file);
    struct wm_slice file = {name, strlen(name)};
    wm_slice_skip(&file, "(deleted)");
    if (file.length == 0 || file.at[0] == '[')
        return false;
    for (;;) {
        file = wm_slice_find(file, ".so");
        if (file.at == NULL)
            return true;
        wm_slice_skip(&file, ".so");
        wm_slice_skip(&file, "(deleted)");
        if (file.length == 0 || ((file.at[0] == '.' || file.at[0] == '_') && file.length > 1 &&
                                 file.at[1] >= '0' && file.at[1] <= '9'))
            return false;
    }
}

/* The first is the program, which some handlers tell without its first pages. */
static void mend_first(struct maps *maps)
{
    const uint64_t usual_start = 0x400000;
    static const char huge[] = "/anon_hugepage";
    struct wm_mapping *first = maps->mappings;
    if (maps->count > 1 && first[0].limit == first[1].start &&
        strncmp(wm_profile_text(maps->legacy->profile, first[0].file), huge, sizeof(huge) - 1) ==
            0) {
        maps->count--;
        memmove(first, first + 1, maps->count * sizeof(*first));
    }
    if (maps->count > 0 && first->start - first->offset == usual_start) {
        first->start = usual_start;
        first->offset = 0;
    }
}

/* ---- Addresses ---- */

/* In the order in which samples have them, since a mapping may change with an address. */
static int place_locations(struct maps *maps)
{
    struct wm_profile *profile = maps->legacy->profile;
    uint32_t everything = 0; /* the mapping of what is in none, once it is needed: + 1 */
    maps->is_placed = calloc(profile->location_count + 1, sizeof(maps->is_placed[0]));
    if (maps->is_placed == NULL)
        return wm_legacy_failed(maps->legacy, -ENOMEM);
    for (size_t i = 0; i < profile->sample_count; i++) {
        const struct wm_profile_sample *sample = &profile->samples[i];
        const struct wm_sample_stack stack = wm_sample_stack(profile, sample);
        for (uint32_t at = 0; at < sample->location_count; at++) {
            uint32_t index = wm_sample_frame(stack, at);
            if (maps->is_placed[index])
                continue;
            maps->is_placed[index] = true;
            int rc = place(maps, &profile->locations[index], &everything);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static int place(struct maps *maps, struct wm_location *location, uint32_t *everything)
{
    const uint64_t address = location->address;
    if (maps->comparisons > comparisons_max)
        return wm_legacy_malformed(maps->legacy, "more mappings and addresses than a process has");
    if (address == 0)
        return 0;
    for (uint32_t i = 0; i < maps->count; i++)
        if (maps->mappings[i].start <= address && address < maps->mappings[i].limit) {
            location->mapping = i + 1;
            maps->comparisons += i;
            return 0;
        }
    maps->comparisons += 2 * (uint64_t)maps->count;
    for (uint32_t i = 0; i < maps->count; i++) {
        struct wm_mapping *mapping = &maps->mappings[i];
        if (mapping->offset == 0 || mapping->start - mapping->offset > address ||
            address >= mapping->start)
            continue;
        mapping->start -= mapping->offset; /* a first part that was not told */
        mapping->offset = 0;
        location->mapping = i + 1;
        return 0;
    }
    if (*everything == 0) {
        int rc = append_mapping(maps, (struct wm_mapping){.limit = UINT64_MAX});
        if (rc < 0)
            return rc;
        *everything = (uint32_t)maps->count;
    }
    location->mapping = *everything;
    return 0;
}
