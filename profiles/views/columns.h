/* columns.h - aligned columns of UTF-8 text that fit a width. Private to this room. */
#ifndef WM_VIEWS_COLUMNS_H
#define WM_VIEWS_COLUMNS_H

#include "harness/core/text.h"

enum { WM_COLUMN_MAX = 16, WM_VIEW_WIDTH = 110 };

struct wm_grid_column {
    const char *title; /* NULL in all: no header line */
    bool right;        /* aligned to the right */
    bool spare;        /* left out where the table would be too wide, the last one first */
    size_t least;      /* may be cut in the middle down to this width; 0: never */
};

struct wm_grid;

/* Borrows `columns` (WM_COLUMN_MAX at most). -ENOMEM. */
WM_MUST_USE int wm_grid_new(const struct wm_grid_column *columns, size_t count,
                            struct wm_grid **ret_grid);
void wm_grid_free(struct wm_grid *columns);
/* The next cell, row by row; a copy is taken, control bytes and invalid UTF-8 are shown as \xHH.
 * Running out of memory is told by wm_grid_print. */
void wm_grid_add(struct wm_grid *columns, const char *cell);
/* Adds the lines, each after `indent` blanks; never a blank at the end of one. -ENOMEM. */
WM_MUST_USE int wm_grid_print(const struct wm_grid *columns, size_t indent, struct wm_text *text);

/* Adds `string` with its middle cut out if it takes more than `width` columns. */
void wm_grid_add_cut(struct wm_text *text, const char *string, size_t width);

#endif
