/* picture.h - a graph drawn by graphviz's dot. */
#ifndef WM_CLI_PICTURE_H
#define WM_CLI_PICTURE_H

#include "harness/core/error.h"
#include "harness/core/text.h"

/* Draws `graph`, dot's text, as `format` ("svg", "png" ...) into `ret_picture`. -ENOENT where
 * graphviz is not installed, -EIO where it fails. */
WM_MUST_USE int wm_picture_draw(const struct wm_text *graph, const char *format,
                                struct wm_text *ret_picture, struct wm_error *err);

#endif
