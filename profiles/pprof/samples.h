/* samples.h - the samples of a file, read straight into the profile. Not for other rooms. */
#ifndef WM_PPROF_SAMPLES_H
#define WM_PPROF_SAMPLES_H

#include "profiles/pprof/arrival.h"
#include "profiles/pprof/ids.h"
#include "profiles/pprof/profile.h"
#include "profiles/pprof/sample_order.h"
#include "profiles/pprof/wire.h"

/* Samples that were read before all else of the file was. */
struct wm_samples_guess {
    struct wm_profile *profile; /* of samples alone; NULL: they have to be read otherwise */
    uint32_t last_location, last_string; /* the largest index of each that samples name */
    struct wm_use_order uses;
    bool has_unsorted; /* labels of some sample */
};

/* Reads the samples of a file as it arrives, and drops the file's memory behind itself but for the
 * last `kept_bytes` before where it is (SIZE_MAX: all of it is kept). It guesses that its ids of
 * locations are 1, 2, 3 ... in this order and that no two of its strings are equal, as it is in
 * what programs write. It is for the caller to see whether that was so, and to wm_profile_free()
 * the profile in any case. There is none if anything is wrong or unusual: wm_samples_read tells
 * what. */
void wm_samples_guess(const struct wm_wire_input *wire, struct wm_arrival *arrival,
                      size_t kept_bytes, struct wm_samples_guess *ret_guess);

struct wm_samples_input {
    struct wm_profile *profile; /* has everything else already */
    const struct wm_ids *location_ids;
    const uint32_t *strings; /* from numbers in the file to numbers in the profile */
    size_t string_count;
};

/* By what the file has else; its fields are sound. -EINVAL with the offset of what is wrong,
 * -ENOMEM, -EOVERFLOW. */
WM_MUST_USE int wm_samples_read(const struct wm_wire_input *wire,
                                const struct wm_samples_input *input);

#endif
