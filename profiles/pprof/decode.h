/* decode.h - profile.proto to a profile. Not for other rooms. */
#ifndef WM_PPROF_DECODE_H
#define WM_PPROF_DECODE_H

#include "profiles/pprof/profile.h"
#include "profiles/pprof/wire.h"

/* -EINVAL with the byte where it is not such a profile, -ENOMEM, -EOVERFLOW. */
WM_MUST_USE int wm_profile_decode_plain(const struct wm_wire_input *input,
                                        struct wm_profile **ret_profile);

/* The same while the bytes are being made: `more` makes some and says how many there are; 1: there
 * are more to come, 0: these were all. It is called by one thread; another one reads samples. */
struct wm_decode_source {
    int (*more)(void *user, size_t *ret_ready);
    void *user;
    size_t window_bytes; /* how many of the last ones `more` reads again */
};

/* Drops the input's memory behind itself. Fails without a sentence if `more` fails, and if anything
 * is wrong or so unusual that it takes all bytes at once. */
WM_MUST_USE int wm_profile_decode_arriving(const struct wm_wire_input *input,
                                           const struct wm_decode_source *source,
                                           struct wm_profile **ret_profile);

#endif
