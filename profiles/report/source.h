/* source.h - source files of this machine, found by the names that a profile has for them. Private
 * to this room. */
#ifndef WM_REPORT_SOURCE_H
#define WM_REPORT_SOURCE_H

#include "profiles/report/report.h"

#include <stddef.h>
#include <stdint.h>

struct wm_source_line {
    const char *text; /* may hold anything, NULs too; no end of line */
    size_t length;
};

struct wm_source {
    const char *problem;          /* why it could not be read, as pprof prints it; NULL: it was */
    struct wm_source_line *lines; /* [0] is line 1 */
    size_t line_count;
    int64_t changed_ns; /* when it was last written, since 1970 */
};

struct wm_sources;

/* Looks in the options' source_path, or else in the working directory, and in all folders above. */
WM_MUST_USE int wm_sources_new(const struct wm_report_options *options,
                               struct wm_sources **ret_sources, struct wm_error *err);
void wm_sources_free(struct wm_sources *sources);

/* The file of this name, read when it is first asked for; NULL: no memory. Borrowed. */
const struct wm_source *wm_sources_read(struct wm_sources *sources, const char *name);
/* The same if it was asked for before, otherwise NULL. */
const struct wm_source *wm_sources_find(const struct wm_sources *sources, const char *name);

/* When this file was last written; 0: it is not there. */
int64_t wm_source_file_changed_ns(const char *file);

#endif
