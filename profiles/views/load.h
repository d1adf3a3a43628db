/* load.h - a profile as pprof reads it: equal locations and samples joined, samples of zeros and
 * frames that the profile wants dropped gone. What every pprof view starts from. Private. */
#ifndef WM_VIEWS_LOAD_H
#define WM_VIEWS_LOAD_H

#include "profiles/pprof/profile.h"

struct wm_loaded_sample {
    size_t origin;                           /* the first of the joined samples, for labels */
    uint32_t first_location, location_count; /* into stack, leaf first */
    size_t first_value;                      /* into values */
};

struct wm_loaded {
    const struct wm_profile *profile; /* borrowed: strings, functions, mappings, labels */
    uint32_t *location_of;            /* the location that stands for each equal one */
    uint32_t *function_of;            /* the same for functions, */
    uint32_t *mapping_of;             /* and for mappings */
    struct wm_location *locations;    /* as the profile's, less dropped lines */
    uint32_t *stack;
    struct wm_loaded_sample *samples;
    size_t sample_count;
    int64_t *values;
    size_t value_type; /* the sample type that is shown */
};

/* Borrows the profile until wm_loaded_free. -EINVAL when it has no sample type or its drop_frames
 * are no regular expression. */
WM_MUST_USE int wm_loaded_new(const struct wm_profile *profile, struct wm_loaded **ret_loaded,
                              struct wm_error *err);
void wm_loaded_free(struct wm_loaded *loaded);

/* drop.c: cuts what the profile's drop_frames and keep_frames name. */
WM_MUST_USE int wm_loaded_drop_frames(struct wm_loaded *loaded, struct wm_error *err);

/* The shown value of a sample. */
int64_t wm_loaded_value(const struct wm_loaded *loaded, size_t sample);
/* Sum of all shown values' magnitudes. */
int64_t wm_loaded_total(const struct wm_loaded *loaded);

#endif
