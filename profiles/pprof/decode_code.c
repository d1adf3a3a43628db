/* decode_code.c - mappings, functions and locations field by field, for there are tens of thousands
 * of them. */
#include "profiles/pprof/decode_parts.h"

#include "profiles/pprof/codec.h"
#include "profiles/pprof/invalid.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { MESSAGE_BYTES_MAX = 1 << 20 };

static int read_mappings(struct decode *decode);
static int read_functions(struct decode *decode);
static int read_locations(struct decode *decode);
static int read_location(struct decode *decode, size_t i, bool pad_mapping);
static int keep_line(struct decode *decode, const struct wm_wire_field *field, size_t i);
static int find_functions(struct decode *decode, size_t at, const struct wm_location *location);
static int find_message(const struct decode *decode, size_t at, struct wm_wire_field *ret_field);
static int read_numbers(const struct decode *decode, const struct wm_wire_message *kind, size_t at,
                        uint64_t ret_values[WM_WIRE_FIELDS]);
static int check_id(const struct decode *decode, size_t at, const char *kind, size_t i,
                    uint64_t id);
static int note_ids(const struct decode *decode, struct wm_ids *ids, const void *first, size_t step,
                    const struct wm_wire_offsets *offsets, const char *kind);

int wm_decode_code(struct decode *decode)
{
    const struct wm_wire_map *map = &decode->map;
    int rc = 0;
    if (wm_profile_reserve_code(decode->profile, map->functions.count, map->locations.count,
                                map->locations.count) < 0)
        rc = wm_read_failed(decode->input, -ENOMEM);
    if (rc == 0)
        rc = read_mappings(decode);
    if (rc == 0)
        rc = read_functions(decode);
    if (rc == 0)
        rc = read_locations(decode);
    free(decode->lines);
    free(decode->line_ids);
    decode->lines = NULL;
    decode->line_ids = NULL;
    return rc;
}

void wm_decode_rename_code(struct decode *decode)
{
    struct wm_profile *profile = decode->profile;
    const uint32_t *numbers = decode->strings;
    for (size_t i = 0; i < profile->mapping_count; i++) {
        struct wm_mapping *mapping = &profile->mappings[i];
        mapping->file = numbers[mapping->file];
        mapping->build_id = numbers[mapping->build_id];
    }
    for (size_t i = 0; i < profile->function_count; i++) {
        struct wm_function *function = &profile->functions[i];
        function->name = numbers[function->name];
        function->system_name = numbers[function->system_name];
        function->file = numbers[function->file];
    }
}

static int read_mappings(struct decode *decode)
{
    enum {
        ID = 1,
        START,
        LIMIT,
        OFFSET,
        FILE_NAME,
        BUILD_ID,
        FUNCTIONS,
        FILE_NAMES,
        LINES,
        INLINES
    };
    const struct wm_wire_offsets *offsets = &decode->map.mappings;
    for (size_t i = 0; i < offsets->count; i++) {
        uint64_t values[WM_WIRE_FIELDS];
        size_t at = offsets->at[i];
        int rc = read_numbers(decode, &wm_wire_mapping, at, values);
        if (rc < 0)
            return rc;
        struct wm_mapping mapping = {
            .id = values[ID],
            .start = values[START],
            .limit = values[LIMIT],
            .offset = values[OFFSET],
            .has_functions = values[FUNCTIONS] != 0,
            .has_filenames = values[FILE_NAMES] != 0,
            .has_lines = values[LINES] != 0,
            .has_inlines = values[INLINES] != 0,
        };
        rc = check_id(decode, at, "mapping", i, mapping.id);
        if (rc == 0)
            rc = wm_decode_string(decode, at, values[FILE_NAME], &mapping.file);
        if (rc == 0)
            rc = wm_decode_string(decode, at, values[BUILD_ID], &mapping.build_id);
        if (rc < 0)
            return rc;
        int64_t index = wm_profile_append_mapping(decode->profile, &mapping);
        if (index < 0)
            return wm_read_failed(decode->input, (int)index);
    }
    return note_ids(decode, &decode->mapping_ids, decode->profile->mappings,
                    sizeof(struct wm_mapping), offsets, "mapping");
}

