/* gzip.h - gzip in memory: reproducible out, bounded in. */
#ifndef WM_PPROF_GZIP_H
#define WM_PPROF_GZIP_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether these bytes begin as gzip does. */
bool wm_gzip_is(const unsigned char *data, size_t length);

/* libdeflate's levels for what is kept and for what is looked at next. SMALL takes twice the time
 * of FAST, for profiles that are a twelfth smaller; gzip's own 6 five times, for another 25th. */
enum wm_gzip_effort { WM_GZIP_FAST = 1, WM_GZIP_SMALL = 4 };

/* One gzip member without name or time: equal data gives equal bytes. free() it. -ENOMEM. */
WM_MUST_USE int wm_gzip_pack(const unsigned char *data, size_t length, enum wm_gzip_effort effort,
                             unsigned char **ret_data, size_t *ret_length);

/* One member that is made of parts, so that threads can pack them: a head, the parts in their order
 * and a tail, one behind the other. Three times as fast as FAST, and a twelfth larger; equal data
 * gives equal bytes on CPUs that can do the same. */
struct wm_gzip_sum {
    size_t length; /* unpacked */
    uint32_t crc;
};

void wm_gzip_add_head(struct wm_text *text);
/* Adds a part; *ret_sum is its own. -ENOMEM. */
WM_MUST_USE int wm_gzip_add_part(struct wm_text *text, const void *data, size_t length,
                                 struct wm_gzip_sum *ret_sum);
/* Zeroed it is that of no part. */
void wm_gzip_sum_add(struct wm_gzip_sum *sum, const struct wm_gzip_sum *next);
void wm_gzip_add_tail(struct wm_text *text, const struct wm_gzip_sum *sum);

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

/* The same three times as fast, for files that are one sound member. Its first bytes tell that it
 * is one, its last how many it unpacks to. */
enum { WM_GZIP_HEAD_BYTES = 2, WM_GZIP_TAIL_BYTES = 4 };

/* How many that is; 0: not what may be true of a file of `length` bytes, or above the limit. */
size_t wm_gzip_claim(const unsigned char tail[WM_GZIP_TAIL_BYTES], uint64_t length, uint64_t limit);

/* Where its bytes come from, in their order: the next ones, up to `bytes`; 0: these were all. */
struct wm_gzip_source {
    ssize_t (*read)(void *user, unsigned char *piece, size_t bytes);
    void *user;
};

struct wm_gzip_member;

/* Due after calls of ISA-L, which leaves the upper halves of vector registers in use: on many CPUs
 * every plain vector instruction is slow then, in threads that are started later, too. */
void wm_gzip_leave_registers(void);

/* To be unpacked into `data`, which is as long as it claims. The source is borrowed. -ENOMEM. */
WM_MUST_USE int wm_gzip_member_new(const struct wm_gzip_source *source, unsigned char *data,
                                   size_t length, struct wm_gzip_member **ret_member);
/* Unpacks a piece; *ret_made: how much is there in all. 1: there is more, 0: that was all of one
 * sound member, -EBADMSG: it is something else, which wm_gzip_unpack may know to read. Reads again
 * the WM_GZIP_WINDOW_BYTES before what it made last. */
WM_MUST_USE int wm_gzip_member_next(struct wm_gzip_member *member, size_t *ret_made);
void wm_gzip_member_free(struct wm_gzip_member *member);

enum { WM_GZIP_WINDOW_BYTES = 32 << 10 };

#endif
