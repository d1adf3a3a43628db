/* decode_parts.h - what decode.c and decode_code.c share. Not for other files. */
#ifndef WM_PPROF_DECODE_PARTS_H
#define WM_PPROF_DECODE_PARTS_H

#include "profiles/pprof/arrival.h"
#include "profiles/pprof/decode.h"
#include "profiles/pprof/ids.h"
#include "profiles/pprof/samples.h"

struct decode {
    const struct wm_wire_input *input;
    const struct wm_decode_source *source;
    struct wm_arrival arrival;
    struct wm_profile *profile;
    struct wm_wire_map map;
    uint32_t *strings; /* from numbers in the file to numbers in the profile */
    struct wm_ids mapping_ids, function_ids, location_ids;
    struct wm_samples_guess guess;
    struct wm_line *lines; /* scratch, as long as the longest list so far */
    uint64_t *line_ids;    /* of their functions */
    size_t line_capacity;
};

/* Mappings, functions and locations, once all of them are in the map. What names strings has the
 * file's numbers for them, each of which is there. -EINVAL, -ENOMEM, -EOVERFLOW. */
WM_MUST_USE int wm_decode_code(struct decode *decode);
/* Due then, if the profile has other numbers for strings than the file. */
void wm_decode_rename_code(struct decode *decode);

/* Whether there is such a string; `at` is the offset of the thing that names it, 0 where several
 * may. -EINVAL. */
WM_MUST_USE int wm_decode_string(const struct decode *decode, size_t at, uint64_t number,
                                 uint32_t *ret_string);
/* What nobody writes is refused before it costs memory. -EINVAL. */
WM_MUST_USE int wm_decode_check_size(const struct decode *decode, size_t at, size_t length);

#endif
