/* lines.h - lines that come in pieces, and the numbers in them: what replies in text are made of.
 */
#ifndef WM_PROTOCOLS_LINES_H
#define WM_PROTOCOLS_LINES_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WM_LINE_KEPT = 512 };

/* The beginning of a line; the rest of it is only counted. All zero: an empty one. */
struct wm_line {
    const char *text; /* in the bytes that were fed where it is whole in them, else in `store` */
    size_t kept;      /* of text; of a whole line, without "\r\n" where that found room */
    size_t bytes;     /* so far, with its end */
    char last;        /* of them */
    char store[WM_LINE_KEPT];
};

/* Takes bytes up to the line's end; *ret_used of them. 1: it is whole, 0: more is needed,
 * -EBADMSG: it does not end in "\r\n", or not within WM_PROTOCOL_HEAD_MAX bytes. */
WM_MUST_USE int wm_line_feed(struct wm_line *line, const char *bytes, size_t count,
                             size_t *ret_used);
/* To begin the next one. */
void wm_line_clear(struct wm_line *line);

/* Passes over a block of *skip bytes of which the last two are "\r\n"; *ret_used of the bytes, and
 * *skip is what is left. 0, or -EBADMSG when it ends otherwise. */
WM_MUST_USE int wm_line_skip(uint64_t *skip, const char *bytes, size_t count, size_t *ret_used);

/* A whole number, digits with or without a minus: all of `count` bytes. */
bool wm_line_number(const char *bytes, size_t count, int64_t *ret_number);
/* Bytes up to the first blank. */
size_t wm_line_word(const char *bytes, size_t count);
/* Copies a word into `to` of `capacity` bytes, cut to fit, control bytes as '?'. */
void wm_line_copy(char *to, size_t capacity, const char *bytes, size_t count);

#endif
