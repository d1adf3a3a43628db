/* input.h - a capture as lines of bounded length, plain or gzip, in fixed memory. */
#ifndef WM_CAPTURES_INPUT_H
#define WM_CAPTURES_INPUT_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WM_INPUT_BEGINNING = 256 * 1024, /* what formats are found out from */
    WM_INPUT_LINE_MAX = 64 * 1024,
};

struct wm_input;

struct wm_line {
    const char *at; /* without its line end; borrowed until the next call */
    size_t length;
    uint64_t number; /* from 1 */
    bool overlong;   /* more than WM_INPUT_LINE_MAX bytes: these are its first ones */
};

/* "-" is standard input. The errno of opening; -EISDIR. */
WM_MUST_USE int wm_input_open(const char *name, struct wm_input **ret_input, struct wm_error *err);
void wm_input_close(struct wm_input *input); /* NULL is allowed */

/* Up to WM_INPUT_BEGINNING bytes, without taking them; before the first line only. */
WM_MUST_USE int wm_input_beginning(struct wm_input *input, const char **ret_bytes,
                                   size_t *ret_length, struct wm_error *err);
/* 1 and the next line (the last one may lack its line end), 0 at the end. -EINVAL for a gzip
 * stream that is damaged or cut off, else what reading said. */
WM_MUST_USE int wm_input_line(struct wm_input *input, struct wm_line *ret_line,
                              struct wm_error *err);

#endif
