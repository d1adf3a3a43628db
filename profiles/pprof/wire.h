/* wire.h - the bytes of a profile as protobuf fields, each checked before anything is read of it.
 * Not for other rooms.
 *
 * protobuf-c says only that bytes cannot be decoded. This says where, and lets samples, which are
 * nearly all of a profile, be read without an object for each. */
#ifndef WM_PPROF_WIRE_H
#define WM_PPROF_WIRE_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of a message that we know: wire.c has one for each. */
struct wm_wire_message {
    unsigned char known[128]; /* by tag, wire type and all: the field's number; 0: not known so */
};
extern const struct wm_wire_message wm_wire_profile, wm_wire_sample, wm_wire_label, wm_wire_mapping,
    wm_wire_location, wm_wire_line, wm_wire_function;

enum { WM_WIRE_VARINT = 0, WM_WIRE_BYTES = 2 };
enum { WM_WIRE_FIELDS = 16 }; /* known fields have smaller numbers */

struct wm_wire_input {
    const unsigned char *data;
    size_t length;
    const char *place; /* names it in errors */
    struct wm_error *err;
};

struct wm_wire_field {
    uint32_t number; /* 0: not a known one */
    uint32_t type;
    uint64_t value;      /* of a varint */
    size_t start;        /* where the field is, */
    size_t content, end; /* and what it holds; `end` is where the next one starts */
};

bool wm_wire_long_number(const struct wm_wire_input *input, size_t *at, size_t end,
                         uint64_t *ret_value);

/* The number at *at; false if it is not all there or too long, which wm_wire_bad_number tells. */
static inline bool wm_wire_number(const struct wm_wire_input *input, size_t *at, size_t end,
                                  uint64_t *ret_value)
{
    if (*at < end && input->data[*at] < 0x80) { /* as most are */
        *ret_value = input->data[(*at)++];
        return true;
    }
    return wm_wire_long_number(input, at, end, ret_value);
}
/* -EINVAL; `at` as wm_wire_number left it. */
int wm_wire_bad_number(const struct wm_wire_input *input, size_t at, size_t end);

int wm_wire_other_field(const struct wm_wire_input *input, const struct wm_wire_message *message,
                        size_t *at, size_t end, struct wm_wire_field *ret_field);

/* The field at *at of a message that ends at `end`; moves *at behind it. -EINVAL with the offset
 * of what cannot be read. Here are the fields that make a profile large, those that are known and
 * sound. */
WM_MUST_USE static inline int wm_wire_next(const struct wm_wire_input *input,
                                           const struct wm_wire_message *message, size_t *at,
                                           size_t end, struct wm_wire_field *ret_field)
{
    const size_t start = *at;
    const unsigned char tag = start < end ? input->data[start] : 0x80;
    struct wm_wire_field field = {.start = start, .content = start + 1};
    size_t next = start + 1;
    uint64_t number = 0;
    if (tag >= 0x80 || message->known[tag] == 0 || !wm_wire_number(input, &next, end, &number))
        return wm_wire_other_field(input, message, at, end, ret_field);
    field.number = message->known[tag];
    field.type = tag & 7;
    if (field.type == WM_WIRE_VARINT) {
        field.value = number;
    } else {
        if (number > end - next)
            return wm_wire_other_field(input, message, at, end, ret_field);
        field.content = next;
        next += (size_t)number;
    }
    field.end = *at = next;
    *ret_field = field;
    return 0;
}

/* Of a message, the number that each field ends up with: the last one that is there, 0 if none is.
 * -EINVAL as wm_wire_next. */
WM_MUST_USE int wm_wire_numbers(const struct wm_wire_input *input,
                                const struct wm_wire_message *message,
                                const struct wm_wire_field *field,
                                uint64_t ret_values[WM_WIRE_FIELDS]);

/* Offsets of one kind of message, in their order. */
struct wm_wire_offsets {
    size_t *at;
    size_t count, capacity;
};

/* Zeroed is empty. */
struct wm_wire_map {
    struct wm_wire_offsets mappings, locations, functions, strings;
    unsigned char *header; /* the bytes of all other known fields but samples */
    size_t header_length, header_capacity;
    size_t at; /* so far */
    bool has_time;
};

/* Walks over the profile's fields that end before `ready`, which is how much of the input there is
 * yet, and checks the insides of the header's. -EINVAL with the offset of what cannot be read, once
 * all of it is there; -ENOMEM. */
WM_MUST_USE int wm_wire_scan(const struct wm_wire_input *input, size_t ready,
                             struct wm_wire_map *map);
void wm_wire_map_done(struct wm_wire_map *map);

#endif
