/* memo.h - short texts by a number: what samples print again and again. Private to this room.
 *
 * It forgets: what is not there is to be made again, and may be kept. Zeroed is empty. */
#ifndef WM_REPORT_MEMO_H
#define WM_REPORT_MEMO_H

#include "harness/core/text.h"

enum { WM_MEMO_ENTRIES = 64, WM_MEMO_BYTES = 116 };

struct wm_memo {
    struct wm_memo_entry {
        uint64_t number;
        uint32_t length; /* 0: free */
        char text[WM_MEMO_BYTES];
    } entries[WM_MEMO_ENTRIES];
};

/* Adds the text of this number; false: there is none. */
bool wm_memo_add(const struct wm_memo *memo, uint64_t number, struct wm_text *text);
/* Keeps what `text` has from `start` on as that of this number, unless it is too long. */
void wm_memo_keep(struct wm_memo *memo, uint64_t number, const struct wm_text *text, size_t start);

#endif
