/* binaries.h - the files that a profile's mappings were mapped from. Private to this room.
 *
 * Looked for in the folders of $PPROF_BINARY_PATH ($HOME/pprof/binaries if it is not set), under
 * the mapping's own name, by build id among the debug files of this machine, and on the servers of
 * $DEBUGINFOD_URLS. Only a file with the mapping's build id will do, where it has one. */
#ifndef WM_REPORT_BINARIES_H
#define WM_REPORT_BINARIES_H

#include "profiles/report/symbolizing.h"
#include "profiles/symbols/debuginfo.h"

#include <stdbool.h>

struct wm_binary {
    struct wm_debuginfo *info; /* NULL: not found */
    const char *file;    /* its name: the mapping's, or what was found in $PPROF_BINARY_PATH */
    const char *problem; /* why not, as a sentence; NULL where there is no file to be found */
    bool told;           /* the caller's */
};

struct wm_binaries;

WM_MUST_USE int wm_binaries_new(const struct wm_symbolizing *how,
                                struct wm_binaries **ret_binaries);
void wm_binaries_free(struct wm_binaries *binaries);

/* The binary of a mapping, opened when it is first asked for; borrowed. `build_id` is as profiles
 * have it, in hex, "" unknown. -ENOMEM. */
WM_MUST_USE int wm_binaries_find(struct wm_binaries *binaries, const char *file,
                                 const char *build_id, struct wm_binary **ret_binary);
/* What went wrong with servers, as a sentence; NULL: nothing. */
const char *wm_binaries_problem(const struct wm_binaries *binaries);

#endif
