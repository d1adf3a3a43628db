/* run_files.c - a run as a folder: made ready, written, read. */
#include "profiles/runs/files.h"

#include "harness/core/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool wm_run_is(const char *folder)
{
    struct stat found;
    char *name = wm_file_join_dup(folder, WM_RUN_JSON);
    bool holds = name != NULL && stat(name, &found) == 0 && S_ISREG(found.st_mode);
    free(name);
    return holds;
}

/* What a run that was ended while it was written may leave, and the folder's own two entries. */
static bool is_leftover(const char *name)
{
    static const char *const names[] = {".", "..", WM_RUN_CRASH};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".part") == 0;
}

/* 1: there is something in it, 0: nothing of worth, or a negative errno. */
static int has_content(const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return -errno;
    int found = 0;
    errno = 0;
    for (const struct dirent *entry; found == 0 && (entry = readdir(dir)) != NULL;)
        found = !is_leftover(entry->d_name);
    int rc = found == 0 && errno != 0 ? -errno : found;
    closedir(dir);
    return rc;
}

/* Permissions alone do not tell (read-only mounts, quotas, root), so a file is really made. */
static int check_writable(const char *folder, struct wm_error *err)
{
    int rc = 0;
    char *name = wm_file_join_dup(folder, ".check-XXXXXX");
    if (name == NULL)
        return wm_fail_at(err, -ENOMEM, folder, "no memory");
    int fd = mkstemp(name);
    if (fd < 0) {
        rc = wm_fail_errno(err, -errno, folder, "write into this folder");
    } else {
        close(fd);
        unlink(name);
    }
    free(name);
    return rc;
}

static int check_content(const char *folder, bool force, struct wm_error *err)
{
    int rc = has_content(folder);
    if (rc < 0)
        return wm_fail_errno(err, rc, folder, "look into this folder");
    if (rc == 0)
        return 0;
    if (!wm_run_is(folder))
        return wm_fail_at(err, -EEXIST, folder,
                          "the folder is not empty and holds no run, so it is not replaced, "
                          "--force or not: choose another with -o");
    if (!force)
        return wm_fail_at(err, -EEXIST, folder,
                          "the folder holds a run: choose another with -o, or replace it with "
                          "--force");
    return 0;
}

int wm_run_prepare(const char *folder, bool force, struct wm_error *err)
{
    struct stat found;
    int rc = 0;
    if (stat(folder, &found) < 0)
        rc = errno == ENOENT ? wm_file_make_folder(folder, err)
                             : wm_fail_errno(err, -errno, folder, "look at this folder");
    else if (!S_ISDIR(found.st_mode))
        rc = wm_fail_at(err, -ENOTDIR, folder,
                        "this is a file, and a run is a folder: choose another name with -o");
    else
        rc = check_content(folder, force, err);
    return rc < 0 ? rc : check_writable(folder, err);
}

static int write_profile(const struct wm_run *run, const char *file, struct wm_error *err)
{
    return wm_profile_write(run->profile, file, err);
}

static int write_paths(const struct wm_run *run, const char *file, struct wm_error *err)
{
    return wm_paths_write(run->paths, file, err);
}

static int write_segments(const struct wm_run *run, const char *file, struct wm_error *err)
{
    return wm_segments_write(run->segments, file, err);
}

static int write_bench(const struct wm_run *run, const char *name, struct wm_error *err)
{
    struct wm_file *file = NULL;
    int rc = wm_file_create(name, &file, err);
    if (rc < 0)
        return rc;
    fputs(run->bench, wm_file_stream(file)); /* errors are told when it is committed */
    return wm_file_commit(file, err);
}

static bool has_profile(const struct wm_run *run)
{
    return run->profile != NULL;
}

static bool has_bench(const struct wm_run *run)
{
    return run->bench != NULL;
}

static bool has_mismatches(const struct wm_run *run)
{
    return run->mismatch_row_count > 0;
}

static bool has_crashed(const struct wm_run *run)
{
    return run->crashed;
}

