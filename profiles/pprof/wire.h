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

/* What field numbers of a message hold; wire.c has a table of them for each. */
struct wm_wire_message;
extern const struct wm_wire_message wm_wire_profile, wm_wire_sample, wm_wire_label;

enum { WM_WIRE_VARINT = 0, WM_WIRE_BYTES = 2 };

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

/* The field at *at of a message that ends at `end`; moves *at behind it. -EINVAL with the offset
 * of what cannot be read. */
WM_MUST_USE int wm_wire_next(const struct wm_wire_input *input,
                             const struct wm_wire_message *message, size_t *at, size_t end,
                             struct wm_wire_field *ret_field);

/* The number at *at; false if it is not all there or too long, which wm_wire_bad_number tells. */
static inline bool wm_wire_number(const struct wm_wire_input *input, size_t *at, size_t end,
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
/* -EINVAL; `at` as wm_wire_number left it. */
int wm_wire_bad_number(const struct wm_wire_input *input, size_t at, size_t end);

/* Offsets of one kind of message, in their order. */
struct wm_wire_offsets {
    size_t *at;
    size_t count, capacity;
};

struct wm_wire_map {
    struct wm_wire_offsets mappings, locations, functions, strings;
    unsigned char *header; /* the bytes of all other known fields but samples */
    size_t header_length, header_capacity;
};

/* Walks all but the samples' insides. -EINVAL with the offset of what cannot be read, -ENOMEM. */
WM_MUST_USE int wm_wire_scan(const struct wm_wire_input *input, struct wm_wire_map *ret_map);
void wm_wire_map_done(struct wm_wire_map *map);

#endif
