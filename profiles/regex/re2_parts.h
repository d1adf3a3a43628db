/* re2_parts.h - what the translator's files share. */
#ifndef WM_REGEX_RE2_PARTS_H
#define WM_REGEX_RE2_PARTS_H

#include "harness/core/error.h"
#include "harness/core/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the translator stands. The pattern is valid UTF-8. */
struct wm_re2 {
    const char *option, *pattern;
    const char *at; /* what is not translated yet */
    bool fold;      /* (?i) */
    struct wm_text *pcre;
    struct wm_error *err;
};

/* -EINVAL; tells what the pattern has from `from` up to re2->at, and what is wrong with it. */
WM_MUST_USE int wm_re2_fail(struct wm_re2 *re2, const char *from, const char *problem);
/* Takes the next character; not at the end. */
uint32_t wm_re2_next(struct wm_re2 *re2);
/* Adds a character that stands for itself. */
void wm_re2_add_character(struct wm_text *pcre, uint32_t character);

/* re2_escape.c: takes an escape that stands for one character. */
WM_MUST_USE int wm_re2_take_escape(struct wm_re2 *re2, uint32_t *ret_character);

/* re2_class.c: takes "[...]". */
WM_MUST_USE int wm_re2_take_class(struct wm_re2 *re2);
/* Takes an escape that stands for a class: \d, \pN and their like. */
WM_MUST_USE int wm_re2_take_class_escape(struct wm_re2 *re2, bool *ret_taken);

/* re2_names.c: the names that \p takes. Exact: PCRE2 would take them in any spelling, and more. */
bool wm_re2_is_category(const char *name, size_t length);
bool wm_re2_is_script(const char *name, size_t length);

#endif