/* The files of a run, the one that says that it is whole last. */
static const struct run_file {
    const char *name;
    bool (*wanted)(const struct wm_run *run); /* NULL: always */
    int (*write)(const struct wm_run *run, const char *file, struct wm_error *err);
} files[] = {
    {WM_RUN_PROFILE,    has_profile,    write_profile          },
    {WM_RUN_PATHS,      NULL,           write_paths            },
    {WM_RUN_SEGMENTS,   NULL,           write_segments         },
    {WM_RUN_BENCH,      has_bench,      write_bench            },
    {WM_RUN_MISMATCHES, has_mismatches, wm_run_mismatches_write},
 /* Whoever knows of the crash writes this one, before or after. */
    {WM_RUN_CRASH,      has_crashed,    NULL                   },
    {WM_RUN_JSON,       NULL,           wm_run_json_write      },
};
enum { RUN_FILES = sizeof(files) / sizeof(files[0]) };
static const char part[] = ".part";

static bool is_wanted(const struct run_file *file, const struct wm_run *run)
{
    return file->wanted == NULL || file->wanted(run);
}

/* "FOLDER/NAME" and `suffix`; free() it. NULL: no memory. */
static char *file_name(const char *folder, const char *name, const char *suffix)
{
    char *file = NULL;
    char *plain = wm_file_join_dup(folder, name);
    if (plain == NULL || asprintf(&file, "%s%s", plain, suffix) < 0)
        file = NULL;
    free(plain);
    return file;
}

/* Beside the older run's file, which stays until all of the new ones are there. */
static int write_part(const struct wm_run *run, const char *folder, const struct run_file *file,
                      struct wm_error *err)
{
    if (!is_wanted(file, run) || file->write == NULL)
        return 0;
    char *name = file_name(folder, file->name, part);
    int rc =
        name == NULL ? wm_fail_at(err, -ENOMEM, folder, "no memory") : file->write(run, name, err);
    free(name);
    return rc;
}

static void remove_part(const char *folder, const struct run_file *file)
{
    char *name = file_name(folder, file->name, part);
    if (name != NULL)
        (void)unlink(name);
    free(name);
}

static int remove_old(const char *folder, const char *name, struct wm_error *err)
{
    char *file = wm_file_join_dup(folder, name);
    int rc = 0;
    if (file == NULL)
        return wm_fail_at(err, -ENOMEM, folder, "no memory");
    if (unlink(file) < 0 && errno != ENOENT)
        rc = wm_fail_errno(err, -errno, file, "remove an older run's file");
    free(file);
    return rc;
}

/* The part takes its place; a file that this run does not have goes. */
static int put_in_place(const struct wm_run *run, const char *folder, const struct run_file *file,
                        struct wm_error *err)
{
    if (!is_wanted(file, run))
        return remove_old(folder, file->name, err);
    if (file->write == NULL)
        return 0;
    char *from = file_name(folder, file->name, part);
    char *to = wm_file_join_dup(folder, file->name);
    int rc = from == NULL || to == NULL ? wm_fail_at(err, -ENOMEM, folder, "no memory") : 0;
    if (rc == 0 && rename(from, to) < 0)
        rc = wm_fail_errno(err, -errno, to, "put this file in its place");
    free(from);
    free(to);
    return rc;
}

int wm_run_write(const struct wm_run *run, const char *folder, struct wm_error *err)
{
    int rc = wm_file_make_folder(folder, err);
    for (size_t i = 0; rc == 0 && i < RUN_FILES; i++)
        rc = write_part(run, folder, &files[i], err);
    /* First an older run.json goes: what is half replaced must not look whole. */
    if (rc == 0)
        rc = remove_old(folder, WM_RUN_JSON, err);
    for (size_t i = 0; rc == 0 && i < RUN_FILES; i++)
        rc = put_in_place(run, folder, &files[i], err);
    for (size_t i = 0; rc < 0 && i < RUN_FILES; i++)
        remove_part(folder, &files[i]);
    return rc;
}

static bool is_being_written(const char *end)
{
    size_t length = strlen(end);
    return strncmp(end, part, strlen(part)) == 0 ||
           (end[0] == '.' && length > 4 && strcmp(end + length - 4, ".tmp") == 0);
}

bool wm_run_owns(const char *name)
{
    for (size_t i = 0; i < RUN_FILES; i++) {
        size_t length = strlen(files[i].name);
        if (strncmp(name, files[i].name, length) == 0 &&
            (name[length] == '\0' || is_being_written(name + length)))
            return true;
    }
    return false;
}

/* run.json first: what is half removed must not look whole. */
int wm_run_remove(const char *folder, struct wm_error *err)
{
    int rc = 0;
    for (size_t i = RUN_FILES; rc == 0 && i > 0; i--)
        rc = remove_old(folder, files[i - 1].name, err);
    if (rc == 0 && rmdir(folder) < 0 && errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT)
        rc = wm_fail_errno(err, -errno, folder, "remove this folder");
    return rc;
}

