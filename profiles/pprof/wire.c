/* wire.c - a walk over a profile's bytes, guided by a table of the fields that we know. */
#include "profiles/pprof/wire.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

enum kind { KIND_NUMBER, KIND_NUMBERS, KIND_BYTES, KIND_MESSAGE };

/* A message is the list of its known fields, up to number 0. */
struct field {
    uint32_t number;
    enum kind kind;
    const struct field *inner; /* of a message */
};

static const struct field value_type_fields[] = {
    {1, KIND_NUMBER, NULL},
    {2, KIND_NUMBER, NULL},
    {0, KIND_NUMBER, NULL},
};

static const struct field label_fields[] = {
    {1, KIND_NUMBER, NULL},
    {2, KIND_NUMBER, NULL},
    {3, KIND_NUMBER, NULL},
    {4, KIND_NUMBER, NULL},
    {0, KIND_NUMBER, NULL},
};

static const struct field sample_fields[] = {
    {1, KIND_NUMBERS, NULL        },
    {2, KIND_NUMBERS, NULL        },
    {3, KIND_MESSAGE, label_fields},
    {0, KIND_NUMBER,  NULL        },
};

static const struct field mapping_fields[] = {
    {1,  KIND_NUMBER, NULL},
    {2,  KIND_NUMBER, NULL},
    {3,  KIND_NUMBER, NULL},
    {4,  KIND_NUMBER, NULL},
    {5,  KIND_NUMBER, NULL},
    {6,  KIND_NUMBER, NULL},
    {7,  KIND_NUMBER, NULL},
    {8,  KIND_NUMBER, NULL},
    {9,  KIND_NUMBER, NULL},
    {10, KIND_NUMBER, NULL},
    {0,  KIND_NUMBER, NULL},
};

static const struct field line_fields[] = {
    {1, KIND_NUMBER, NULL},
    {2, KIND_NUMBER, NULL},
    {0, KIND_NUMBER, NULL},
};

static const struct field location_fields[] = {
    {1, KIND_NUMBER,  NULL       },
    {2, KIND_NUMBER,  NULL       },
    {3, KIND_NUMBER,  NULL       },
    {4, KIND_MESSAGE, line_fields},
    {5, KIND_NUMBER,  NULL       },
    {0, KIND_NUMBER,  NULL       },
};

static const struct field function_fields[] = {
    {1, KIND_NUMBER, NULL},
    {2, KIND_NUMBER, NULL},
    {3, KIND_NUMBER, NULL},
    {4, KIND_NUMBER, NULL},
    {5, KIND_NUMBER, NULL},
    {0, KIND_NUMBER, NULL},
};

static const struct field profile_fields[] = {
    {1,  KIND_MESSAGE, value_type_fields},
    {2,  KIND_MESSAGE, sample_fields    },
    {3,  KIND_MESSAGE, mapping_fields   },
    {4,  KIND_MESSAGE, location_fields  },
    {5,  KIND_MESSAGE, function_fields  },
    {6,  KIND_BYTES,   NULL             },
    {7,  KIND_NUMBER,  NULL             },
    {8,  KIND_NUMBER,  NULL             },
    {9,  KIND_NUMBER,  NULL             },
    {10, KIND_NUMBER,  NULL             },
    {11, KIND_MESSAGE, value_type_fields},
    {12, KIND_NUMBER,  NULL             },
    {13, KIND_NUMBERS, NULL             },
    {14, KIND_NUMBER,  NULL             },
    {0,  KIND_NUMBER,  NULL             },
};

struct scan {
    const unsigned char *data;
    const char *place;
    struct wm_wire_map *map;
    struct wm_error *err;
};

static int scan_message(const struct scan *scan, const struct field *fields, size_t at, size_t end);
static int scan_field(const struct scan *scan, const struct field *fields, size_t *at, size_t end);
static int scan_bytes(const struct scan *scan, const struct field *field, size_t at, size_t end);
static int scan_varint(const struct scan *scan, size_t *at, size_t end, uint64_t *ret_value);
static const struct field *find_field(const struct field *fields, uint64_t number);
static int note(const struct scan *scan, uint32_t field, size_t at);
static int malformed(const struct scan *scan, size_t at, const char *what);

