/* verdicts.h - what an expression says of each string of a profile, asked once a string: frames
 * and labels repeat a few strings over and over. Private to this room. */
#ifndef WM_REPORT_VERDICTS_H
#define WM_REPORT_VERDICTS_H

#include "profiles/regex/regex.h"
#include "profiles/report/report.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: there is no expression, and nothing may be asked. */
struct wm_verdicts {
    struct wm_regex *regex; /* NULL: no expression was given */
    const struct wm_profile *profile;
    unsigned char *known; /* by string number: 0 not asked yet, 1 no, 2 yes */
    size_t string_count;
};

/* `pattern` NULL or "": no expression. -EINVAL with `option` as the place, -ENOMEM. */
WM_MUST_USE int wm_verdicts_init(struct wm_verdicts *verdicts, const struct wm_profile *profile,
                                 const char *option, const char *pattern, struct wm_error *err);
/* Tells in `notes` if matching took too long; frees. */
void wm_verdicts_done(struct wm_verdicts *verdicts, const char *option, struct wm_text *notes);
/* Whether the expression finds something in this string. */
bool wm_verdicts_find(struct wm_verdicts *verdicts, uint32_t string);
/* The same of another text that stands for the string from now on. */
bool wm_verdicts_find_instead(struct wm_verdicts *verdicts, uint32_t string, const char *text);
/* Whether the string was asked about before. */
bool wm_verdicts_known(const struct wm_verdicts *verdicts, uint32_t string);

#endif
