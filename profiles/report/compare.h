/* compare.h - a comparison of two sides, for people, as CSV or as JSON. */
#ifndef WM_REPORT_COMPARE_H
#define WM_REPORT_COMPARE_H

#include "profiles/report/moved.h"
#include "profiles/views/view.h"

struct wm_compare_view {
    const struct wm_comparison *comparison;
    const struct wm_moves *moves; /* NULL: nothing was sampled */
    const struct wm_set *sets[WM_COMPARED_SIDES];
    const char *notes; /* lines, each with its newline */
    double threshold;
};

/* CSV has the rows alone, text and JSON what moved as well. */
WM_MUST_USE int wm_view_compare(const struct wm_compare_view *view, enum wm_view_format format,
                                struct wm_text *text, struct wm_error *err);

/* compare_check.c: what a check found: which rows are worse, and what moved in their paths. */
WM_MUST_USE int wm_view_check(const struct wm_compare_view *view,
                              const struct wm_judgement *judgement, struct wm_text *text,
                              struct wm_error *err);

/* ---- For the files of this room ---- */

enum { WM_COMPARE_CELL_BYTES = 64 };

/* A value of a row as a person reads it. Returns `cell`. */
const char *wm_compare_value(enum wm_amount amount, double value, char *cell);
/* That of a side of it; "–" where no time was seen, which does not say that it took none. */
const char *wm_compare_side(const struct wm_compared *row, int side, char *cell);
/* "+3.2%", "~" without evidence where `told` is false. Returns `cell`. */
const char *wm_compare_change(double change, bool told, char *cell);
/* What the p of a row rests on: "ranks of 10 + 10". Returns `cell`. */
const char *wm_compare_evidence(const struct wm_compared *row, char *cell);
/* Whether a side has a single run, so that its samples know nothing of how runs differ. */
bool wm_compare_knows_no_runs(const struct wm_compared *row);
/* Whether there are runs enough, but of other lengths and too few requests. */
bool wm_compare_is_unlike(const struct wm_compared *row);
/* compare_moved.c: those of all paths whose times changed; -ENOMEM. */
WM_MUST_USE int wm_compare_add_moves(const struct wm_compare_view *view, struct wm_text *text);
/* The functions and lines that moved in a path, each after `indent` blanks; a line that says so
 * where none did. -ENOMEM. */
WM_MUST_USE int wm_compare_add_moved(const struct wm_moves *moves, const char *path, size_t indent,
                                     struct wm_text *text);
/* compare_notes.c: says so where no rank test of the comparison had as many values of each side. */
void wm_compare_add_strength(const struct wm_comparison *comparison, size_t question_count,
                             size_t runs_needed, struct wm_text *text);
void wm_compare_add_notes(const struct wm_compare_view *view, struct wm_text *text);

/* compare_data.c */
void wm_compare_add_csv(const struct wm_comparison *comparison, struct wm_text *text);
void wm_compare_add_json(const struct wm_compare_view *view, struct wm_text *text);

#endif
