/* programs.h - where waymark's other parts are: the host, the agent; and the user's programs. */
#ifndef WM_CLI_PROGRAMS_H
#define WM_CLI_PROGRAMS_H

#include "harness/core/error.h"

#include <limits.h>
#include <stddef.h>

/* waymark-host: $WAYMARK_HOST, or beside this executable, or where it is installed. -ENOENT. */
WM_MUST_USE int wm_programs_find_host(char path[PATH_MAX], struct wm_error *err);
/* libwaymark.so: $WAYMARK_AGENT, or the lib folder beside this executable's. -ENOENT. */
WM_MUST_USE int wm_programs_find_agent(char path[PATH_MAX], struct wm_error *err);
/* The file that the word names, looked for in $PATH as a shell does; "" when there is none. */
void wm_programs_look_up(const char *word, char *path, size_t bytes);
/* The absolute name of a file that is there and can be read. */
WM_MUST_USE int wm_programs_resolve(const char *name, char *path, size_t bytes,
                                    struct wm_error *err);

#endif
