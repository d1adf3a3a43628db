/* wire.c - a walk over a profile's bytes, guided by tables of the fields that we know. */
#include "profiles/pprof/wire.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_FIXED64 = 1, TYPE_FIXED32 = 5 };

enum {
    FIELD_TYPE = 1,
    FIELD_SAMPLE = 2,
    FIELD_MAPPING = 3,
    FIELD_LOCATION = 4,
    FIELD_FUNCTION = 5,
    FIELD_STRING = 6,
    FIELD_TIME = 9,
    FIELD_PERIOD_TYPE = 11,
    FIELD_COMMENT = 13,
};

/* The tags under which a field may come: one number, a list of them packed or not, bytes. */
#define NUMBER(field) [(field) << 3 | WM_WIRE_VARINT] = (field)
#define BYTES(field) [(field) << 3 | WM_WIRE_BYTES] = (field)
#define NUMBERS(field) NUMBER(field), BYTES(field)

static const struct wm_wire_message value_type = {
    {NUMBER(1), NUMBER(2)}
};
const struct wm_wire_message wm_wire_label = {
    {NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(4)}
};
const struct wm_wire_message wm_wire_sample = {
    {NUMBERS(1), NUMBERS(2), BYTES(3)}
};
const struct wm_wire_message wm_wire_mapping = {
    {NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(4), NUMBER(5), NUMBER(6), NUMBER(7), NUMBER(8),
     NUMBER(9), NUMBER(10)}
};
const struct wm_wire_message wm_wire_line = {
    {NUMBER(1), NUMBER(2)}
};
const struct wm_wire_message wm_wire_location = {
    {NUMBER(1), NUMBER(2), NUMBER(3), BYTES(4), NUMBER(5)}
};
const struct wm_wire_message wm_wire_function = {
    {NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(4), NUMBER(5)}
};
const struct wm_wire_message wm_wire_profile = {
    {BYTES(FIELD_TYPE), BYTES(FIELD_SAMPLE), BYTES(FIELD_MAPPING), BYTES(FIELD_LOCATION),
     BYTES(FIELD_FUNCTION), BYTES(FIELD_STRING), NUMBER(7), NUMBER(8), NUMBER(FIELD_TIME),
     NUMBER(10), BYTES(FIELD_PERIOD_TYPE), NUMBER(12), NUMBERS(FIELD_COMMENT), NUMBER(14)}
};

static int check_content(const struct wm_wire_input *input, const struct wm_wire_field *field);
static int keep_field(const struct wm_wire_input *input, const struct wm_wire_field *field,
                      struct wm_wire_map *map);
static int keep_offset(struct wm_wire_offsets *offsets, size_t at);
static int keep_header(const struct wm_wire_input *input, const struct wm_wire_field *field,
                       struct wm_wire_map *map);
static int malformed(const struct wm_wire_input *input, size_t at, const char *what);

int wm_wire_scan(const struct wm_wire_input *input, size_t ready, struct wm_wire_map *map)
{
    struct wm_wire_input now = *input;
    struct wm_wire_field field = {0};
    int rc = 0;
    now.err = ready < input->length ? NULL : input->err;
    for (size_t next = map->at; rc == 0 && next < ready; map->at = next) {
        rc = wm_wire_next(&now, &wm_wire_profile, &next, ready, &field);
        if (rc < 0) /* perhaps it is only cut off here */
            return ready < input->length ? 0 : rc;
        if (field.number == FIELD_TIME && map->has_time)
            return malformed(input, field.start, "a second one begins, and they cannot be one");
        map->has_time |= field.number == FIELD_TIME && field.value != 0;
        if (field.number != 0)
            rc = keep_field(input, &field, map);
        if (rc == -ENOMEM)
            rc = wm_fail_at(input->err, -ENOMEM, input->place, "no memory to read it");
    }
    return rc;
}

void wm_wire_map_done(struct wm_wire_map *map)
{
    free(map->mappings.at);
    free(map->locations.at);
    free(map->functions.at);
    free(map->strings.at);
    free(map->header);
    *map = (struct wm_wire_map){0};
}

