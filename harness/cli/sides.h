/* sides.h - the two sides of a comparison, from the words of a command line to what they come to.
 */
#ifndef WM_CLI_SIDES_H
#define WM_CLI_SIDES_H

#include "profiles/report/compare.h"

struct wm_sides_wish {
    const char *names[WM_COMPARED_SIDES];
    bool anyway;      /* what forbids it is only noted */
    double threshold; /* 0.03: 3 % */
};

/* Zeroed is empty. */
struct wm_sides {
    struct wm_set *sets[WM_COMPARED_SIDES];
    struct wm_requests *requests;
    struct wm_comparison *comparison;
    struct wm_moves *moves; /* NULL: not all runs were sampled, or there are none */
    struct wm_text notes;
};

/* -EINVAL with the reasons where the sides cannot be compared. */
WM_MUST_USE int wm_sides_read(const struct wm_sides_wish *wish, struct wm_sides *sides,
                              struct wm_error *err);
/* The sides as a view prints them; borrows them. */
struct wm_compare_view wm_sides_view(const struct wm_sides *sides, double threshold);
void wm_sides_done(struct wm_sides *sides);

#endif
