/* report_sources.h - what a word on the command line of `waymark report` stands for. */
#ifndef WM_CLI_REPORT_SOURCES_H
#define WM_CLI_REPORT_SOURCES_H

#include "harness/core/error.h"

#include <stddef.h>

struct wm_report_sources {
    char **names; /* owned: profiles and run folders */
    size_t count;
};

/* A profile or a run stands for itself; a set of runs (`waymark run --repeat`) and a tag of the
 * record for all of their runs. What is none of these stands for itself too: reading it tells. */
WM_MUST_USE int wm_report_sources_find(char *const *words, size_t count,
                                       struct wm_report_sources *ret_sources, struct wm_error *err);
void wm_report_sources_done(struct wm_report_sources *sources);

#endif
