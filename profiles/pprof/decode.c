/* decode.c - a profile from its bytes: unpacked, decoded by protobuf-c, then checked. */
#include "harness/core/file.h"
#include "harness/core/intern.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/gzip.h"
#include "profiles/pprof/wire.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <profile.pb-c.h>

struct decode {
    const Pprof__Profile *message;
    struct wm_profile *profile;
    struct wm_wire_map map;
    uint32_t *strings; /* from numbers in the file to numbers in the profile */
    struct wm_intern *mapping_ids, *function_ids, *location_ids; /* ids of the file to indices */
    /* scratch, as long as the longest list */
    struct wm_line *lines;
    uint32_t *locations;
    struct wm_label *labels;
    const char *place;
    struct wm_error *err;
};

static int decode_message(struct decode *decode);
static int read_strings(struct decode *decode);
static int read_header(struct decode *decode);
static int read_mappings(struct decode *decode);
static int read_functions(struct decode *decode);
static int read_locations(struct decode *decode);
static int read_location(struct decode *decode, size_t i, bool pad_mapping);
static int read_samples(struct decode *decode);
static int read_sample(struct decode *decode, size_t i);
static int read_labels(struct decode *decode, size_t i, size_t *ret_count);
static int allocate_scratch(struct decode *decode);
static int string_number(struct decode *decode, size_t at, int64_t number, uint32_t *ret_string);
static int take_id(struct decode *decode, struct wm_intern *ids, size_t at, const char *kind,
                   uint64_t id);
static int64_t find_id(const struct wm_intern *ids, uint64_t id);
static int invalid(const struct decode *decode, size_t at, const char *format, ...) WM_PRINTF(3, 4);
static int failed(const struct decode *decode, int64_t rc);

int wm_profile_read(const char *name, uint64_t limit, struct wm_profile **ret_profile,
                    struct wm_error *err)
{
    char *data = NULL;
    size_t length;
    /* what does not compress is a little longer packed than unpacked */
    size_t file_limit = limit > SIZE_MAX / 2 ? 0 : (size_t)(limit + limit / 1000);
    if (limit != 0 && file_limit != 0)
        file_limit += 1024;
    int rc = wm_file_read(name, file_limit, &data, &length, err);
    if (rc < 0)
        goto out;
    rc = wm_profile_decode((const unsigned char *)data, length, limit, name, ret_profile, err);
out:
    free(data);
    return rc;
}

int wm_profile_decode(const unsigned char *data, size_t length, uint64_t limit, const char *place,
                      struct wm_profile **ret_profile, struct wm_error *err)
{
    struct decode decode = {.place = place, .err = err};
    Pprof__Profile *message = NULL;
    unsigned char *unpacked = NULL;
    int rc = 0;
    if (wm_gzip_is(data, length)) {
        struct wm_gzip_input input = {data, length, limit, place};
        rc = wm_gzip_unpack(&input, &unpacked, &length, err);
        data = unpacked;
    } else if (limit != 0 && length > limit) {
        rc = wm_fail_at(err, -EFBIG, place, "has more than %" PRIu64 " bytes", limit);
    }
    if (rc == 0 && length == 0)
        rc = wm_fail_at(err, -EINVAL, place, "is empty, expected a pprof profile");
    if (rc < 0)
        goto out;
    rc = wm_wire_scan(data, length, place, &decode.map, err);
    if (rc < 0)
        goto out;
    message = pprof__profile__unpack(NULL, length, data);
    if (message == NULL) {
        rc = wm_fail_at(err, -EINVAL, place, "cannot be decoded as a pprof profile");
        goto out;
    }
    decode.message = message;
    rc = decode_message(&decode);
    if (rc < 0)
        goto out;
    *ret_profile = decode.profile;
    decode.profile = NULL;
out:
    wm_profile_free(decode.profile);
    wm_wire_map_done(&decode.map);
    wm_intern_free(decode.mapping_ids);
    wm_intern_free(decode.function_ids);
    wm_intern_free(decode.location_ids);
    free(decode.strings);
    free(decode.lines);
    free(decode.locations);
    free(decode.labels);
    if (message != NULL)
        pprof__profile__free_unpacked(message, NULL);
    free(unpacked);
    return rc;
}

static int decode_message(struct decode *decode)
{
    int rc = wm_profile_new(&decode->profile);
    if (rc == 0)
        rc = wm_intern_new(&decode->mapping_ids);
    if (rc == 0)
        rc = wm_intern_new(&decode->function_ids);
    if (rc == 0)
        rc = wm_intern_new(&decode->location_ids);
    if (rc == 0)
        rc = allocate_scratch(decode);
    if (rc < 0)
        return failed(decode, rc);

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
    const Pprof__Profile *message = decode->message;
    if (message->n_string_table == 0 || message->string_table[0].len != 0)
        return invalid(decode, message->n_string_table == 0 ? 0 : decode->map.strings.at[0],
                       "the first string must be there and empty");
    for (size_t i = 0; i < message->n_string_table; i++) {
        const ProtobufCBinaryData *string = &message->string_table[i];
        int64_t number =
            wm_intern_bytes(decode->profile->strings,
                            string->len > 0 ? (const void *)string->data : "", string->len);
        if (number < 0)
            return failed(decode, number);
        decode->strings[i] = (uint32_t)number;
    }
    return 0;
}

