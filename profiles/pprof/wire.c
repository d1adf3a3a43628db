/* wire.c - a walk over a profile's bytes, guided by tables of the fields that we know. */
#include "profiles/pprof/wire.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_FIXED64 = 1, TYPE_FIXED32 = 5 };

enum kind { KIND_UNKNOWN, KIND_NUMBER, KIND_NUMBERS, KIND_BYTES, KIND_MESSAGE };

struct wm_wire_message {
    struct {
        enum kind kind;
        const struct wm_wire_message *inner; /* of a message */
    } fields[16];                            /* by number */
};

enum {
    FIELD_SAMPLE = 2,
    FIELD_MAPPING = 3,
    FIELD_LOCATION = 4,
    FIELD_FUNCTION = 5,
    FIELD_STRING = 6,
    FIELD_TIME = 9,
};

static const struct wm_wire_message value_type = {
    .fields = {[1] = {KIND_NUMBER, NULL}, [2] = {KIND_NUMBER, NULL}}
};

const struct wm_wire_message wm_wire_label = {
    .fields = {[1] = {KIND_NUMBER, NULL},
               [2] = {KIND_NUMBER, NULL},
               [3] = {KIND_NUMBER, NULL},
               [4] = {KIND_NUMBER, NULL}}
};

const struct wm_wire_message wm_wire_sample = {
    .fields = {[1] = {KIND_NUMBERS, NULL},
               [2] = {KIND_NUMBERS, NULL},
               [3] = {KIND_MESSAGE, &wm_wire_label}}
};

static const struct wm_wire_message mapping = {
    .fields = {[1] = {KIND_NUMBER, NULL},
               [2] = {KIND_NUMBER, NULL},
               [3] = {KIND_NUMBER, NULL},
               [4] = {KIND_NUMBER, NULL},
               [5] = {KIND_NUMBER, NULL},
               [6] = {KIND_NUMBER, NULL},
               [7] = {KIND_NUMBER, NULL},
               [8] = {KIND_NUMBER, NULL},
               [9] = {KIND_NUMBER, NULL},
               [10] = {KIND_NUMBER, NULL}}
};

static const struct wm_wire_message line = {
    .fields = {[1] = {KIND_NUMBER, NULL}, [2] = {KIND_NUMBER, NULL}}
};

static const struct wm_wire_message location = {
    .fields = {[1] = {KIND_NUMBER, NULL},
               [2] = {KIND_NUMBER, NULL},
               [3] = {KIND_NUMBER, NULL},
               [4] = {KIND_MESSAGE, &line},
               [5] = {KIND_NUMBER, NULL}}
};

static const struct wm_wire_message function = {
    .fields = {[1] = {KIND_NUMBER, NULL},
               [2] = {KIND_NUMBER, NULL},
               [3] = {KIND_NUMBER, NULL},
               [4] = {KIND_NUMBER, NULL},
               [5] = {KIND_NUMBER, NULL}}
};

const struct wm_wire_message wm_wire_profile = {
    .fields = {[1] = {KIND_MESSAGE, &value_type},
               [FIELD_SAMPLE] = {KIND_MESSAGE, &wm_wire_sample},
               [FIELD_MAPPING] = {KIND_MESSAGE, &mapping},
               [FIELD_LOCATION] = {KIND_MESSAGE, &location},
               [FIELD_FUNCTION] = {KIND_MESSAGE, &function},
               [FIELD_STRING] = {KIND_BYTES, NULL},
               [7] = {KIND_NUMBER, NULL},
               [8] = {KIND_NUMBER, NULL},
               [FIELD_TIME] = {KIND_NUMBER, NULL},
               [10] = {KIND_NUMBER, NULL},
               [11] = {KIND_MESSAGE, &value_type},
               [12] = {KIND_NUMBER, NULL},
               [13] = {KIND_NUMBERS, NULL},
               [14] = {KIND_NUMBER, NULL}}
};

static int check_content(const struct wm_wire_input *input, const struct wm_wire_message *message,
                         const struct wm_wire_field *field);
