/* join.h - what is equal in a profile becomes one, in place. Not for other rooms. */
#ifndef WM_PPROF_JOIN_H
#define WM_PPROF_JOIN_H

#include "profiles/pprof/profile.h"

enum wm_join_aim {
    WM_JOIN_ALL,
    WM_JOIN_FOR_SUMS, /* equal samples stay apart if nobody who adds samples up can tell: that is,
                         if each value is above 0 and sums cannot overflow */
};

/* Samples of zeros go; mappings, functions and locations are numbered from 1 in order of first use,
 * equal ones joined, unused ones gone (the first mapping stays, it is the program itself); samples
 * of equal stacks and labels are summed into the first. Each sample's labels are sorted: texts
 * before numbers, equal keys together. No two samples may share parts, as none do that the add
 * functions put there; parts of samples that go stay where they were, unused. -ENOMEM; the profile
 * is then good for nothing but wm_profile_free. */
WM_MUST_USE int wm_profile_join(struct wm_profile *profile, enum wm_join_aim aim);

/* As far as its mappings, functions and locations go, is it as a join leaves it, if its samples use
 * all locations in their order? So programs write it. May be asked while samples are still read;
 * false also where there is no memory to find out. */
bool wm_profile_has_joined_code(const struct wm_profile *profile);

#endif
