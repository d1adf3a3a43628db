/* decode.c - a profile from its bytes: checked as fields, then header, mappings, functions and
 * locations by protobuf-c, and the samples by samples.c. */
#include "profiles/pprof/decode.h"

#include "harness/core/arena.h"
#include "harness/core/intern.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/ids.h"
#include "profiles/pprof/invalid.h"
#include "profiles/pprof/samples.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <profile.pb-c.h>

enum { MESSAGE_BYTES_MAX = 1 << 20 };

struct decode {
    const struct wm_wire_input *input;
    struct wm_profile *profile;
    struct wm_wire_map map;
    uint32_t *strings; /* from numbers in the file to numbers in the profile */
    struct wm_ids mapping_ids, function_ids, location_ids;
    struct wm_arena arena; /* of one message at a time */
    struct wm_line *lines; /* scratch, as long as the longest list so far */
    size_t line_capacity;
};

static int read_parts(struct decode *decode);
static int read_strings(struct decode *decode);
static int read_header(struct decode *decode);
static int read_header_lists(struct decode *decode, const Pprof__Profile *header);
static int read_mappings(struct decode *decode);
static int read_functions(struct decode *decode);
static int read_locations(struct decode *decode);
static int read_location(struct decode *decode, size_t i, bool pad_mapping);
static int read_lines(struct decode *decode, size_t at, const Pprof__Location *wire);
static int read_samples(struct decode *decode);
static int unpack(struct decode *decode, const ProtobufCMessageDescriptor *kind, size_t at,
                  const unsigned char *bytes, size_t length, const void **ret_message);
static int unpack_at(struct decode *decode, const ProtobufCMessageDescriptor *kind, size_t at,
                     const void **ret_message);
static int string_number(const struct decode *decode, size_t at, int64_t number,
                         uint32_t *ret_string);
static int check_id(const struct decode *decode, size_t at, const char *kind, size_t i,
                    uint64_t id);
static int note_ids(const struct decode *decode, struct wm_ids *ids, const void *first, size_t step,
                    const struct wm_wire_offsets *offsets, const char *kind);

int wm_profile_decode_plain(const struct wm_wire_input *input, struct wm_profile **ret_profile)
{
    struct decode decode = {.input = input};
    wm_arena_init(&decode.arena);
    int rc = wm_wire_scan(input, &decode.map);
    if (rc == 0)
        rc = read_parts(&decode);
    if (rc < 0)
        goto out;
    *ret_profile = decode.profile;
    decode.profile = NULL;
out:
    wm_profile_free(decode.profile);
    wm_wire_map_done(&decode.map);
    wm_arena_done(&decode.arena);
    wm_ids_done(&decode.mapping_ids);
    wm_ids_done(&decode.function_ids);
    wm_ids_done(&decode.location_ids);
    free(decode.strings);
    free(decode.lines);
    return rc;
}

static int read_parts(struct decode *decode)
{
    int rc = wm_profile_new(&decode->profile);
    if (rc < 0)
        return wm_read_failed(decode->input, rc);
    rc = read_strings(decode);
    if (rc == 0)
        rc = read_header(decode);
    if (rc == 0)
        rc = read_mappings(decode);
    if (rc == 0)
        rc = read_functions(decode);
    if (rc == 0)
        rc = read_locations(decode);
    if (rc == 0)
        rc = read_samples(decode);
    return rc;
}

static int read_strings(struct decode *decode)
{
    const struct wm_wire_input *input = decode->input;
    const struct wm_wire_offsets *strings = &decode->map.strings;
    decode->strings = calloc(strings->count + 1, sizeof(decode->strings[0]));
    if (decode->strings == NULL)
        return wm_read_failed(input, -ENOMEM);
    for (size_t i = 0; i < strings->count; i++) {
        struct wm_wire_field field;
        size_t at = strings->at[i];
        int rc = wm_wire_next(input, &wm_wire_profile, &at, input->length, &field);
        if (rc < 0)
            return rc;
        int64_t number = wm_intern_bytes(decode->profile->strings, input->data + field.content,
                                         field.end - field.content);
        if (number < 0)
            return wm_read_failed(input, (int)number);
        decode->strings[i] = (uint32_t)number;
    }
    if (strings->count == 0 || decode->strings[0] != 0)
        return wm_read_invalid(input, strings->count == 0 ? 0 : strings->at[0],
                               "the first string must be there and empty");
    return 0;
}

