/* attached.h - a test program that runs inside a region, as an app under the harness does. */
#ifndef WM_TESTS_PROBE_ATTACHED_H
#define WM_TESTS_PROBE_ATTACHED_H

#include "profiles/probe/probe.h"

/* Makes a region and executes this program again with it, once: libwaymark attaches when it is
 * loaded. Returns the region, as this process sees it. */
struct wm_region *wm_test_attached(char **argv);

/* Opens and ends a request around `body`; returns the number of its path. */
uint32_t wm_test_request(const char *entry, void (*body)(void));
/* "HandleRequest|HandleRequest/Authenticate" of a path, in order of first visit; static memory. */
const char *wm_test_path_nodes(const struct wm_region *region, uint32_t path);

#endif
