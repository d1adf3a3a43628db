/* sample_profile.h - one small profile with a bit of everything, for the tests of this room. */
#ifndef WM_TESTS_PPROF_SAMPLE_PROFILE_H
#define WM_TESTS_PPROF_SAMPLE_PROFILE_H

#include "profiles/pprof/profile.h"

#include <stdbool.h>

/* The same content whether or not it is added `backwards`; wm_profile_free it. */
struct wm_profile *sample_profile(bool backwards);
/* As `go tool pprof -raw` would tell it: every part spelled out, to compare two profiles by. */
char *sample_profile_dump(const struct wm_profile *profile);

#endif
