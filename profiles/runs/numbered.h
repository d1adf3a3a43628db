/* numbered.h - folders of runs: `1` … `N`, with holes where runs were removed.
 *
 * A set is such a folder, or one with two of them in it, `a` and `b`: runs of two builds by turns.
 * A tag's folder (record.h) is one too. */
#ifndef WM_RUNS_NUMBERED_H
#define WM_RUNS_NUMBERED_H

#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WM_NUMBERED_MAX = 9999 };

/* The numbers of the subfolders that hold a run that is whole, ascending; free() them. A folder
 * that is not there has none. */
WM_MUST_USE int wm_numbered_list(const char *folder, uint32_t **ret_numbers, size_t *ret_count,
                                 struct wm_error *err);
/* "FOLDER/7"; free() it, NULL when memory is out. */
char *wm_numbered_dup(const char *folder, uint32_t number);

/* A number that belongs to this process until it is released, whoever else files runs there. */
struct wm_claim {
    int fd;
    uint32_t number;
    char *folder; /* of the run */
};
/* Makes the folder of the first number from `first` on that holds no run (`replace`: or an older
 * one) and is nobody else's. */
WM_MUST_USE int wm_numbered_claim(const char *folder, uint32_t first, bool replace,
                                  struct wm_claim *ret_claim, struct wm_error *err);
/* A folder that stayed empty goes. All 0 with fd -1 is allowed. */
void wm_numbered_release(struct wm_claim *claim);

/* ---- A folder for a new set ---- */

/* Runs that are there already and give way to new ones. */
struct wm_old_runs {
    char **folders; /* a set's, its sides too */
    size_t count;
};
/* Lists the runs in `folder` and its sides. -EEXIST where it holds anything else than runs of a
 * set: that is never replaced. */
WM_MUST_USE int wm_old_runs_find(const char *folder, struct wm_old_runs *ret_old,
                                 struct wm_error *err);
/* Removes them, but for the one in `kept`, and sides that are empty then; frees the list. */
WM_MUST_USE int wm_old_runs_remove(struct wm_old_runs *old, const char *folder, const char *kept,
                                   struct wm_error *err);
void wm_old_runs_done(struct wm_old_runs *old);

#endif
