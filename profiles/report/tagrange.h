/* tagrange.h - "4kb:1mb" and its like, for the numbers of labels. Private to this room. */
#ifndef WM_REPORT_TAGRANGE_H
#define WM_REPORT_TAGRANGE_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stdint.h>

struct wm_tag_range {
    bool has_least, has_most;
    double least, most; /* both within */
    char *unit;         /* which a number must be told in; owned */
};

/* 1 if `text` is "A", "A:", ":B" or "A:B" of numbers with units that agree, 0 if it is something
 * else; -EINVAL (`option` is the place) if a number of it does not fit, -ENOMEM. */
WM_MUST_USE int wm_tag_range_init(struct wm_tag_range *range, const char *option, const char *text,
                                  struct wm_error *err);
void wm_tag_range_done(struct wm_tag_range *range);
/* Whether a number in this unit is within. */
bool wm_tag_range_holds(const struct wm_tag_range *range, int64_t number, const char *unit);

#endif
