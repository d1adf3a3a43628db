/* identity.h - what was run, for run.json's "identity": which build, which work, which commit.
 *
 * The files are looked at before the run starts, as they are what will be run; git is asked when
 * the load is over, so that it does not disturb what is measured. */
#ifndef WM_CLI_IDENTITY_H
#define WM_CLI_IDENTITY_H

#include "harness/cli/git.h"
#include "harness/core/error.h"
#include "profiles/runs/run.h"

/* Adds the build id of `app` and the hash of the bytes of `work` (NULL: none that could be read
 * again, as standard input). A file that a mix draws from is not in it. -ENOMEM. */
WM_MUST_USE int wm_identity_of_files(struct wm_run *run, const char *app, const char *work);
/* Adds commit and dirty flag, as far as they are known. -ENOMEM. */
WM_MUST_USE int wm_identity_of_git(struct wm_run *run, const struct wm_git_state *state);

#endif
