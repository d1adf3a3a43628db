/* family.h - all processes that come from this one: a server, what it forked, what it left behind.
 *
 * While a family is kept this process adopts orphans (PR_SET_CHILD_SUBREAPER), so a daemon does not
 * get out of sight; every child that it has or gets is taken for a member. [loop] */
#ifndef WM_REPLAY_FAMILY_H
#define WM_REPLAY_FAMILY_H

#include "harness/replay/target.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct wm_family {
    pid_t first;                /* the process that the others come from */
    bool first_ended;           /* … and how */
    bool burying;               /* who ends now was dying when `first` ended well */
    struct wm_target_exit exit; /* of `first`, or of who outlived it and ended last, or badly */
    bool failed;                /* `first` or somebody who outlived it ended badly */
    uint64_t reaped_ns;         /* CPU of those that ended, with theirs that they waited for */
};

/* Before the first process is started. */
void wm_family_begin(struct wm_family *family);
/* No more orphans are adopted. */
void wm_family_end(void);
/* Takes note of who ended. True: nobody is left. */
bool wm_family_reap(struct wm_family *family);
/* CPU time of all since they began, in ns: what lives by its own clock, the dead as far as their
 * parents waited for them. Walks /proc. */
uint64_t wm_family_cpu_ns(const struct wm_family *family);
/* Sends a signal to all that live now. */
void wm_family_signal(int number);
/* Kills and reaps until nobody is left; gives up after 5 s. */
void wm_family_kill(struct wm_family *family);

#endif
