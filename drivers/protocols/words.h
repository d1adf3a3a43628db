/* words.h - a request of words: those of the field `command`, then the fields arg1, arg2 …
 *
 * Empty arguments at the end are none: a mix has commands of few and of many words in one table. An
 * empty one before others is an empty word; a last one is written as "" in `command`. */
#ifndef WM_PROTOCOLS_WORDS_H
#define WM_PROTOCOLS_WORDS_H

#include "harness/core/error.h"
#include "harness/core/text.h"
#include "workloads/work.h"

#include <stddef.h>

/* The value of the first field of that name, NULL when there is none. */
const char *wm_protocol_field(const struct wm_work *work, const char *name);

/* The next word of a command line. Blanks end a word; "double quotes", with \" \\ \n \r \t \b \a
 * and \xHH, and 'single quotes', with \', keep them. *at moves behind it. With `to` (which has
 * room for it; NULL: only measured) the word is written there. 1: a word of *ret_length bytes, 0:
 * there are no more, -EINVAL: a quote has no end. */
WM_MUST_USE int wm_word_next(const char **at, const char *end, char *to, size_t *ret_length);

/* All words of a request, one after another. */
struct wm_words {
    const struct wm_work *work;
    const char *at, *end; /* of the command line */
    size_t field;         /* where to look for the next argument */
    size_t field_end;     /* behind the last one */
};

/* -EINVAL when it has no command, or one whose quotes have no end. */
WM_MUST_USE int wm_words_begin(struct wm_words *words, const struct wm_work *work,
                               struct wm_error *err);
/* As wm_word_next, but that it cannot fail. */
int wm_words_next(struct wm_words *words, char *to, size_t *ret_length);
/* The next word, appended. The same. */
int wm_words_add(struct wm_words *words, struct wm_text *out);

/* Appends the first word, fit to be shown, in upper case if wished: the label of a request. -EINVAL
 * when there is none. */
WM_MUST_USE int wm_words_label(const struct wm_work *work, bool upper, struct wm_text *out);

#endif
