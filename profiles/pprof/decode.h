/* decode.h - profile.proto to a profile. Not for other rooms. */
#ifndef WM_PPROF_DECODE_H
#define WM_PPROF_DECODE_H

#include "profiles/pprof/arrival.h"
#include "profiles/pprof/profile.h"
#include "profiles/pprof/wire.h"

/* What makes the bytes of an input, if they are not there yet: `fill` tells `arrival` while it goes
 * on. What it returns below 0 is what decoding returns, and no sentence. */
struct wm_decode_source {
    int (*fill)(void *user, struct wm_arrival *arrival);
    void *user;
};

/* `source` NULL: all bytes are there. Two threads read what is large. -EINVAL with the byte where
 * it is not such a profile, -ENOMEM, -EOVERFLOW. */
WM_MUST_USE int wm_profile_decode_plain(const struct wm_wire_input *input,
                                        const struct wm_decode_source *source,
                                        struct wm_profile **ret_profile);

#endif
