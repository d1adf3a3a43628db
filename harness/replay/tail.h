/* tail.h - the last lines of what a program writes, in bounded memory. */
#ifndef WM_REPLAY_TAIL_H
#define WM_REPLAY_TAIL_H

#include "harness/core/text.h"

#include <stddef.h>

enum { WM_TAIL_BYTES = 8192, WM_TAIL_LINES = 10 };

/* All 0 to begin with. */
struct wm_tail {
    char bytes[WM_TAIL_BYTES]; /* a ring */
    size_t written;            /* in all */
};

void wm_tail_add(struct wm_tail *tail, const char *bytes, size_t count);
/* Appends the last WM_TAIL_LINES lines, without control bytes and the last line's end. */
void wm_tail_lines(const struct wm_tail *tail, struct wm_text *text);

#endif
