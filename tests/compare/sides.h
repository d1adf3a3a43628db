/* sides.h - runs made up for the tests of comparisons: what each of their paths cost is known. */
#ifndef WM_TESTS_COMPARE_SIDES_H
#define WM_TESTS_COMPARE_SIDES_H

#include "profiles/compare/comparison.h"

enum { SIDES_PATH_COUNT = 3, SIDES_RUN_COUNT = 10 };

/* What the runs of one side do. Costs are in nanoseconds: 20,000, 40,000 and 60,000 of the paths
 * PathA, PathB and PathC. */
struct side_wish {
    double factors[SIDES_PATH_COUNT]; /* of those costs; 0: the path is not taken */
    double noise;                     /* relative deviation of each figure */
    double speed_noise;               /* the same of a whole run: all paths alike */
    int first_second;                 /* of the day, when the first run starts */
    int step_seconds;                 /* between one and the next */
    bool starts_in_ms;                /* both of these are milliseconds, and told as such */
    size_t run_count;
    uint64_t allocs;   /* of each request */
    uint64_t requests; /* of each path, in a run; 0: 1,000 */
    double sample_ns;  /* what a sample stands for, of which there are by chance as many as CPU time
                          makes likely; 0: CPU time is known, and of 100 samples */
    bool open_loop;
    double
        background; /* nanoseconds that a server needs besides for each request; 0: none is told */
};

/* Runs in memory. `random` is the state of a generator. */
struct wm_set *side_new(const struct side_wish *wish, const char *name, uint64_t *random);
void side_free(struct wm_set *set);

/* The comparison of two such sides, and what it borrows; `more` has all but sets and requests. */
struct sides {
    struct wm_set *sets[WM_COMPARED_SIDES];
    struct wm_requests *requests;
    struct wm_comparison *comparison;
};

void sides_compare(const struct side_wish wishes[WM_COMPARED_SIDES],
                   const struct wm_comparison_input *more, uint64_t *random, struct sides *sides);
/* Of runs that were sampled: what all of a side say of each path is known as well. */
void sides_compare_sampled(const struct side_wish wishes[WM_COMPARED_SIDES], uint64_t *random,
                           struct sides *sides);
void sides_done(struct sides *sides);
/* The row of a path; fails the test if there is none. */
const struct wm_compared *sides_row(const struct sides *sides, const char *path, const char *unit);

#endif