static int read_header(struct decode *decode)
{
    const Pprof__Profile *message = decode->message;
    struct wm_profile *profile = decode->profile;
    int64_t rc = 0;
    for (size_t i = 0; rc >= 0 && i < message->n_sample_type; i++) {
        const Pprof__ValueType *wire = message->sample_type[i];
        struct wm_value_type type = {0};
        if (string_number(decode, 0, wire->type, &type.type) < 0 ||
            string_number(decode, 0, wire->unit, &type.unit) < 0)
            return -EINVAL;
        rc = wm_profile_append_sample_type(profile, type);
    }
    for (size_t i = 0; rc >= 0 && i < message->n_comment; i++) {
        uint32_t comment = 0;
        if (string_number(decode, 0, message->comment[i], &comment) < 0)
            return -EINVAL;
        rc = wm_profile_append_comment(profile, comment);
    }
    if (rc < 0)
        return failed(decode, rc);

    const Pprof__ValueType *period = message->period_type;
    struct wm_value_type *type = &profile->period_type;
    int bad = string_number(decode, 0, message->drop_frames, &profile->drop_frames);
    bad |= string_number(decode, 0, message->keep_frames, &profile->keep_frames);
    bad |= string_number(decode, 0, message->default_sample_type, &profile->default_sample_type);
    bad |= string_number(decode, 0, period != NULL ? period->type : 0, &type->type);
    bad |= string_number(decode, 0, period != NULL ? period->unit : 0, &type->unit);
    profile->time_ns = message->time_nanos;
    profile->duration_ns = message->duration_nanos;
    profile->period = message->period;
    return bad != 0 ? -EINVAL : 0;
}

static int read_mappings(struct decode *decode)
{
    for (size_t i = 0; i < decode->message->n_mapping; i++) {
        const Pprof__Mapping *wire = decode->message->mapping[i];
        size_t at = decode->map.mappings.at[i];
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
        int rc = take_id(decode, decode->mapping_ids, at, "mapping", wire->id);
        if (rc == 0)
            rc = string_number(decode, at, wire->filename, &mapping.file);
        if (rc == 0)
            rc = string_number(decode, at, wire->build_id, &mapping.build_id);
        if (rc < 0)
            return rc;
        int64_t index = wm_profile_append_mapping(decode->profile, &mapping);
        if (index < 0)
            return failed(decode, index);
    }
    return 0;
}

static int read_functions(struct decode *decode)
{
    for (size_t i = 0; i < decode->message->n_function; i++) {
        const Pprof__Function *wire = decode->message->function[i];
        size_t at = decode->map.functions.at[i];
        struct wm_function function = {.id = wire->id, .start_line = wire->start_line};
        int rc = take_id(decode, decode->function_ids, at, "function", wire->id);
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
            return failed(decode, index);
    }
    return 0;
}

static int read_locations(struct decode *decode)
{
    /* Views group by mapping: a profile without any gets an empty one that holds everything. */
    bool pad_mapping = decode->message->n_mapping == 0;
    if (pad_mapping) {
        int64_t index = wm_profile_append_mapping(decode->profile, &(struct wm_mapping){.id = 1});
        if (index < 0)
            return failed(decode, index);
    }
    for (size_t i = 0; i < decode->message->n_location; i++) {
        int rc = read_location(decode, i, pad_mapping);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int read_location(struct decode *decode, size_t i, bool pad_mapping)
{
    const Pprof__Location *wire = decode->message->location[i];
    size_t at = decode->map.locations.at[i];
    int rc = take_id(decode, decode->location_ids, at, "location", wire->id);
    if (rc < 0)
        return rc;
    int64_t mapping = -1;
    if (wire->mapping_id != 0) {
        mapping = find_id(decode->mapping_ids, wire->mapping_id);
        if (mapping < 0)
            return invalid(decode, at,
                           "location %" PRIu64 " is in mapping %" PRIu64 ", which is not there",
                           wire->id, wire->mapping_id);
    } else if (pad_mapping) {
        mapping = 0;
    }
    for (size_t j = 0; j < wire->n_line; j++) {
        int64_t function = find_id(decode->function_ids, wire->line[j]->function_id);
        if (function < 0)
            return invalid(decode, at,
                           "location %" PRIu64 " is in function %" PRIu64 ", which is not there",
                           wire->id, wire->line[j]->function_id);
        decode->lines[j] = (struct wm_line){(uint32_t)function, wire->line[j]->line};
    }
    struct wm_location location = {
        .id = wire->id,
        .mapping = (uint32_t)(mapping + 1),
        .address = wire->address,
        .line_count = (uint32_t)wire->n_line,
        .folded = wire->is_folded != 0,
    };
    int64_t index = wm_profile_append_location(decode->profile, &location, decode->lines);
    return index < 0 ? failed(decode, index) : 0;
}

static int read_samples(struct decode *decode)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < decode->message->n_sample; i++)
        rc = read_sample(decode, i);
    return rc;
}

