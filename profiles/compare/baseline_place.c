/* baseline_place.c - a baseline is replaced, whoever else does so, whenever it ends.
 *
 * All exchanges are under one lock, that of the baselines' folder; the copying before is not, since
 * it may take long. A new one's folder is locked by its maker for as long as that lives, so what
 * can be locked was left behind. */
#include "profiles/compare/baseline_place.h"

#include "harness/core/file.h"
#include "profiles/runs/numbered.h"
#include "profiles/runs/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGITS = 6 };
static const char NEW[] = ".new-"; /* no baseline's name begins with a dot */

/* ---- What is ours ---- */

/* The folder itself, never one that a link leads to. NULL with errno. */
static DIR *open_folder(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL && fd >= 0)
        close(fd);
    return dir;
}

/* -EEXIST where there is anything but files of runs, in the folder and, if it is a baseline, in its
 * numbered ones. `removes`: those go, and folders that are empty then. */
static int walk(int parent, const char *name, bool is_baseline, bool removes)
{
    int rc = 0;
    DIR *dir = open_folder(parent, name);
    if (dir == NULL)
        return errno == ELOOP || errno == ENOTDIR ? -EEXIST : -errno;
    for (const struct dirent *entry; rc == 0 && (entry = readdir(dir)) != NULL;) {
        const char *inside = entry->d_name;
        if (strcmp(inside, ".") == 0 || strcmp(inside, "..") == 0)
            continue;
        if (is_baseline && wm_numbered_of(inside) > 0)
            rc = walk(dirfd(dir), inside, false, removes);
        else if (!wm_run_owns(inside))
            rc = -EEXIST;
        else if (removes && unlinkat(dirfd(dir), inside, 0) < 0)
            rc = -errno;
    }
    closedir(dir);
    if (rc == 0 && removes && unlinkat(parent, name, AT_REMOVEDIR) < 0)
        rc = -errno;
    return rc;
}

static int check_old(const char *folder, struct wm_error *err)
{
    int rc = walk(AT_FDCWD, folder, true, false);
    if (rc == 0 || rc == -ENOENT)
        return 0;
    if (rc == -EEXIST)
        return wm_fail_at(err, rc, folder,
                          "holds what is no part of a baseline, so it is not replaced: move that "
                          "elsewhere, or choose another --name");
    return wm_fail_errno(err, rc, folder, "look into this folder");
}

/* ---- What was left behind ---- */

static void remove_left(int home, const char *name)
{
    int fd = openat(home, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)walk(home, name, true, true); /* next time, then */
    if (fd >= 0)
        close(fd);
}

static void sweep(const char *home)
{
    DIR *dir = open_folder(AT_FDCWD, home);
    for (const struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        if (strncmp(entry->d_name, NEW, strlen(NEW)) == 0)
            remove_left(dirfd(dir), entry->d_name);
    if (dir != NULL)
        closedir(dir);
}

/* ---- A new one ---- */

/* As mkdtemp, whose folders only their owner may read: a team shares its baselines. */
static int make_unique(char *name)
{
    char *digits = name + strlen(name) - DIGITS;
    for (unsigned int i = 0; i < 1000000; i++) {
        (void)snprintf(digits, DIGITS + 1, "%06u", i);
        if (mkdir(name, 0777) == 0)
            return 0;
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

/* Under the lock, so that nobody takes it for left behind before it is held. */
static int make(struct wm_baseline_place *place, const char *home, struct wm_error *err)
{
    if (asprintf(&place->made, "%s/%s000000", home, NEW) < 0) {
        place->made = NULL;
        return wm_fail_at(err, -ENOMEM, home, "no memory");
    }
    int rc = make_unique(place->made);
    if (rc < 0) {
        free(place->made);
        place->made = NULL;
        return wm_fail_errno(err, rc, home, "make a folder in this one");
    }
    place->held = open(place->made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->held < 0 || flock(place->held, LOCK_EX) < 0)
        return wm_fail_errno(err, -errno, place->made, "lock this folder");
    return 0;
}

int wm_baseline_place_open(const char *folder, struct wm_baseline_place *place,
                           struct wm_error *err)
{
    *place = (struct wm_baseline_place){.folder = folder, .held = -1};
    char *home = wm_record_folder_dup(WM_RECORD_BASELINES);
    int lock = -1;
    if (home == NULL)
        return wm_fail_at(err, -ENOMEM, folder, "no memory");
    int rc = wm_file_make_folder(home, err);
    if (rc == 0)
        rc = lock = wm_record_lock(WM_RECORD_BASELINES, err);
    if (rc >= 0) {
        sweep(home);
        rc = check_old(folder, err);
    }
    if (rc == 0)
        rc = make(place, home, err);
    wm_record_unlock(lock);
    free(home);
    return rc;
}

/* Where the file system cannot exchange two folders there is a moment without any. */
static int exchange_in_steps(const struct wm_baseline_place *place)
{
    char *aside = NULL;
    if (asprintf(&aside, "%s-old", place->made) < 0)
        return -ENOMEM;
    int rc = rename(place->folder, aside) < 0 ? -errno : 0;
    if (rc == 0 && rename(place->made, place->folder) < 0) {
        rc = -errno;
        (void)rename(aside, place->folder);
    } else if (rc == 0) {
        rc = rename(aside, place->made) < 0 ? -errno : 0;
    }
    free(aside);
    return rc;
}

/* 1: there was none before. */
static int exchange(const struct wm_baseline_place *place)
{
    if (renameat2(AT_FDCWD, place->made, AT_FDCWD, place->folder, RENAME_EXCHANGE) == 0)
        return 0;
    if (errno == ENOENT)
        return rename(place->made, place->folder) < 0 ? -errno : 1;
    return errno == EINVAL || errno == ENOSYS ? exchange_in_steps(place) : -errno;
}

int wm_baseline_place_take(struct wm_baseline_place *place, struct wm_error *err)
{
    int lock = wm_record_lock(WM_RECORD_BASELINES, err);
    int rc = lock < 0 ? lock : check_old(place->folder, err);
    if (rc == 0) {
        rc = exchange(place);
        if (rc < 0)
            wm_fail_errno(err, rc, place->folder, "put the baseline in place");
    }
    if (rc == 0) /* what cannot go now goes with the next */
        (void)walk(AT_FDCWD, place->made, true, true);
    if (rc >= 0) {
        free(place->made);
        place->made = NULL;
    }
    wm_record_unlock(lock);
    return rc < 0 ? rc : 0;
}

void wm_baseline_place_done(struct wm_baseline_place *place)
{
    if (place->made != NULL)
        (void)walk(AT_FDCWD, place->made, true, true);
    if (place->held >= 0)
        close(place->held);
    free(place->made);
    *place = (struct wm_baseline_place){.held = -1};
}
