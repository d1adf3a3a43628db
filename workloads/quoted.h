/* quoted.h - a piece of somebody's file in an error message: in quotes, short, safe to print. */
#ifndef WM_WORKLOADS_QUOTED_H
#define WM_WORKLOADS_QUOTED_H

enum { WM_QUOTED_BYTES = 208 };

/* Writes "cell" into `text` of WM_QUOTED_BYTES, cut after 48 columns, and returns `text`. */
const char *wm_quoted(const char *cell, char *text);

#endif
