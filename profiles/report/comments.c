/* comments.c - the profile's comments, a line each. */
#include "profiles/report/report.h"

int wm_print_comments(struct wm_report *report, struct wm_text *text, struct wm_error *err)
{
    const struct wm_profile *profile = report->profile;
    (void)err;
    for (size_t i = 0; i < profile->comment_count; i++)
        wm_text_addf(text, "%s\n", wm_profile_text(profile, profile->comments[i]));
    return 0;
}
