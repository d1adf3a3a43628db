/* tallies.h - what nodes cost, themselves and with all that they call, in a table: with one row, or
 * with one for each group of samples. Private to the graph_*.c files and node_labels.c. */
#ifndef WM_REPORT_TALLIES_H
#define WM_REPORT_TALLIES_H

#include "profiles/report/graph.h"

/* As small as it can be: this is what the walk over all frames touches. */
struct wm_tally {
    int64_t total;
    uint32_t sample; /* the last one that counted, + 1: a recursive function counts once. 0: none */
};

struct wm_tallying {
    const struct wm_graph *graph; /* no call tree */
    const uint32_t *columns;      /* per node, from 1; 0: it is not wanted. NULL: its own, + 1 */
    size_t column_count;          /* with number 0 */
    const uint32_t *rows;         /* per sample; NULL: there is one */
    size_t row_count;
    bool divisors; /* are summed, not values */
};

/* Row by row. Zeroed is empty. */
struct wm_tallies {
    struct wm_tally *tallies;
    int64_t *owns;
};

/* Samples of no value count nothing. -ENOMEM. */
WM_MUST_USE int wm_tallies_init(struct wm_tallies *tallies, const struct wm_tallying *of);
void wm_tallies_done(struct wm_tallies *tallies);

#endif
