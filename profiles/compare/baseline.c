/* baseline.c - copies a set to where it stays. */
#include "profiles/compare/baseline.h"

#include "harness/core/file.h"
#include "harness/core/text.h"
#include "profiles/runs/record.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN_FILES = 16 };

int wm_baseline_folder(const char *name, char **ret_folder, struct wm_error *err)
{
    struct wm_text folder;
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
        return wm_fail_at(err, -EINVAL, "--name",
                          "'%.60s' is no name for a baseline: no '/', and no '.' in front", name);
    wm_text_init(&folder);
    wm_text_addf(&folder, "%s/baselines/%s", wm_record_home(), name);
    *ret_folder = wm_text_take(&folder);
    return *ret_folder != NULL ? 0 : wm_fail(err, -ENOMEM, "no memory for a file name");
}

/* ---- Removing ---- */

static int remove_one(const char *name, const struct stat *found, int kind, struct FTW *at)
{
    (void)found;
    (void)kind;
    (void)at;
    return remove(name) < 0 ? -errno : 0;
}

static int remove_folder(const char *folder, struct wm_error *err)
{
    if (!wm_file_exists(folder))
        return 0;
    int rc = nftw(folder, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
    return rc == 0 ? 0 : wm_fail_errno(err, rc == -1 ? -errno : rc, folder, "remove");
}

/* ---- Copying ---- */

/* A file of benchmark results alone, whatever its name. */
static int copy_bench(const char *from, const char *folder, struct wm_error *err)
{
    char *data = NULL, *to = wm_file_join_dup(folder, WM_RUN_BENCH);
    size_t length = 0;
    int rc = to == NULL ? wm_fail(err, -ENOMEM, "no memory for a file name")
                        : wm_file_read(from, 0, &data, &length, err);
    if (rc == 0)
        rc = wm_file_write(to, data, length, err);
    free(data);
    free(to);
    return rc;
}

static int copy_set(const struct wm_set *set, const char *folder, struct wm_error *err)
{
    int rc = wm_file_make_folder(folder, err);
    for (size_t i = 0; rc == 0 && i < set->run_count; i++) {
        char digits[24];
        (void)snprintf(digits, sizeof(digits), "%zu", i + 1);
        char *to = wm_file_join_dup(folder, digits);
        rc = to == NULL ? wm_fail(err, -ENOMEM, "no memory for a file name")
                        : wm_run_copy(set->folders[i], to, err);
        free(to);
    }
    if (rc == 0 && set->bench_facts != NULL)
        return wm_run_copy(set->bench_folder, folder, err);
    return rc == 0 && set->bench != NULL ? copy_bench(set->bench_name, folder, err) : rc;
}

int wm_baseline_set(const struct wm_set *set, const char *name, struct wm_error *err)
{
    char *folder = NULL;
    struct wm_text half;
    wm_text_init(&half);
    int rc = wm_baseline_folder(name, &folder, err);
    if (folder == NULL)
        goto out;
    wm_text_addf(&half, "%s~", folder); /* no baseline's name, as long as nobody asks for it */
    rc = half.failed ? wm_fail(err, -ENOMEM, "no memory for a file name")
                     : remove_folder(half.data, err);
    if (rc == 0)
        rc = copy_set(set, half.data, err);
    if (rc == 0)
        rc = remove_folder(folder, err);
    if (rc == 0 && rename(half.data, folder) < 0)
        rc = wm_fail_errno(err, -errno, folder, "put the baseline in place");
out:
    wm_text_done(&half);
    free(folder);
    return rc;
}
