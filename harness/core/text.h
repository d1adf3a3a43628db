/* text.h - a string that grows.
 *
 * Invariant: `data` is always a C string of `length` bytes ("" when nothing was added); a failed
 * allocation sets `failed`, after which every call is a no-op, so callers check once at the end. */
#ifndef WM_CORE_TEXT_H
#define WM_CORE_TEXT_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wm_text {
    char *data;
    size_t length;
    size_t capacity; /* 0: `data` is a static "" */
    bool failed;
};

void wm_text_init(struct wm_text *text);
void wm_text_done(struct wm_text *text);
/* Empties the text and keeps its memory. */
void wm_text_clear(struct wm_text *text);
void wm_text_add(struct wm_text *text, const char *string);
void wm_text_add_bytes(struct wm_text *text, const void *bytes, size_t length);
/* Makes the text `length` bytes longer, for the caller to fill: where they are; NULL if there is no
 * memory for them. */
char *wm_text_extend(struct wm_text *text, size_t length);
/* Takes so many bytes off its end. */
void wm_text_cut(struct wm_text *text, size_t length);
/* The number, with blanks before it to make `width` characters (32 at most): as "%*d", but
 * many times faster. */
void wm_text_add_number(struct wm_text *text, int64_t number, size_t width);
/* For who has made room by wm_text_extend: writes the number and returns where it ends,
 * WM_NUMBER_BYTES further at most. */
enum { WM_NUMBER_BYTES = 20 };
char *wm_text_put_number(char *at, int64_t number);
/* The same for a string, without its NUL; a literal's length is known when it is compiled. */
static inline char *wm_text_put(char *at, const char *string)
{
    const size_t length = strlen(string);
    memcpy(at, string, length);
    return at + length;
}
void wm_text_addf(struct wm_text *text, const char *format, ...) WM_PRINTF(2, 3);
/* Hands the string over (free() it); the text is empty again. NULL if an allocation failed. */
char *wm_text_take(struct wm_text *text);

/* Columns that `string` takes on a terminal: its UTF-8 code points; a byte of none counts as one.
 */
size_t wm_text_width(const char *string);
/* Bytes of the valid UTF-8 character that `string` starts with, at most `length`; 0: none. */
size_t wm_text_utf8_length(const char *string, size_t length);
/* Adds `string` with blanks to make `width` columns: on the right if width > 0, left if < 0. */
void wm_text_add_padded(struct wm_text *text, const char *string, int width);
/* Adds `string` as a word that a shell takes for it: in single quotes where it has to be. */
void wm_text_add_shell(struct wm_text *text, const char *string);
/* Adds `string` with control bytes and invalid UTF-8 as \xHH, cut after `limit` columns with an
 * ellipsis (0: no limit): what may be shown of foreign input. */
void wm_text_add_safe(struct wm_text *text, const char *string, size_t length, size_t limit);

#endif
