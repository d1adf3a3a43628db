/* samples.h - the samples of a file, read straight into the profile. Not for other rooms. */
#ifndef WM_PPROF_SAMPLES_H
#define WM_PPROF_SAMPLES_H

#include "profiles/pprof/ids.h"
#include "profiles/pprof/profile.h"
#include "profiles/pprof/wire.h"

struct wm_samples_input {
    const struct wm_wire_input *wire;
    const struct wm_wire_map *map;
    struct wm_profile *profile; /* has everything else already */
    const struct wm_ids *location_ids;
    const uint32_t *strings; /* from numbers in the file to numbers in the profile */
    size_t string_count;
};

/* -EINVAL with the offset of what is wrong, -ENOMEM, -EOVERFLOW. */
WM_MUST_USE int wm_samples_read(const struct wm_samples_input *input);

#endif
