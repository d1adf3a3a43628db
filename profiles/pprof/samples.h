/* samples.h - the samples of a file, read straight into the profile. Not for other rooms. */
#ifndef WM_PPROF_SAMPLES_H
#define WM_PPROF_SAMPLES_H

#include "profiles/pprof/ids.h"
#include "profiles/pprof/profile.h"
#include "profiles/pprof/wire.h"

struct wm_samples;

struct wm_samples_input {
    struct wm_profile *profile; /* has everything else already */
    const struct wm_ids *location_ids;
    const uint32_t *strings; /* from numbers in the file to numbers in the profile */
    size_t string_count;
};

/* Counts the parts of a file's samples, by threads if there are many: nothing else of the file has
 * to be read before. What is wrong is told by reading only. Both arguments are borrowed until
 * wm_samples_free. -ENOMEM. */
WM_MUST_USE int wm_samples_count(const struct wm_wire_input *wire, const struct wm_wire_map *map,
                                 struct wm_samples **ret_samples);
/* Once. -EINVAL with the offset of what is wrong, -ENOMEM, -EOVERFLOW. */
WM_MUST_USE int wm_samples_read(struct wm_samples *samples, const struct wm_samples_input *input);
void wm_samples_free(struct wm_samples *samples);

#endif