static int read_sample(struct decode *decode, size_t i)
{
    const Pprof__Sample *wire = decode->message->sample[i];
    size_t at = decode->map.samples.at[i];
    if (wire->n_value != decode->profile->sample_type_count)
        return invalid(decode, at,
                       "sample %zu has %zu values, expected one for each of the %zu "
                       "sample types",
                       i + 1, wire->n_value, decode->profile->sample_type_count);
    for (size_t j = 0; j < wire->n_location_id; j++) {
        int64_t location = find_id(decode->location_ids, wire->location_id[j]);
        if (location < 0)
            return invalid(decode, at, "sample %zu is in location %" PRIu64 ", which is not there",
                           i + 1, wire->location_id[j]);
        decode->locations[j] = (uint32_t)location;
    }
    size_t label_count;
    int rc = read_labels(decode, i, &label_count);
    if (rc < 0)
        return rc;
    int64_t index = wm_profile_add_sample(decode->profile, decode->locations, wire->n_location_id,
                                          decode->labels, label_count, wire->value);
    return index < 0 ? failed(decode, index) : 0;
}

/* A label that has neither a string nor a number nor a unit says nothing and is left out. */
static int read_labels(struct decode *decode, size_t i, size_t *ret_count)
{
    const Pprof__Sample *wire = decode->message->sample[i];
    size_t at = decode->map.samples.at[i], count = 0;
    for (size_t j = 0; j < wire->n_label; j++) {
        const Pprof__Label *from = wire->label[j];
        struct wm_label label = {0};
        int rc = string_number(decode, at, from->key, &label.key);
        if (rc == 0)
            rc = string_number(decode, at, from->str, &label.string);
        if (rc == 0 && from->str == 0) {
            label.number = from->num;
            rc = string_number(decode, at, from->num_unit, &label.unit);
        }
        if (rc < 0)
            return rc;
        if (label.string != 0 || label.number != 0 || label.unit != 0)
            decode->labels[count++] = label;
    }
    *ret_count = count;
    return 0;
}

static int allocate_scratch(struct decode *decode)
{
    const Pprof__Profile *message = decode->message;
    size_t lines = 1, locations = 1, labels = 1;
    for (size_t i = 0; i < message->n_location; i++) {
        size_t count = message->location[i]->n_line;
        lines = count > lines ? count : lines;
    }
    for (size_t i = 0; i < message->n_sample; i++) {
        size_t count = message->sample[i]->n_location_id;
        locations = count > locations ? count : locations;
        count = message->sample[i]->n_label;
        labels = count > labels ? count : labels;
    }
    decode->strings = calloc(message->n_string_table + 1, sizeof(*decode->strings));
    decode->lines = calloc(lines, sizeof(*decode->lines));
    decode->locations = calloc(locations, sizeof(*decode->locations));
    decode->labels = calloc(labels, sizeof(*decode->labels));
    if (decode->strings == NULL || decode->lines == NULL || decode->locations == NULL ||
        decode->labels == NULL)
        return -ENOMEM;
    return lines > UINT32_MAX ? -EOVERFLOW : 0;
}

/* `at` is the offset of the thing that names the string; 0 where several may. */
static int string_number(struct decode *decode, size_t at, int64_t number, uint32_t *ret_string)
{
    size_t count = decode->message->n_string_table;
    if (number < 0 || (uint64_t)number >= count)
        return invalid(decode, at, "string %" PRId64 " is asked for, the table has %zu", number,
                       count);
    *ret_string = decode->strings[number];
    return 0;
}

static int take_id(struct decode *decode, struct wm_intern *ids, size_t at, const char *kind,
                   uint64_t id)
{
    size_t before = wm_intern_count(ids);
    if (id == 0)
        return invalid(decode, at, "%s %zu has the id 0, which stands for none", kind, before + 1);
    int64_t index = wm_intern_bytes(ids, &id, sizeof(id));
    if (index < 0)
        return failed(decode, index);
    if ((size_t)index < before)
        return invalid(decode, at, "a second %s has the id %" PRIu64, kind, id);
    return 0;
}

static int64_t find_id(const struct wm_intern *ids, uint64_t id)
{
    return wm_intern_find(ids, &id, sizeof(id));
}

static int invalid(const struct decode *decode, size_t at, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (at == 0)
        return wm_fail_at(decode->err, -EINVAL, decode->place, "not a valid profile: %s", text);
    return wm_fail_at(decode->err, -EINVAL, decode->place,
                      "byte %zu (unpacked): not a valid profile: %s", at, text);
}

static int failed(const struct decode *decode, int64_t rc)
{
    const char *why = rc == -EOVERFLOW ? "it has more parts than can be numbered" : "no memory";
    return wm_fail_at(decode->err, (int)rc, decode->place, "cannot read the profile: %s", why);
}
