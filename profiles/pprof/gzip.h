/* gzip.h - gzip in memory: reproducible out, bounded in. */
#ifndef WM_PPROF_GZIP_H
#define WM_PPROF_GZIP_H

#include "harness/core/error.h"
#include "profiles/pprof/arrival.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether these bytes begin as gzip does. */
bool wm_gzip_is(const unsigned char *data, size_t length);

/* libdeflate's levels for what is kept and for what is looked at next. SMALL takes twice the time
 * of FAST, for profiles that are a twelfth smaller; gzip's own 6 five times, for another 25th. */
enum wm_gzip_effort { WM_GZIP_FAST = 1, WM_GZIP_SMALL = 4 };

/* One gzip member without name or time: equal data gives equal bytes. free() it. -ENOMEM. */
WM_MUST_USE int wm_gzip_pack(const unsigned char *data, size_t length, enum wm_gzip_effort effort,
                             unsigned char **ret_data, size_t *ret_length);

struct wm_gzip_input {
    const unsigned char *data;
    size_t length;
    uint64_t limit;    /* most unpacked bytes; 0: none */
    const char *place; /* names it in errors */
};

/* All members, one after the other; free() it. -EINVAL with the byte of the packed data where it
 * went wrong, -EFBIG above the limit, -ENOMEM. */
WM_MUST_USE int wm_gzip_unpack(const struct wm_gzip_input *input, unsigned char **ret_data,
                               size_t *ret_length, struct wm_error *err);

/* How many bytes it says that it unpacks to, within the limit; 0: it says nothing that may be true,
 * or it is not gzip. */
size_t wm_gzip_claim(const struct wm_gzip_input *input);
/* The same as above three times as fast, if it is one sound member of this `length`, which is what
 * it claims: into `data`, telling `arrival` while it goes on. -EBADMSG: it is something else, which
 * wm_gzip_unpack may know to read. -ENOMEM. */
WM_MUST_USE int wm_gzip_unpack_member(const struct wm_gzip_input *input, unsigned char *data,
                                      size_t length, struct wm_arrival *arrival);

#endif