static int read_functions(struct decode *decode)
{
    enum { ID = 1, NAME, SYSTEM_NAME, FILE_NAME, START_LINE };
    const struct wm_wire_offsets *offsets = &decode->map.functions;
    for (size_t i = 0; i < offsets->count; i++) {
        uint64_t values[WM_WIRE_FIELDS];
        size_t at = offsets->at[i];
        int rc = read_numbers(decode, &wm_wire_function, at, values);
        if (rc < 0)
            return rc;
        struct wm_function function = {.id = values[ID], .start_line = (int64_t)values[START_LINE]};
        rc = check_id(decode, at, "function", i, function.id);
        if (rc == 0)
            rc = wm_decode_string(decode, at, values[NAME], &function.name);
        if (rc == 0)
            rc = wm_decode_string(decode, at, values[SYSTEM_NAME], &function.system_name);
        if (rc == 0)
            rc = wm_decode_string(decode, at, values[FILE_NAME], &function.file);
        if (rc < 0)
            return rc;
        int64_t index = wm_profile_append_function(decode->profile, &function);
        if (index < 0)
            return wm_read_failed(decode->input, (int)index);
    }
    return note_ids(decode, &decode->function_ids, decode->profile->functions,
                    sizeof(struct wm_function), offsets, "function");
}

static int read_locations(struct decode *decode)
{
    /* Views group by mapping: a profile without any gets an empty one that holds everything. */
    bool pad_mapping = decode->profile->mapping_count == 0;
    if (pad_mapping) {
        int64_t index = wm_profile_append_mapping(decode->profile, &(struct wm_mapping){.id = 1});
        if (index < 0)
            return wm_read_failed(decode->input, (int)index);
    }
    for (size_t i = 0; i < decode->map.locations.count; i++) {
        int rc = read_location(decode, i, pad_mapping);
        if (rc < 0)
            return rc;
    }
    return note_ids(decode, &decode->location_ids, decode->profile->locations,
                    sizeof(struct wm_location), &decode->map.locations, "location");
}

static int read_location(struct decode *decode, size_t i, bool pad_mapping)
{
    enum { ID = 1, MAPPING, ADDRESS, LINE, FOLDED };
    const struct wm_wire_input *input = decode->input;
    uint64_t values[WM_WIRE_FIELDS] = {0};
    struct wm_wire_field field, part;
    size_t at = decode->map.locations.at[i], line_count = 0;
    int rc = find_message(decode, at, &field);
    for (size_t in = field.content; rc == 0 && in < field.end;) {
        rc = wm_wire_next(input, &wm_wire_location, &in, field.end, &part);
        if (rc == 0)
            values[part.number] = part.value;
        if (rc == 0 && part.number == LINE)
            rc = keep_line(decode, &part, line_count++);
    }
    struct wm_location location = {
        .id = values[ID],
        .mapping = pad_mapping ? 1 : 0,
        .address = values[ADDRESS],
        .line_count = (uint32_t)line_count, /* fewer than the bytes of a message */
        .folded = values[FOLDED] != 0,
    };
    if (rc == 0)
        rc = check_id(decode, at, "location", i, location.id);
    if (rc == 0 && values[MAPPING] != 0) {
        uint32_t mapping = wm_ids_find(&decode->mapping_ids, values[MAPPING]);
        if (mapping == WM_NO_INDEX)
            return wm_read_invalid(
                input, at, "location %" PRIu64 " is in mapping %" PRIu64 ", which is not there",
                location.id, values[MAPPING]);
        location.mapping = mapping + 1;
    }
    if (rc == 0)
        rc = find_functions(decode, at, &location);
    if (rc < 0)
        return rc;
    int64_t index = wm_profile_append_location(decode->profile, &location, decode->lines);
    return index < 0 ? wm_read_failed(input, (int)index) : 0;
}

