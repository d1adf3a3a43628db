/* invalid.h - what is wrong with the bytes of a profile, and where. Not for other rooms. */
#ifndef WM_PPROF_INVALID_H
#define WM_PPROF_INVALID_H

#include "profiles/pprof/wire.h"

/* -EINVAL; `at` is the offset of the thing that is wrong, 0 where several may be. */
int wm_read_invalid(const struct wm_wire_input *input, size_t at, const char *format, ...)
    WM_PRINTF(3, 4);
int wm_read_no_string(const struct wm_wire_input *input, size_t at, int64_t number, size_t count);
/* `rc`, which is -ENOMEM or -EOVERFLOW, as a sentence. */
int wm_read_failed(const struct wm_wire_input *input, int rc);

#endif
