/* record.h - the record of tags, as text: its list, one tag, and costs over time. */
#ifndef WM_VIEWS_RECORD_H
#define WM_VIEWS_RECORD_H

#include "profiles/runs/record.h"
#include "profiles/views/view.h"

/* A line per tag, in the record's order. */
WM_MUST_USE int wm_view_log(const struct wm_record *record, enum wm_view_format format,
                            struct wm_text *text, struct wm_error *err);

/* What of a tag's folder tag.json does not say. */
struct wm_tag_files {
    const uint32_t *numbers; /* of the runs that are there */
    size_t count;
    const struct wm_run *latest; /* the last of them; NULL: none */
    bool has_bench;
};
/* All that is known of one tag. */
WM_MUST_USE int wm_view_tag(const struct wm_tag *tag, const struct wm_tag_files *files,
                            enum wm_view_format format, struct wm_text *text, struct wm_error *err);

/* ---- Costs over time: the tags in the order in which they were filed ---- */

struct wm_trend; /* lines: entry points, paths and benchmarks whose name the expression finds */

/* -ENOENT with names that there are, where none is found; -EINVAL for a wrong expression. Borrows
 * the record. */
WM_MUST_USE int wm_trend_new(const struct wm_record *record, const char *pattern,
                             struct wm_trend **ret_trend, struct wm_error *err);
void wm_trend_free(struct wm_trend *trend);
/* Text: drawn for a terminal of `width` columns, or (0) a table per line. CSV, JSON: all points. */
WM_MUST_USE int wm_view_trend(const struct wm_trend *trend, enum wm_view_format format,
                              size_t width, struct wm_text *text, struct wm_error *err);
/* The same as a picture, a panel per line. */
WM_MUST_USE int wm_view_trend_svg(const struct wm_trend *trend, struct wm_text *text,
                                  struct wm_error *err);

#endif