int wm_wire_other_field(const struct wm_wire_input *input, const struct wm_wire_message *message,
                        size_t *at, size_t end, struct wm_wire_field *ret_field)
{
    struct wm_wire_field field = {.start = *at};
    uint64_t tag = 0, length = 0;
    if (!wm_wire_number(input, at, end, &tag))
        return wm_wire_bad_number(input, *at, end);
    if (tag >> 3 == 0 || tag > UINT32_MAX)
        return malformed(input, field.start, "no field has such a number");
    field.type = (uint32_t)(tag & 7);
    if (tag < sizeof(message->known)) {
        const unsigned char *types = &message->known[tag & ~UINT64_C(7)];
        field.number = types[field.type];
        if (field.number == 0 && (types[WM_WIRE_VARINT] != 0 || types[WM_WIRE_BYTES] != 0))
            return malformed(input, field.start, "a known field of the wrong wire type");
    }
    field.content = *at;
    switch (field.type) {
    case WM_WIRE_VARINT:
        if (!wm_wire_number(input, at, end, &field.value))
            return wm_wire_bad_number(input, *at, end);
        break;
    case WM_WIRE_BYTES:
        if (!wm_wire_number(input, at, end, &length))
            return wm_wire_bad_number(input, *at, end);
        field.content = *at;
        break;
    case TYPE_FIXED64:
        length = 8;
        break;
    case TYPE_FIXED32:
        length = 4;
        break;
    default:
        return malformed(input, field.start, "an unknown wire type");
    }
    if (length > end - *at)
        return malformed(input, field.start, "a field that ends past its message");
    *at += (size_t)length;
    field.end = *at;
    *ret_field = field;
    return 0;
}

int wm_wire_numbers(const struct wm_wire_input *input, const struct wm_wire_message *message,
                    const struct wm_wire_field *field, uint64_t ret_values[WM_WIRE_FIELDS])
{
    struct wm_wire_field part;
    int rc = 0;
    memset(ret_values, 0, WM_WIRE_FIELDS * sizeof(ret_values[0]));
    for (size_t at = field->content; rc == 0 && at < field->end;) {
        rc = wm_wire_next(input, message, &at, field->end, &part);
        if (rc == 0)
            ret_values[part.number] = part.value; /* number 0, an unknown field, is nobody's */
    }
    return rc;
}

bool wm_wire_long_number(const struct wm_wire_input *input, size_t *at, size_t end,
                         uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70 && *at < end; shift += 7) {
        unsigned char byte = input->data[(*at)++];
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

int wm_wire_bad_number(const struct wm_wire_input *input, size_t at, size_t end)
{
    if (at == end)
        return malformed(input, end, "cut off inside a number");
    return malformed(input, at - 10, "a number of more than ten bytes");
}

/* Of the header's fields, before protobuf-c, which could not say what is wrong. */
static int check_content(const struct wm_wire_input *input, const struct wm_wire_field *field)
{
    const bool is_type = field->number == FIELD_TYPE || field->number == FIELD_PERIOD_TYPE;
    uint64_t values[WM_WIRE_FIELDS];
    int rc = is_type ? wm_wire_numbers(input, &value_type, field, values) : 0;
    if (field->number != FIELD_COMMENT || field->type != WM_WIRE_BYTES)
        return rc;
    for (size_t at = field->content; rc == 0 && at < field->end;)
        if (!wm_wire_number(input, &at, field->end, &values[0]))
            rc = wm_wire_bad_number(input, at, field->end);
    return rc;
}

static int keep_field(const struct wm_wire_input *input, const struct wm_wire_field *field,
                      struct wm_wire_map *map)
{
    struct wm_wire_offsets *const by_number[] = {
        [FIELD_MAPPING] = &map->mappings,
        [FIELD_LOCATION] = &map->locations,
        [FIELD_FUNCTION] = &map->functions,
        [FIELD_STRING] = &map->strings,
    };
    if (field->number == FIELD_SAMPLE)
        return 0;
    struct wm_wire_offsets *offsets =
        field->number < sizeof(by_number) / sizeof(by_number[0]) ? by_number[field->number] : NULL;
    if (offsets != NULL)
        return keep_offset(offsets, field->start);
    int rc = check_content(input, field);
    return rc == 0 ? keep_header(input, field, map) : rc;
}

static int keep_offset(struct wm_wire_offsets *offsets, size_t at)
{
    if (offsets->count == offsets->capacity) {
        size_t grown = offsets->capacity == 0 ? 64 : offsets->capacity * 2;
        size_t *moved = reallocarray(offsets->at, grown, sizeof(*moved));
        if (moved == NULL)
            return -ENOMEM;
        offsets->at = moved;
        offsets->capacity = grown;
    }
    offsets->at[offsets->count++] = at;
    return 0;
}

static int keep_header(const struct wm_wire_input *input, const struct wm_wire_field *field,
                       struct wm_wire_map *map)
{
    size_t length = field->end - field->start;
    if (map->header_capacity - map->header_length < length) {
        size_t grown = map->header_capacity * 2 + length + 256;
        unsigned char *moved = realloc(map->header, grown);
        if (moved == NULL)
            return -ENOMEM;
        map->header = moved;
        map->header_capacity = grown;
    }
    assert(map->header != NULL); /* a field has a byte at least */
    memcpy(map->header + map->header_length, input->data + field->start, length);
    map->header_length += length;
    return 0;
}

static int malformed(const struct wm_wire_input *input, size_t at, const char *what)
{
    wm_fail_at(input->err, -EINVAL, input->place, "byte %zu (unpacked): not a pprof profile: %s",
               at, what);
    return -EINVAL; /* spelled out for the analyzer, which sees no further than this file */
}