static int read_header(struct decode *decode)
{
    const void *message = NULL;
    struct wm_profile *profile = decode->profile;
    int rc = unpack(decode, &pprof__profile__descriptor, 0, decode->map.header,
                    decode->map.header_length, &message);
    if (rc < 0)
        return rc;
    const Pprof__Profile *header = message;
    rc = read_header_lists(decode, header);
    if (rc < 0)
        return rc;
    const Pprof__ValueType *period = header->period_type;
    const struct {
        int64_t number;
        uint32_t *string;
    } strings[] = {
        {header->drop_frames,               &profile->drop_frames        },
        {header->keep_frames,               &profile->keep_frames        },
        {header->default_sample_type,       &profile->default_sample_type},
        {period != NULL ? period->type : 0, &profile->period_type.type   },
        {period != NULL ? period->unit : 0, &profile->period_type.unit   },
    };
    for (size_t i = 0; rc == 0 && i < sizeof(strings) / sizeof(strings[0]); i++)
        rc = string_number(decode, 0, strings[i].number, strings[i].string);
    profile->time_ns = header->time_nanos;
    profile->duration_ns = header->duration_nanos;
    profile->period = header->period;
    return rc;
}

static int read_header_lists(struct decode *decode, const Pprof__Profile *header)
{
    for (size_t i = 0; i < header->n_sample_type; i++) {
        const Pprof__ValueType *wire = header->sample_type[i];
        struct wm_value_type type = {0};
        int64_t rc = string_number(decode, 0, wire->type, &type.type);
        if (rc == 0)
            rc = string_number(decode, 0, wire->unit, &type.unit);
        if (rc < 0)
            return (int)rc;
        rc = wm_profile_append_sample_type(decode->profile, type);
        if (rc < 0)
            return wm_read_failed(decode->input, (int)rc);
    }
    for (size_t i = 0; i < header->n_comment; i++) {
        uint32_t comment = 0;
        int64_t rc = string_number(decode, 0, header->comment[i], &comment);
        if (rc < 0)
            return (int)rc;
        rc = wm_profile_append_comment(decode->profile, comment);
        if (rc < 0)
            return wm_read_failed(decode->input, (int)rc);
    }
    return 0;
}

