/* re2.h - RE2's syntax, as Go's regexp package has it, spelled for PCRE2. Private to regex.c.
 *
 * The result finds something in exactly the texts in which Go finds something; where that begins
 * and ends may differ, as nothing here asks for it: lazy repeats become plain ones. It wants
 * PCRE2_UTF, PCRE2_DOTALL and PCRE2_NO_AUTO_CAPTURE, and not PCRE2_UCP. */
#ifndef WM_REGEX_RE2_H
#define WM_REGEX_RE2_H

#include "harness/core/error.h"
#include "harness/core/text.h"

/* Adds the translation to `pcre`. -EINVAL, `option` being the place: what Go refuses, or what
 * cannot be told to PCRE2. Memory: pcre->failed, for the caller to look at. */
WM_MUST_USE int wm_re2_translate(const char *option, const char *pattern, struct wm_text *pcre,
                                 struct wm_error *err);

#endif
