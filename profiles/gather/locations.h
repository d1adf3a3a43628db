/* locations.h - addresses as locations of the run's profile, each named once. */
#ifndef WM_GATHER_LOCATIONS_H
#define WM_GATHER_LOCATIONS_H

#include "harness/core/error.h"
#include "profiles/gather/modules.h"
#include "profiles/pprof/profile.h"

#include <stddef.h>
#include <stdint.h>

struct wm_locations {
    struct wm_profile *profile;
    const struct wm_modules *modules;
    uint32_t *mappings; /* by module: index into the profile's */
    struct wm_intern *addresses;
    uint32_t *numbers; /* by number in `addresses`: index into the profile's locations */
    size_t capacity;
};

/* Adds the binaries to the profile, those of the file `main` first: pprof takes the first one for
 * the program that was profiled. NULL: as they were found. -ENOMEM. */
WM_MUST_USE int wm_locations_init(struct wm_locations *locations, struct wm_profile *profile,
                                  const struct wm_modules *modules, const char *main);
void wm_locations_done(struct wm_locations *locations);

/* A string's number in a profile, into *ret_number; -ENOMEM. */
WM_MUST_USE int wm_locations_string(struct wm_profile *profile, const char *string,
                                    uint32_t *ret_number);
/* The location of the i-th frame of a stack, leaf first; -ENOMEM. */
WM_MUST_USE int64_t wm_locations_of_frame(struct wm_locations *locations, const uint64_t *frames,
                                          size_t i);
/* A location that is no code: what could not be told apart any further. -ENOMEM. */
WM_MUST_USE int64_t wm_locations_add_synthetic(struct wm_locations *locations, const char *name);

#endif