static int read_mappings(struct decode *decode)
{
    const struct wm_wire_offsets *offsets = &decode->map.mappings;
    for (size_t i = 0; i < offsets->count; i++) {
        const void *message = NULL;
        size_t at = offsets->at[i];
        int rc = unpack_at(decode, &pprof__mapping__descriptor, at, &message);
        if (rc < 0)
            return rc;
        const Pprof__Mapping *wire = message;
        struct wm_mapping mapping = {
            .id = wire->id,
            .start = wire->memory_start,
            .limit = wire->memory_limit,
            .offset = wire->file_offset,
            .has_functions = wire->has_functions != 0,
            .has_filenames = wire->has_filenames != 0,
            .has_lines = wire->has_line_numbers != 0,
            .has_inlines = wire->has_inline_frames != 0,
        };
        rc = check_id(decode, at, "mapping", i, wire->id);
        if (rc == 0)
            rc = string_number(decode, at, wire->filename, &mapping.file);
        if (rc == 0)
            rc = string_number(decode, at, wire->build_id, &mapping.build_id);
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
    const struct wm_wire_offsets *offsets = &decode->map.functions;
    for (size_t i = 0; i < offsets->count; i++) {
        const void *message = NULL;
        size_t at = offsets->at[i];
        int rc = unpack_at(decode, &pprof__function__descriptor, at, &message);
        if (rc < 0)
            return rc;
        const Pprof__Function *wire = message;
        struct wm_function function = {.id = wire->id, .start_line = wire->start_line};
        rc = check_id(decode, at, "function", i, wire->id);
        if (rc == 0)
            rc = string_number(decode, at, wire->name, &function.name);
        if (rc == 0)
            rc = string_number(decode, at, wire->system_name, &function.system_name);
        if (rc == 0)
            rc = string_number(decode, at, wire->filename, &function.file);
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
    const void *message = NULL;
    size_t at = decode->map.locations.at[i];
    int rc = unpack_at(decode, &pprof__location__descriptor, at, &message);
    if (rc < 0)
        return rc;
    const Pprof__Location *wire = message;
    struct wm_location location = {
        .id = wire->id,
        .mapping = pad_mapping ? 1 : 0,
        .address = wire->address,
        .line_count = (uint32_t)wire->n_line,
        .folded = wire->is_folded != 0,
    };
    rc = check_id(decode, at, "location", i, wire->id);
    if (rc == 0 && wire->mapping_id != 0) {
        uint32_t mapping = wm_ids_find(&decode->mapping_ids, wire->mapping_id);
        if (mapping == WM_NO_INDEX)
            return wm_read_invalid(decode->input, at,
                                   "location %" PRIu64 " is in mapping %" PRIu64
                                   ", which is not there",
                                   wire->id, wire->mapping_id);
        location.mapping = mapping + 1;
    }
    if (rc == 0)
        rc = read_lines(decode, at, wire);
    if (rc < 0)
        return rc;
    int64_t index = wm_profile_append_location(decode->profile, &location, decode->lines);
    return index < 0 ? wm_read_failed(decode->input, (int)index) : 0;
}

static int read_lines(struct decode *decode, size_t at, const Pprof__Location *wire)
{
    if (wire->n_line > UINT32_MAX)
        return wm_read_failed(decode->input, -EOVERFLOW);
    if (decode->line_capacity < wire->n_line) {
        size_t grown = wire->n_line * 2;
        struct wm_line *lines = reallocarray(decode->lines, grown, sizeof(*lines));
        if (lines == NULL)
            return wm_read_failed(decode->input, -ENOMEM);
        decode->lines = lines;
        decode->line_capacity = grown;
    }
    for (size_t i = 0; i < wire->n_line; i++) {
        uint32_t function = wm_ids_find(&decode->function_ids, wire->line[i]->function_id);
        if (function == WM_NO_INDEX)
            return wm_read_invalid(decode->input, at,
                                   "location %" PRIu64 " is in function %" PRIu64
                                   ", which is not there",
                                   wire->id, wire->line[i]->function_id);
        decode->lines[i] = (struct wm_line){function, wire->line[i]->line};
    }
    return 0;
}

static int read_samples(struct decode *decode)
{
    struct wm_samples_input samples = {
        .wire = decode->input,
        .profile = decode->profile,
        .location_ids = &decode->location_ids,
        .strings = decode->strings,
        .string_count = decode->map.strings.count,
    };
    return wm_samples_read(&samples);
}

/* ---- protobuf-c, with the memory of one message for all ---- */

static void *take(void *arena, size_t bytes)
{
    return wm_arena_alloc(arena, bytes);
}

static void leave(void *arena, void *bytes)
{
    (void)arena; /* all is forgotten before the next message */
    (void)bytes;
}

/* The message is good until the next one. Objects are up to sixty times as large as their bytes,
 * which matters only where a foreign file has a message as nobody writes it. */
static int unpack(struct decode *decode, const ProtobufCMessageDescriptor *kind, size_t at,
                  const unsigned char *bytes, size_t length, const void **ret_message)
{
    ProtobufCAllocator allocator = {take, leave, &decode->arena};
    if (length > MESSAGE_BYTES_MAX) {
        wm_read_invalid(decode->input, at, "a message of %zu bytes, at most %d are read", length,
                        MESSAGE_BYTES_MAX);
        return -EINVAL;
    }
    wm_arena_reset(&decode->arena);
    *ret_message = protobuf_c_message_unpack(kind, &allocator, length, bytes);
    if (*ret_message != NULL)
        return 0;
    wm_read_failed(decode->input, -ENOMEM); /* the bytes are sound, so it can only be memory */
    return -ENOMEM;
}

static int unpack_at(struct decode *decode, const ProtobufCMessageDescriptor *kind, size_t at,
                     const void **ret_message)
{
    const struct wm_wire_input *input = decode->input;
    struct wm_wire_field field;
    int rc = wm_wire_next(input, &wm_wire_profile, &at, input->length, &field);
    if (rc < 0)
        return rc;
    return unpack(decode, kind, field.start, input->data + field.content, field.end - field.content,
                  ret_message);
}

/* ---- Checks ---- */

/* `at` is the offset of the thing that names the string; 0 where several may. */
static int string_number(const struct decode *decode, size_t at, int64_t number,
                         uint32_t *ret_string)
{
    size_t count = decode->map.strings.count;
    if (number < 0 || (uint64_t)number >= count)
        return wm_read_no_string(decode->input, at, number, count);
    *ret_string = decode->strings[number];
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
