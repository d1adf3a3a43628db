/* moved.h - which functions and lines cost a request of a path more or less than they did.
 *
 * Told of self CPU per request, so that another mix or rate moves nothing. */
#ifndef WM_REPORT_MOVED_H
#define WM_REPORT_MOVED_H

#include "harness/core/arena.h"
#include "profiles/compare/comparison.h"
#include "profiles/pprof/profile.h"

/* Kept of each path, functions and lines each; the others changed less. */
enum { WM_MOVED_MAX = 5 };
/* Paths that are told apart; each costs memory for each function. */
enum { WM_MOVES_PATH_MAX = 1000 };

struct wm_moved {
    const char *path;
    const char *place; /* "sha256_end", "sha256_end sha256.c:212" */
    bool is_line;
    double cost[WM_COMPARED_SIDES]; /* ns per request */
    double deviation;               /* of their difference, by the noise of sampling */
    bool evident; /* the difference is more than three of those, and not what all functions share */
};

struct wm_moves {
    struct wm_moved *rows; /* by path; functions before lines; by the size of the change */
    size_t count;
    struct wm_sampled *paths; /* what each path cost as a whole */
    size_t path_count;
    bool is_partial;     /* there are more paths, of which nothing is known */
    double common_ratio; /* after's cost over before's of the median function by weight; 0: none */
    struct wm_arena arena; /* owns the strings */
};

/* Of a profile as wm_merged_new makes it without `per_request`, which is used up: it stays the
 * caller's to free. -EINVAL where no sample is in a path; -ENOMEM. */
WM_MUST_USE int wm_moves_find(struct wm_profile *profile, const struct wm_requests *requests,
                              struct wm_moves **ret_moves, struct wm_error *err);
void wm_moves_free(struct wm_moves *moves);

/* The function of this path that moved most upwards (or downwards), evident ones before others;
 * NULL: none moved that way. */
const struct wm_moved *wm_moves_first(const struct wm_moves *moves, const char *path, bool upwards);

#endif