static int keep_field(const struct wm_wire_input *input, const struct wm_wire_field *field,
                      struct wm_wire_map *map);
static int keep_offset(struct wm_wire_offsets *offsets, size_t at);
static int keep_header(const struct wm_wire_input *input, const struct wm_wire_field *field,
                       struct wm_wire_map *map);
static int malformed(const struct wm_wire_input *input, size_t at, const char *what);

int wm_wire_scan(const struct wm_wire_input *input, struct wm_wire_map *ret_map)
{
    struct wm_wire_map map = {0};
    struct wm_wire_field field = {0};
    bool has_time = false;
    int rc = 0;
    for (size_t at = 0; rc == 0 && at < input->length;) {
        rc = wm_wire_next(input, &wm_wire_profile, &at, input->length, &field);
        if (rc < 0 || field.number == 0 || field.number == FIELD_SAMPLE)
            continue;
        if (field.number == FIELD_TIME && has_time)
            rc = malformed(input, field.start, "a second one begins, and they cannot be one");
        has_time |= field.number == FIELD_TIME && field.value != 0;
        if (rc == 0)
            rc = check_content(input, &wm_wire_profile, &field);
        if (rc == 0 && keep_field(input, &field, &map) < 0)
            rc = wm_fail_at(input->err, -ENOMEM, input->place, "no memory to read it");
    }
    if (rc < 0)
        wm_wire_map_done(&map);
    else
        *ret_map = map;
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

int wm_wire_next(const struct wm_wire_input *input, const struct wm_wire_message *message,
                 size_t *at, size_t end, struct wm_wire_field *ret_field)
{
    struct wm_wire_field field = {.start = *at};
    uint64_t tag = 0, length = 0;
    if (!wm_wire_number(input, at, end, &tag))
        return wm_wire_bad_number(input, *at, end);
    if (tag >> 3 == 0 || tag > UINT32_MAX)
        return malformed(input, field.start, "no field has such a number");
    const size_t known = sizeof(message->fields) / sizeof(message->fields[0]);
    enum kind kind = tag >> 3 < known ? message->fields[tag >> 3].kind : KIND_UNKNOWN;
    field.number = kind != KIND_UNKNOWN ? (uint32_t)(tag >> 3) : 0;
    field.type = (uint32_t)(tag & 7);
    if (kind != KIND_UNKNOWN && !(field.type == WM_WIRE_VARINT && kind <= KIND_NUMBERS) &&
        !(field.type == WM_WIRE_BYTES && kind != KIND_NUMBER))
        return malformed(input, field.start, "a known field of the wrong wire type");
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

int wm_wire_bad_number(const struct wm_wire_input *input, size_t at, size_t end)
{
    if (at == end)
        return malformed(input, end, "cut off inside a number");
    return malformed(input, at - 10, "a number of more than ten bytes");
}

/* As deep as the tables nest: two levels below the profile. */
static int check_content(const struct wm_wire_input *input, const struct wm_wire_message *message,
                         const struct wm_wire_field *field)
{
    if (field->number == 0 || field->type != WM_WIRE_BYTES)
        return 0;
    enum kind kind = message->fields[field->number].kind;
    const struct wm_wire_message *inner_message = message->fields[field->number].inner;
    struct wm_wire_field inner = {0};
    uint64_t ignored;
    size_t at = field->content;
    int rc = 0;
    while (kind == KIND_MESSAGE && rc == 0 && at < field->end) {
        rc = wm_wire_next(input, inner_message, &at, field->end, &inner);
        if (rc == 0)
            rc = check_content(input, inner_message, &inner);
    }
    while (kind == KIND_NUMBERS && rc == 0 && at < field->end)
        if (!wm_wire_number(input, &at, field->end, &ignored))
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
    struct wm_wire_offsets *offsets =
        field->number < sizeof(by_number) / sizeof(by_number[0]) ? by_number[field->number] : NULL;
    return offsets != NULL ? keep_offset(offsets, field->start) : keep_header(input, field, map);
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
