/* wire.h - where things lie in the bytes of a profile, and whether they are well-formed.
 *
 * protobuf-c says only that bytes cannot be decoded. This walk over the same bytes says where, and
 * keeps the offset of each thing that a later check may find wrong. */
#ifndef WM_PPROF_WIRE_H
#define WM_PPROF_WIRE_H

#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

/* Offsets of one kind of message, in their order. */
struct wm_wire_offsets {
    size_t *at;
    size_t count, capacity;
};

struct wm_wire_map {
    struct wm_wire_offsets samples, mappings, locations, functions, strings;
};

/* Walks the message. -EINVAL with the offset of what cannot be read, -ENOMEM. */
WM_MUST_USE int wm_wire_scan(const unsigned char *data, size_t length, const char *place,
                             struct wm_wire_map *ret_map, struct wm_error *err);
void wm_wire_map_done(struct wm_wire_map *map);

#endif
