/* binary_search.h - one binary found, for binaries.c. */
#ifndef WM_REPORT_BINARY_SEARCH_H
#define WM_REPORT_BINARY_SEARCH_H

#include "harness/core/arena.h"
#include "profiles/report/binaries.h"

struct wm_binary_places {
    struct wm_debuginfo_options options; /* with the server that is asked, if any */
    const char *folders;                 /* of pprof's layouts, joined by ':' */
    struct wm_arena *arena;              /* for names and sentences */
};

/* Fills `binary`, which is empty: its info, which the caller closes, and file, or its problem.
 * -ENOMEM. */
WM_MUST_USE int wm_binary_search(const struct wm_binary_places *places, const char *file,
                                 const char *build_id, struct wm_binary *binary);

#endif
