/* requests.h - what readers of requests share. */
#ifndef WM_PROTOCOLS_REQUESTS_H
#define WM_PROTOCOLS_REQUESTS_H

#include "harness/core/error.h"
#include "harness/core/text.h"
#include "workloads/work.h"

#include <stddef.h>
#include <stdint.h>

/* Said of requests above WM_PROTOCOL_REQUEST_MAX and lines above WM_PROTOCOL_HEAD_MAX. */
extern const char wm_request_too_large[];
extern const char wm_request_line_too_long[];

/* For the next request: empties the text, and gives a large one's memory back. */
void wm_request_clear(struct wm_text *text);

/* Takes bytes up to the end of the line that begins at `line_at` of the text; *ret_used of them. 1:
 * it is whole, 0: more is needed, -EBADMSG: it is longer than WM_PROTOCOL_HEAD_MAX, -ENOMEM. */
WM_MUST_USE int wm_request_line(struct wm_text *text, size_t line_at, const char *bytes,
                                size_t count, size_t *ret_used);

/* A word of a request that is being read: offsets, since the text moves as it grows. */
struct wm_request_word {
    size_t at, length;
};

struct wm_request_words {
    struct wm_request_word *words;
    size_t count, capacity;
};

/* -ENOMEM. */
WM_MUST_USE int wm_request_words_add(struct wm_request_words *words, size_t at, size_t length);
/* Forgets the words; gives a large list's memory back. */
void wm_request_words_clear(struct wm_request_words *words);
void wm_request_words_done(struct wm_request_words *words);

/* Writes the words that begin at `text` as fields: command, then arg1, arg2 … A NUL goes behind
 * each, over the blank or line end there. Their number; at most WM_PROTOCOL_FIELD_MAX words. */
uint32_t wm_request_fields(const struct wm_request_words *words, size_t count, char *text,
                           struct wm_work_field *fields);

/* The fields of a request that is kept as its bytes: `raw`, and its command's name for a label,
 * copied into `keep`, an empty text. Their number. */
uint32_t wm_request_raw(const char *name, size_t length, struct wm_text *keep,
                        struct wm_work_field *fields);

#endif
