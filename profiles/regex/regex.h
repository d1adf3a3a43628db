/* regex.h - regular expressions as pprof's users write them: RE2's syntax (Go's regexp package),
 * unanchored, on UTF-8, matched by PCRE2. The door. What PCRE2 would take differently is
 * translated; what it cannot do is refused by name, never matched otherwise. */
#ifndef WM_REGEX_REGEX_H
#define WM_REGEX_REGEX_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>

struct wm_regex;

/* -EINVAL names what is wrong and where, with `option` as the place; -ENOMEM. */
WM_MUST_USE int wm_regex_new(const char *option, const char *pattern, struct wm_regex **ret_regex,
                             struct wm_error *err);
void wm_regex_free(struct wm_regex *regex);
/* Whether it finds something in the text. Linear or bounded: a match that would take too long
 * counts as none and is told once by wm_regex_gave_up. */
bool wm_regex_finds(struct wm_regex *regex, const char *text, size_t length);
bool wm_regex_gave_up(const struct wm_regex *regex);

#endif
