/* git.h - which commit the folder stands at that waymark was called in.
 *
 * Asks git itself, so that worktrees, packed references and whatever comes after them need no
 * care here. It is asked for one `git status` that takes no lock, writes no index, looks at no
 * untracked file, runs no hook and no file system monitor, and is not waited for any longer than
 * WM_GIT_PATIENCE_MS. Where there is no git, no repository, no commit or no answer in time, nothing
 * is known; that is no error. */
#ifndef WM_CLI_GIT_H
#define WM_CLI_GIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { WM_GIT_PATIENCE_MS = 1000, WM_GIT_COMMIT_BYTES = 65 };

struct wm_git { /* a question that was asked */
    pid_t pid;  /* 0: it could not be */
    int fd;
    uint64_t started_ns;
};

struct wm_git_state {
    char commit[WM_GIT_COMMIT_BYTES]; /* "": not known */
    bool dirty_known, dirty;          /* files that git tracks were changed since */
};

/* Asks and does not wait: what else there is to do can be done meanwhile. */
void wm_git_start(struct wm_git *git);
/* Waits for the answer. Comes after each wm_git_start; no process is left. */
void wm_git_finish(struct wm_git *git, struct wm_git_state *ret_state);

#endif