int wm_wire_scan(const unsigned char *data, size_t length, const char *place,
                 struct wm_wire_map *ret_map, struct wm_error *err)
{
    struct wm_wire_map map = {0};
    struct scan scan = {data, place, &map, err};
    int rc = scan_message(&scan, profile_fields, 0, length);
    if (rc < 0)
        wm_wire_map_done(&map);
    else
        *ret_map = map;
    return rc;
}

void wm_wire_map_done(struct wm_wire_map *map)
{
    free(map->samples.at);
    free(map->mappings.at);
    free(map->locations.at);
    free(map->functions.at);
    free(map->strings.at);
    *map = (struct wm_wire_map){0};
}

/* As deep as the field lists nest: three levels. */
static int scan_message(const struct scan *scan, const struct field *fields, size_t at, size_t end)
{
    int rc = 0;
    while (rc == 0 && at < end)
        rc = scan_field(scan, fields, &at, end);
    return rc;
}

static int scan_field(const struct scan *scan, const struct field *fields, size_t *at, size_t end)
{
    size_t start = *at;
    uint64_t tag = 0, length = 0;
    int rc = scan_varint(scan, at, end, &tag);
    if (rc < 0)
        return rc;
    if (tag >> 3 == 0 || tag > UINT32_MAX)
        return malformed(scan, start, "no field has such a number");
    const struct field *field = find_field(fields, tag >> 3);
    unsigned type = (unsigned)(tag & 7);
    bool fits = field == NULL || (type == WIRE_VARINT && field->kind <= KIND_NUMBERS) ||
                (type == WIRE_BYTES && field->kind != KIND_NUMBER);
    if (!fits)
        return malformed(scan, start, "a known field of the wrong wire type");
    switch (type) {
    case WIRE_VARINT:
        return scan_varint(scan, at, end, &length);
    case WIRE_FIXED64:
        length = 8;
        break;
    case WIRE_FIXED32:
        length = 4;
        break;
    case WIRE_BYTES:
        rc = scan_varint(scan, at, end, &length);
        if (rc < 0)
            return rc;
        break;
    default:
        return malformed(scan, start, "an unknown wire type");
    }
    if (length > end - *at)
        return malformed(scan, start, "a field that ends past its message");
    if (fields == profile_fields && field != NULL)
        rc = note(scan, field->number, start);
    if (rc == 0 && field != NULL)
        rc = scan_bytes(scan, field, *at, *at + (size_t)length);
    *at += (size_t)length;
    return rc;
}

static int scan_bytes(const struct scan *scan, const struct field *field, size_t at, size_t end)
{
    int rc = 0;
    uint64_t value;
    if (field->kind == KIND_MESSAGE)
        return scan_message(scan, field->inner, at, end);
    while (field->kind == KIND_NUMBERS && rc == 0 && at < end)
        rc = scan_varint(scan, &at, end, &value);
    return rc;
}

static int scan_varint(const struct scan *scan, size_t *at, size_t end, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (*at == end)
            return malformed(scan, end, "cut off inside a number");
        unsigned char byte = scan->data[(*at)++];
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return 0;
        }
    }
    return malformed(scan, *at - 10, "a number of more than ten bytes");
}

static const struct field *find_field(const struct field *fields, uint64_t number)
{
    for (const struct field *field = fields; field->number != 0; field++) {
        if (field->number == number)
            return field;
    }
    return NULL;
}

static int note(const struct scan *scan, uint32_t field, size_t at)
{
    struct wm_wire_map *map = scan->map;
    struct wm_wire_offsets *const by_field[] = {
        [2] = &map->samples,   [3] = &map->mappings, [4] = &map->locations,
        [5] = &map->functions, [6] = &map->strings,
    };
    struct wm_wire_offsets *offsets =
        field < sizeof(by_field) / sizeof(by_field[0]) ? by_field[field] : NULL;
    if (offsets == NULL)
        return 0;
    if (offsets->count == offsets->capacity) {
        size_t grown = offsets->capacity == 0 ? 64 : offsets->capacity * 2;
        size_t *moved = reallocarray(offsets->at, grown, sizeof(*moved));
        if (moved == NULL)
            return wm_fail_at(scan->err, -ENOMEM, scan->place, "no memory to read it");
        offsets->at = moved;
        offsets->capacity = grown;
    }
    offsets->at[offsets->count++] = at;
    return 0;
}

static int malformed(const struct scan *scan, size_t at, const char *what)
{
    return wm_fail_at(scan->err, -EINVAL, scan->place,
                      "byte %zu (unpacked): not a pprof profile: %s", at, what);
}
