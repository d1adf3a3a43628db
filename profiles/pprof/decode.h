/* decode.h - profile.proto to a profile. Not for other rooms. */
#ifndef WM_PPROF_DECODE_H
#define WM_PPROF_DECODE_H

#include "profiles/pprof/profile.h"
#include "profiles/pprof/wire.h"

/* -EINVAL with the byte where it is not such a profile, -ENOMEM, -EOVERFLOW. */
WM_MUST_USE int wm_profile_decode_plain(const struct wm_wire_input *input,
                                        struct wm_profile **ret_profile);

#endif
