/* stacks.h - the samples as stacks of named frames, root first, grouped by a label: what -folded
 * prints and a flame graph draws. Private to this room.
 *
 * Frames of equal names are equal, as they are for a reader; a name's number is its rank, so that
 * order by numbers is order by names. Needs four bytes per sample, and per label value and name. */
#ifndef WM_REPORT_STACKS_H
#define WM_REPORT_STACKS_H

#include "profiles/report/graph_parts.h"

enum { WM_NO_FRAME = UINT32_MAX };

struct wm_stack_group {
    char *name;          /* the label's values, or "(no path)" where a sample has none */
    size_t first, count; /* in wm_stacks.samples */
    int64_t value, base; /* sums of its samples, as of wm_stack_cost */
};

struct wm_stacks {
    const struct wm_report *report; /* borrowed */
    struct wm_graph *graph;         /* names alone */
    const char **names;             /* by number; borrowed from the graph */
    size_t name_count;
    uint32_t *samples; /* those that cost something, group by group */
    size_t sample_count;
    struct wm_stack_group *groups; /* the dearest first, equal ones by name */
    size_t group_count;
    bool compares; /* some sample counts for the base */
    bool has_base; /* as a whole, to see what it was before; else what grew and fell is all there is
                    */
};

/* What a sample costs: its value, or, below 0, what is to be compared with. A comparison's base is
 * below 0, and so is what shrank where a base was subtracted. */
struct wm_stack_cost {
    int64_t value, base; /* both 0 or more; one of them is 0 */
};

/* Where a walk from root to leaf stands. */
struct wm_stack {
    uint32_t first, next; /* of the profile's frames: the leaf; behind what comes next */
    uint32_t lines;       /* of the location begun last, not seen yet */
};

struct wm_stack_frame {
    uint32_t name; /* WM_NO_FRAME: the walk is over */
    bool inlined;
};

/* `by`: a label's key; NULL: one group of all. -ENOMEM, and -EINVAL where means are wanted, as they
 * do not add up. */
WM_MUST_USE int wm_stacks_new(const struct wm_report *report, const char *by,
                              struct wm_stacks **ret_stacks, struct wm_error *err);
void wm_stacks_free(struct wm_stacks *stacks);

struct wm_stack_cost wm_stack_cost(int64_t value);
struct wm_stack wm_stack_start(const struct wm_stacks *stacks, uint32_t sample);
struct wm_stack_frame wm_stack_next(const struct wm_stacks *stacks, struct wm_stack *stack);

/* A sum that stays where int64 ends: then no part is above its whole, as it is where sums wrap. */
int64_t wm_add_saturating(int64_t a, int64_t b);

#endif
