/* join_code.h - mappings, functions and locations, built anew in order of first use. Private to
 * join.c. */
#ifndef WM_PPROF_JOIN_CODE_H
#define WM_PPROF_JOIN_CODE_H

#include "profiles/pprof/profile.h"

/* New things by their content. It holds numbers only: the things stay where the profile has them.
 */
struct wm_join_table {
    struct wm_join_slot *slots; /* open addressing */
    size_t slot_count;          /* a power of two, more than things */
};

struct wm_join_code {
    const struct wm_profile *from;
    struct wm_profile *code; /* the new mappings, functions, locations and lines; `from` in place */
    bool in_place;           /* nothing is built: only the new indices are wanted */
    size_t mapping_count, function_count, location_count; /* new ones, in place */
    /* from old indices to new ones, + 1; 0 as long as nothing uses it */
    uint32_t *mapping_of, *function_of, *location_of;
    struct wm_join_table mappings, functions, locations;
    struct wm_line *lines; /* scratch, as long as the longest list */
};

/* In place it can only be found whether all indices stay as they are: from the first that does not,
 * what is said of equal things is wrong. -ENOMEM. wm_join_code_done is due in any case. */
WM_MUST_USE int wm_join_code_init(struct wm_join_code *join, const struct wm_profile *from,
                                  bool in_place);
void wm_join_code_done(struct wm_join_code *join);

/* This mapping, or this location with all that it needs, is used next. -ENOMEM. */
WM_MUST_USE int wm_join_mapping(struct wm_join_code *join, uint32_t old);
WM_MUST_USE int wm_join_location(struct wm_join_code *join, uint32_t old);

#endif
