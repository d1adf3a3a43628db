/* slice.h - part of a text, taken apart from the left. Not for other rooms. */
#ifndef WM_PPROF_SLICE_H
#define WM_PPROF_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wm_slice {
    const char *at;
    size_t length;
};

struct wm_slice wm_slice_trim(struct wm_slice text);
bool wm_slice_begins(struct wm_slice text, const char *words);
/* From the first place where these words are; empty, with `at` NULL, where they are not. */
struct wm_slice wm_slice_find(struct wm_slice text, const char *words);

/* These cut off what they name. Those that find nothing leave the text as it was. */
bool wm_slice_skip(struct wm_slice *text, const char *words);
/* Any number of this character; how many. */
size_t wm_slice_skip_all(struct wm_slice *text, char character);
/* One character, or all the digits of a number; the text is not empty. */
void wm_slice_step(struct wm_slice *text);
/* Up to the next blank, after the blanks before it; empty at the end. */
struct wm_slice wm_slice_word(struct wm_slice *text);
/* A decimal number, with "-" before it if `may_be_negative`; false if there is none or it is no
 * int64. */
bool wm_slice_number(struct wm_slice *text, bool may_be_negative, int64_t *ret_number);
/* Digits of a hexadecimal number, with "0x" before them or not; false if there are none or it is
 * no uint64. */
bool wm_slice_hex(struct wm_slice *text, uint64_t *ret_number);

#endif
