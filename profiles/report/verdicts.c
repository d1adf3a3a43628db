/* verdicts.c - a byte for each string. */
#include "profiles/report/verdicts.h"

#include "harness/core/intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NOT_ASKED, NO, YES };

int wm_verdicts_init(struct wm_verdicts *verdicts, const struct wm_profile *profile,
                     const char *option, const char *pattern, struct wm_error *err)
{
    *verdicts = (struct wm_verdicts){.profile = profile};
    if (pattern == NULL || pattern[0] == '\0')
        return 0;
    int rc = wm_regex_new(option, pattern, &verdicts->regex, err);
    if (rc < 0)
        return rc;
    verdicts->string_count = wm_intern_count(profile->strings);
    verdicts->known = calloc(verdicts->string_count + 1, 1);
    return verdicts->known != NULL ? 0 : wm_fail_at(err, -ENOMEM, option, "no memory for names");
}

void wm_verdicts_done(struct wm_verdicts *verdicts, const char *option, struct wm_text *notes)
{
    if (verdicts->regex != NULL && wm_regex_gave_up(verdicts->regex))
        wm_text_addf(notes, "%s: matching took too long for some names, which count as others\n",
                     option);
    wm_regex_free(verdicts->regex);
    free(verdicts->known);
    *verdicts = (struct wm_verdicts){.regex = NULL};
}

bool wm_verdicts_known(const struct wm_verdicts *verdicts, uint32_t string)
{
    return string < verdicts->string_count && verdicts->known[string] != NOT_ASKED;
}

bool wm_verdicts_find_instead(struct wm_verdicts *verdicts, uint32_t string, const char *text)
{
    if (wm_verdicts_known(verdicts, string))
        return verdicts->known[string] == YES;
    bool finds = wm_regex_finds(verdicts->regex, text, strlen(text));
    if (string < verdicts->string_count)
        verdicts->known[string] = finds ? YES : NO;
    return finds;
}

bool wm_verdicts_find(struct wm_verdicts *verdicts, uint32_t string)
{
    return wm_verdicts_find_instead(verdicts, string, wm_profile_text(verdicts->profile, string));
}
