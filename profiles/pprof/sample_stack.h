/* sample_stack.h - the frames of samples.
 *
 * They are most of a large profile, and what is kept in 16 bits takes half of the memory and of the
 * time to touch it: so are the frames of a file that has no more than 65,535 locations. */
#ifndef WM_PPROF_SAMPLE_STACK_H
#define WM_PPROF_SAMPLE_STACK_H

#include "profiles/pprof/profile.h"

/* A sample's stack, leaf first. Borrowed from the profile, until its samples become more. */
struct wm_sample_stack {
    void *frames;
    bool is_narrow;
};

static inline size_t wm_profile_frame_bytes(const struct wm_profile *profile)
{
    return profile->has_narrow_stacks ? sizeof(uint16_t) : sizeof(uint32_t);
}

static inline struct wm_sample_stack wm_sample_stack(const struct wm_profile *profile,
                                                     const struct wm_profile_sample *sample)
{
    char *frames = profile->stacks; /* which are there once there is a sample */
    return (struct wm_sample_stack){
        frames + sample->first_location * wm_profile_frame_bytes(profile),
        profile->has_narrow_stacks,
    };
}

/* Frame `at` of all that the profile has. */
static inline uint32_t wm_profile_frame(const struct wm_profile *profile, size_t at)
{
    return profile->has_narrow_stacks ? ((const uint16_t *)profile->stacks)[at]
                                      : ((const uint32_t *)profile->stacks)[at];
}

/* The index of the location of frame `i`, which is one of the stack's. */
static inline uint32_t wm_sample_frame(struct wm_sample_stack stack, size_t i)
{
    return stack.is_narrow ? ((const uint16_t *)stack.frames)[i]
                           : ((const uint32_t *)stack.frames)[i];
}

/* Another location for it, whose index is below that of any that the profile's stacks had. */
static inline void wm_sample_set_frame(struct wm_sample_stack stack, size_t i, uint32_t location)
{
    if (stack.is_narrow)
        ((uint16_t *)stack.frames)[i] = (uint16_t)location;
    else
        ((uint32_t *)stack.frames)[i] = location;
}

#endif
