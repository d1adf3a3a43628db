/* labels.h - what the samples of a server carry in place of a request's number, and the path that
 * stands behind it. */
#ifndef WM_GATHER_LABELS_H
#define WM_GATHER_LABELS_H

#include "profiles/wire/region.h"

#include <stdbool.h>
#include <stdint.h>

/* In place of a path. */
enum wm_label_answer {
    WM_LABEL_OPEN = -1, /* the request has not ended: ask again */
    WM_LABEL_GONE = -2, /* its place on the board is another's by now */
};

/* Whether it is a label; otherwise it is the number of a request whose end will be told. */
static inline bool wm_label_is(uint64_t request)
{
    return (request & WM_LABEL_BOARD) != 0;
}

/* The path of a label as far as the region knows, or one of the above. It is not checked: it may
 * be one that does not exist. */
int64_t wm_label_path(const struct wm_region *region, uint64_t label);

#endif
