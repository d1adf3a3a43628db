/* select.h - the two halves of the filters: frames and labels. Private to select.c and them. */
#ifndef WM_REPORT_SELECT_H
#define WM_REPORT_SELECT_H

#include "profiles/report/report.h"
#include "profiles/report/verdicts.h"

/* Adds pprof's warning if a filter that was given matched nothing. */
void wm_select_warn(const struct wm_report *report, const char *name, bool given, bool matched);

/* ---- select_frames.c ---- */

enum wm_frame_filter {
    WM_FOCUS,
    WM_IGNORE,
    WM_HIDE,
    WM_SHOW,
    WM_SHOW_FROM,
    WM_PRUNE_FROM,
    WM_FRAME_FILTERS,
};

struct wm_frame_filters {
    struct wm_report *report;
    struct wm_verdicts verdicts[WM_FRAME_FILTERS];
    bool matched[WM_FRAME_FILTERS];
    unsigned char *marks; /* by location: which filters speak of it */
    bool hides;           /* some location is gone from all stacks */
    bool any;             /* there is a filter at all */
};

/* Judges every location and takes hidden lines out of it. -EINVAL, -ENOMEM. */
WM_MUST_USE int wm_frame_filters_init(struct wm_frame_filters *filters, struct wm_report *report,
                                      struct wm_error *err);
void wm_frame_filters_done(struct wm_frame_filters *filters);
/* Whether the sample stays, with what its stack keeps; the second is made after the labels. */
bool wm_frame_filters_keep(const struct wm_frame_filters *filters,
                           struct wm_profile_sample *sample);
void wm_frame_filters_prune(const struct wm_frame_filters *filters,
                            struct wm_profile_sample *sample);
void wm_frame_filters_warn(const struct wm_frame_filters *filters);

/* ---- select_tags.c ---- */

enum wm_tag_filter_kind { WM_TAGFOCUS, WM_TAGIGNORE, WM_PATH, WM_TAG_FILTERS };

struct wm_tag_filters {
    struct wm_report *report;
    struct wm_tag_filter *filters[WM_TAG_FILTERS]; /* NULL: not given */
    bool matched[WM_TAG_FILTERS];
    struct wm_verdicts show, hide; /* of keys */
    bool shown, hidden;            /* some key matched them */
};

WM_MUST_USE int wm_tag_filters_init(struct wm_tag_filters *filters, struct wm_report *report,
                                    struct wm_error *err);
void wm_tag_filters_done(struct wm_tag_filters *filters);
bool wm_tag_filters_any(const struct wm_tag_filters *filters);
/* 1 if the sample stays, 0 if not; its labels are then those that are shown. -ENOMEM. */
WM_MUST_USE int wm_tag_filters_keep(struct wm_tag_filters *filters,
                                    struct wm_profile_sample *sample);
void wm_tag_filters_warn(const struct wm_tag_filters *filters);

#endif
