/* numbered.c - runs by number in one folder: listed, claimed, replaced. */
#include "profiles/runs/numbered.h"

#include "harness/core/file.h"
#include "profiles/runs/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The number that a folder's name is; 0: it is none ("007" is somebody else's). */
static uint32_t number_of(const char *name)
{
    uint32_t number = 0;
    if (name[0] < '1' || name[0] > '9')
        return 0;
    for (; *name >= '0' && *name <= '9' && number <= WM_NUMBERED_MAX; name++)
        number = number * 10 + (uint32_t)(*name - '0');
    return *name == '\0' && number <= WM_NUMBERED_MAX ? number : 0;
}

char *wm_numbered_dup(const char *folder, uint32_t number)
{
    char digits[16];
    snprintf(digits, sizeof(digits), "%" PRIu32, number);
    return wm_file_join_dup(folder, digits);
}

static int add_number(const char *folder, uint32_t number, uint32_t **numbers, size_t *count)
{
    char *name = wm_numbered_dup(folder, number);
    bool whole = name != NULL && wm_run_is(name);
    free(name);
    if (name == NULL)
        return -ENOMEM;
    if (!whole)
        return 0;
    uint32_t *more = realloc(*numbers, (*count + 1) * sizeof(**numbers));
    if (more == NULL)
        return -ENOMEM;
    more[(*count)++] = number;
    *numbers = more;
    return 0;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

int wm_numbered_list(const char *folder, uint32_t **ret_numbers, size_t *ret_count,
                     struct wm_error *err)
{
    uint32_t *numbers = NULL;
    size_t count = 0;
    int rc = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL && errno != ENOENT)
        return wm_fail_errno(err, -errno, folder, "look into this folder");
    for (const struct dirent *entry; rc == 0 && dir != NULL && (entry = readdir(dir)) != NULL;)
        if (number_of(entry->d_name) > 0)
            rc = add_number(folder, number_of(entry->d_name), &numbers, &count);
    if (dir != NULL)
        closedir(dir);
    if (rc < 0) {
        free(numbers);
        return wm_fail_errno(err, rc, folder, "list the runs");
    }
    if (count > 0)
        qsort(numbers, count, sizeof(numbers[0]), compare_numbers);
    *ret_numbers = numbers;
    *ret_count = count;
    return 0;
}

/* ---- Claims ---- */

/* 1: the folder is ours, its lock in *ret_fd. 0: it is taken. The lock ends with the process, so a
 * folder that a killed one left is free again. */
static int try_claim(const char *name, bool replace, int *ret_fd)
{
    struct stat locked, named;
    if (mkdir(name, 0777) < 0 && errno != EEXIST)
        return -errno;
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    bool ours = flock(fd, LOCK_EX | LOCK_NB) == 0;
    /* whoever held it may have removed it meanwhile, and another made it anew */
    ours = ours && fstat(fd, &locked) == 0 && stat(name, &named) == 0 &&
           locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
    if (ours && (replace || !wm_run_is(name))) {
        *ret_fd = fd;
        return 1;
    }
    close(fd);
    return 0;
}

int wm_numbered_claim(const char *folder, uint32_t first, bool replace, struct wm_claim *ret_claim,
                      struct wm_error *err)
{
    for (uint32_t number = first; number <= WM_NUMBERED_MAX; number++) {
        int fd = -1;
        char *name = wm_numbered_dup(folder, number);
        if (name == NULL)
            return wm_fail_at(err, -ENOMEM, folder, "no memory");
        int rc = try_claim(name, replace, &fd);
        if (rc > 0) {
            *ret_claim = (struct wm_claim){fd, number, name};
            return 0;
        }
        if (rc < 0)
            wm_fail_errno(err, rc, name, "make the folder of a run");
        free(name);
        if (rc < 0)
            return rc;
    }
    return wm_fail_at(err, -ENOSPC, folder, "it holds %d runs, which is the most", WM_NUMBERED_MAX);
}

void wm_numbered_release(struct wm_claim *claim)
{
    if (claim->folder != NULL)
        (void)rmdir(claim->folder); /* fails, as it should, when a run was written */
    if (claim->fd >= 0)
        close(claim->fd);
    free(claim->folder);
    *claim = (struct wm_claim){.fd = -1};
}

/* ---- Older runs ---- */

void wm_old_runs_done(struct wm_old_runs *old)
{
    for (size_t i = 0; i < old->count; i++)
        free(old->folders[i]);
    free(old->folders);
    *old = (struct wm_old_runs){0};
}

static int add_old(struct wm_old_runs *old, const char *folder, const char *name)
{
    char *run = wm_file_join_dup(folder, name);
    if (run == NULL)
        return -ENOMEM;
    if (!wm_run_is(run)) { /* not ours to remove: wm_run_prepare judges it when its turn comes */
        free(run);
        return 0;
    }
    char **more = realloc(old->folders, (old->count + 1) * sizeof(more[0]));
    if (more == NULL) {
        free(run);
        return -ENOMEM;
    }
    more[old->count++] = run;
    old->folders = more;
    return 0;
}

static bool is_side(const char *name)
{
    return strcmp(name, "a") == 0 || strcmp(name, "b") == 0;
}

static int find_old(const char *folder, bool sides, struct wm_old_runs *old)
{
    int rc = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return errno == ENOENT ? 0 : -errno;
    for (const struct dirent *entry; rc == 0 && (entry = readdir(dir)) != NULL;) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (number_of(name) > 0) {
            rc = add_old(old, folder, name);
        } else if (sides && is_side(name)) {
            char *side = wm_file_join_dup(folder, name);
            rc = side == NULL ? -ENOMEM : find_old(side, false, old);
            free(side);
        } else {
            rc = -EEXIST;
        }
    }
    closedir(dir);
    return rc;
}

int wm_old_runs_find(const char *folder, struct wm_old_runs *ret_old, struct wm_error *err)
{
    struct wm_old_runs old = {0};
    int rc = find_old(folder, true, &old);
    if (rc == 0) {
        *ret_old = old;
        return 0;
    }
    wm_old_runs_done(&old);
    if (rc == -EEXIST)
        return wm_fail_at(err, rc, folder,
                          "the folder holds something else than the runs of a set, so it is not "
                          "replaced, --force or not: choose another with -o");
    if (rc == -ENOTDIR)
        return wm_fail_at(err, rc, folder,
                          "this is a file, and a set of runs is a folder: choose another name "
                          "with -o");
    return wm_fail_errno(err, rc, folder, "look into this folder");
}

static void remove_side(const char *folder, const char *side)
{
    char *name = wm_file_join_dup(folder, side);
    if (name != NULL)
        (void)rmdir(name); /* fails, as it should, when there are runs in it */
    free(name);
}

int wm_old_runs_remove(struct wm_old_runs *old, const char *folder, const char *kept,
                       struct wm_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < old->count; i++)
        if (strcmp(old->folders[i], kept) != 0)
            rc = wm_run_remove(old->folders[i], err);
    remove_side(folder, "a");
    remove_side(folder, "b");
    wm_old_runs_done(old);
    return rc;
}