/* Line `i` of a location into the scratch, with the id of its function. */
static int keep_line(struct decode *decode, const struct wm_wire_field *field, size_t i)
{
    enum { FUNCTION = 1, LINE };
    uint64_t values[WM_WIRE_FIELDS];
    int rc = wm_wire_numbers(decode->input, &wm_wire_line, field, values);
    if (rc < 0)
        return rc;
    if (i == decode->line_capacity) {
        size_t grown = i * 2 + 16;
        struct wm_line *lines = reallocarray(decode->lines, grown, sizeof(*lines));
        if (lines != NULL)
            decode->lines = lines;
        uint64_t *ids = reallocarray(decode->line_ids, grown, sizeof(*ids));
        if (ids != NULL)
            decode->line_ids = ids;
        if (lines == NULL || ids == NULL)
            return wm_read_failed(decode->input, -ENOMEM);
        decode->line_capacity = grown;
    }
    decode->line_ids[i] = values[FUNCTION];
    decode->lines[i] = (struct wm_line){WM_NO_INDEX, (int64_t)values[LINE]};
    return 0;
}

static int find_functions(struct decode *decode, size_t at, const struct wm_location *location)
{
    for (size_t i = 0; i < location->line_count; i++) {
        uint32_t function = wm_ids_find(&decode->function_ids, decode->line_ids[i]);
        if (function == WM_NO_INDEX)
            return wm_read_invalid(decode->input, at,
                                   "location %" PRIu64 " is in function %" PRIu64
                                   ", which is not there",
                                   location->id, decode->line_ids[i]);
        decode->lines[i].function = function;
    }
    return 0;
}

/* ---- Messages ---- */

int wm_decode_check_size(const struct decode *decode, size_t at, size_t length)
{
    if (length <= MESSAGE_BYTES_MAX)
        return 0;
    wm_read_invalid(decode->input, at, "a message of %zu bytes, at most %d are read", length,
                    MESSAGE_BYTES_MAX);
    return -EINVAL; /* spelled out for the analyzer */
}

static int find_message(const struct decode *decode, size_t at, struct wm_wire_field *ret_field)
{
    const struct wm_wire_input *input = decode->input;
    struct wm_wire_field field = {0};
    int rc = wm_wire_next(input, &wm_wire_profile, &at, input->length, &field);
    *ret_field = field;
    return rc < 0 ? rc : wm_decode_check_size(decode, field.start, field.end - field.content);
}

static int read_numbers(const struct decode *decode, const struct wm_wire_message *kind, size_t at,
                        uint64_t ret_values[WM_WIRE_FIELDS])
{
    struct wm_wire_field field;
    int rc = find_message(decode, at, &field);
    return rc < 0 ? rc : wm_wire_numbers(decode->input, kind, &field, ret_values);
}

/* ---- Checks ---- */

int wm_decode_string(const struct decode *decode, size_t at, uint64_t number, uint32_t *ret_string)
{
    size_t count = decode->map.strings.count;
    if (number >= count)
        return wm_read_no_string(decode->input, at, (int64_t)number, count);
    *ret_string = (uint32_t)number;
    return 0;
}

static int check_id(const struct decode *decode, size_t at, const char *kind, size_t i, uint64_t id)
{
    if (id != 0)
        return 0;
    return wm_read_invalid(decode->input, at, "%s %zu has the id 0, which stands for none", kind,
                           i + 1);
}

/* The ids of all things of a kind, which begin each of the structs at `first`. */
static int note_ids(const struct decode *decode, struct wm_ids *ids, const void *first, size_t step,
                    const struct wm_wire_offsets *offsets, const char *kind)
{
    size_t second = 0;
    int rc = wm_ids_init(ids, first, step, offsets->count, &second);
    if (rc == -EEXIST) {
        uint64_t id = *(const uint64_t *)((const char *)first + second * step);
        return wm_read_invalid(decode->input, offsets->at[second],
                               "a second %s has the id %" PRIu64, kind, id);
    }
    return rc < 0 ? wm_read_failed(decode->input, rc) : 0;
}
