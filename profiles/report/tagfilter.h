/* tagfilter.h - what -tagfocus and -tagignore say of a sample's labels. Private to this room.
 *
 * [KEY=]VALUE: a range of numbers, or expressions with "," between. Without a key each expression
 * must find something in some "key:value"; with one, any in any of its values. */
#ifndef WM_REPORT_TAGFILTER_H
#define WM_REPORT_TAGFILTER_H

#include "profiles/report/report.h"

struct wm_tag_filter;

/* *ret_filter is NULL if `value` is NULL or "". A value that was taken for a range is told in the
 * report's notes. -EINVAL, -ENOMEM; `option` ("tagfocus") is the place. */
WM_MUST_USE int wm_tag_filter_new(struct wm_report *report, const char *option, const char *value,
                                  struct wm_tag_filter **ret_filter, struct wm_error *err);
/* The same for the path of a request: `expression` finds its display name or its id. */
WM_MUST_USE int wm_tag_filter_new_path(struct wm_report *report, const char *expression,
                                       struct wm_tag_filter **ret_filter, struct wm_error *err);
void wm_tag_filter_free(struct wm_tag_filter *filter);
/* 1 if the filter matches the sample, 0 if not, -ENOMEM. */
WM_MUST_USE int wm_tag_filter_matches(struct wm_tag_filter *filter,
                                      const struct wm_profile_sample *sample);

#endif