static int copy_file(const char *from, const char *to, const char *file, struct wm_error *err)
{
    char *source = wm_file_join_dup(from, file), *target = wm_file_join_dup(to, file), *data = NULL;
    size_t length = 0;
    int rc = 0;
    if (source == NULL || target == NULL)
        rc = wm_fail(err, -ENOMEM, "no memory for a file name");
    else if (wm_file_exists(source))
        rc = wm_file_read(source, 0, &data, &length, err);
    if (rc == 0 && data != NULL)
        rc = wm_file_write(target, data, length, err);
    free(data);
    free(source);
    free(target);
    return rc;
}

int wm_run_copy(const char *from, const char *to, struct wm_error *err)
{
    int rc = wm_file_make_folder(to, err);
    for (size_t i = 0; rc == 0 && i < RUN_FILES; i++)
        rc = copy_file(from, to, files[i].name, err);
    return rc;
}

static int read_paths(struct wm_run *run, const char *file, struct wm_error *err)
{
    struct wm_paths *paths = NULL;
    int rc = wm_paths_read(file, &paths, err);
    if (rc < 0)
        return rc;
    wm_paths_free(run->paths);
    run->paths = paths;
    return 0;
}

static int read_segments(struct wm_run *run, const char *file, struct wm_error *err)
{
    struct wm_segments *segments = NULL;
    int rc = wm_segments_read(file, &segments, err);
    if (rc < 0)
        return rc;
    wm_segments_free(run->segments);
    run->segments = segments;
    return 0;
}

/* `required`: -ENOENT when the file is not there. */
static int take_file(struct wm_run *run, const char *folder, const char *name, bool required,
                     int (*read)(struct wm_run *run, const char *file, struct wm_error *err),
                     struct wm_error *err)
{
    char *file = wm_file_join_dup(folder, name);
    if (file == NULL)
        return wm_fail_at(err, -ENOMEM, folder, "no memory");
    int rc = 0;
    if (required || wm_file_exists(file))
        rc = read(run, file, err);
    free(file);
    return rc;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A run in the folder, or in one of its folders, which may be sets; free() it. NULL: there is none
 * near, or no memory to name it. */
static char *find_run(const char *folder, int depth)
{
    struct dirent **entries = NULL;
    char *found = NULL;
    int count = scandir(folder, &entries, is_visible, versionsort);
    for (int i = 0; i < count; i++) {
        char *name = found == NULL ? wm_file_join_dup(folder, entries[i]->d_name) : NULL;
        if (name != NULL && wm_run_is(name)) {
            found = name;
            name = NULL;
        } else if (name != NULL && depth > 1) {
            found = find_run(name, depth - 1);
        }
        free(name);
        free(entries[i]);
    }
    free(entries);
    return found;
}

int wm_run_fail_missing(const char *folder, struct wm_error *err)
{
    enum { DEPTH = 2 }; /* a set by turns: a/1 */
    char *run = find_run(folder, DEPTH);
    int rc = run != NULL
                 ? wm_fail_at(err, -ENOENT, folder, "no run.json in it, but runs: name one, as %s",
                              run)
                 : wm_fail_at(err, -ENOENT, folder,
                              "no run.json in it: a run is the folder that `waymark run -o` writes");
    free(run);
    return rc;
}

int wm_run_read(const char *folder, struct wm_run **ret_run, struct wm_error *err)
{
    struct wm_run *run = NULL;
    if (!wm_file_exists(folder))
        return wm_fail_at(err, -ENOENT, folder, "there is no such run");
    if (!wm_run_is(folder))
        return wm_run_fail_missing(folder, err);
    int rc = wm_run_new(&run);
    if (rc < 0)
        return wm_fail_at(err, rc, folder, "no memory to read it");
    rc = take_file(run, folder, WM_RUN_JSON, true, wm_run_json_read, err);
    if (rc == 0)
        rc = take_file(run, folder, WM_RUN_PATHS, true, read_paths, err);
    if (rc == 0)
        rc = take_file(run, folder, WM_RUN_SEGMENTS, true, read_segments, err);
    if (rc == 0)
        rc = take_file(run, folder, WM_RUN_MISMATCHES, false, wm_run_mismatches_read, err);
    if (rc < 0)
        goto out;
    *ret_run = run;
    run = NULL;
out:
    wm_run_free(run);
    return rc;
}
