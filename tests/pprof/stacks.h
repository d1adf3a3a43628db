/* stacks.h - small profiles of named frames, built and told in one line a sample. */
#ifndef WM_TESTS_PPROF_STACKS_H
#define WM_TESTS_PPROF_STACKS_H

#include "profiles/pprof/profile.h"

/* A profile that counts `type` in `unit`; wm_profile_free it. */
struct wm_profile *stacks_new(const char *type, const char *unit);
/* Adds a sample: "leaf caller main", frames that are functions at addresses of their own; labels
 * as "key=text key:512unit", or "". */
void stacks_add(struct wm_profile *profile, const char *frames, const char *labels, int64_t value);
/* "3 leaf caller main {key=text}" and so on, a line each, as many values as there are types; with
 * "*" before it if it is of the base. free() it. */
char *stacks_dump(const struct wm_profile *profile);
/* Fails unless the dump is `expected`. */
void stacks_check(const struct wm_profile *profile, const char *expected);
/* The number of a string, which there has to be memory for. */
uint32_t stacks_string(struct wm_profile *profile, const char *text);

#endif
