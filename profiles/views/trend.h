/* trend.h - lines of costs over tags. Private to this room. */
#ifndef WM_VIEWS_TREND_H
#define WM_VIEWS_TREND_H

#include "harness/core/units.h"
#include "profiles/views/record.h"

enum { WM_TREND_SHOWN_MAX = 20 }; /* lines that are drawn; tables and files have all */

struct wm_trend_point {
    size_t at; /* which of the tags, from the oldest on */
    const struct wm_tag *tag;
    const struct wm_tag_result *result; /* known */
};

struct wm_trend_line {
    enum wm_tag_kind kind;
    uint64_t path_id;
    const char *name; /* that of the newest tag; names of paths depend on the other paths */
    struct wm_trend_point *points;
    size_t count;
    bool matches;
};

struct wm_trend {
    const struct wm_record *record;
    struct wm_trend_line *lines; /* in the order of the newest tag that has them */
    size_t count;
};

/* "CPU/request" or "time/op". */
const char *wm_trend_unit(const struct wm_trend_line *line);
/* "12.7 µs ± 310 ns". Returns `cell`. */
enum { WM_TREND_CELL_BYTES = 2 * WM_UNIT_BYTES + 8 };
const char *wm_trend_cost(const struct wm_tag_result *result, char cell[WM_TREND_CELL_BYTES]);
/* "+5.5%" of what was before; "" of nothing. */
const char *wm_trend_change(double ns, double before_ns, char cell[WM_UNIT_BYTES]);
/* "9d61c32", "9d61c32 dirty", "–". */
enum { WM_TREND_COMMIT_BYTES = 32 };
const char *wm_trend_commit(const struct wm_tag *tag, char cell[WM_TREND_COMMIT_BYTES]);

/* A cell of CSV, with three decimals; empty where the result is not known. */
void wm_trend_add_csv_ns(struct wm_text *text, const struct wm_tag_result *result, double ns);

/* Whether the i-th point (not the first) compares with the one before it. */
bool wm_trend_goes_on(const struct wm_trend_line *line, size_t i,
                      struct wm_tag_difference *ret_difference);

/* The costs that a drawing spans: all values, and of their intervals as much as leaves the values
 * told apart (an interval of two runs may be ten times as wide). */
void wm_trend_range(const struct wm_trend_line *line, double *ret_low_ns, double *ret_high_ns);

/* trend_draw.c: one line in braille, `width` columns wide. -ENOMEM. */
WM_MUST_USE int wm_trend_draw(const struct wm_trend_line *line, size_t width, struct wm_text *text);

#endif
