/* record.c - the record as folders: names, places, filing, listing. */
#include "profiles/runs/record.h"

#include "harness/core/file.h"
#include "harness/core/text.h"
#include "profiles/runs/numbered.h"
#include "profiles/runs/tag.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_TRIES = 100, LOCK_PAUSE_NS = 100 * 1000 * 1000 };

/* ---- Names and places ---- */

const char *wm_record_home(void)
{
    const char *home = getenv("WAYMARK_HOME");
    return home != NULL && home[0] != '\0' ? home : ".waymark";
}

static bool is_plain(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length;) {
        size_t bytes = wm_text_utf8_length(name + i, length - i);
        unsigned char first = (unsigned char)name[i];
        if (bytes == 0 || first < 0x20 || first == 0x7f || first == '/')
            return false;
        i += bytes;
    }
    return true;
}

const char *wm_record_name_fault(const char *name)
{
    if (name[0] == '\0')
        return "it is empty";
    if (name[0] == '.' || name[0] == '-')
        return "it must not begin with . or -";
    if (strlen(name) > WM_TAG_NAME_MAX)
        return "it is longer than 100 bytes";
    return is_plain(name) ? NULL : "it must have no / and no control characters, and be UTF-8";
}

int wm_record_check_name(const char *name, struct wm_error *err)
{
    const char *fault = wm_record_name_fault(name);
    if (strcmp(name, WM_RECORD_BASELINES) == 0)
        fault = "the folder of the baselines has that name";
    if (fault == NULL)
        return 0;
    struct wm_text shown;
    wm_text_init(&shown);
    wm_text_add_safe(&shown, name, strlen(name), 60);
    int rc = wm_fail(err, -EINVAL, "'%s' cannot be a tag's name: %s", shown.data, fault);
    wm_text_done(&shown);
    return rc;
}

char *wm_record_folder_dup(const char *name)
{
    return wm_file_join_dup(wm_record_home(), name);
}

/* "HOME/NAME/FILE"; NULL: no memory. */
static char *file_dup(const char *name, const char *file)
{
    char *folder = wm_record_folder_dup(name);
    char *joined = folder != NULL ? wm_file_join_dup(folder, file) : NULL;
    free(folder);
    return joined;
}

/* ---- Filing ---- */

int wm_record_open(const char *name, bool *ret_made, struct wm_error *err)
{
    int rc = wm_record_check_name(name, err);
    if (rc < 0)
        return rc;
    char *folder = wm_record_folder_dup(name);
    if (folder == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    *ret_made = !wm_file_exists(folder);
    rc = wm_file_make_folder(folder, err);
    /* Root and read-only mounts are not told by permissions alone, so a file is really made. */
    char *probe = rc == 0 ? wm_file_join_dup(folder, ".check-XXXXXX") : NULL;
    int fd = probe != NULL ? mkstemp(probe) : -1;
    if (rc == 0 && fd < 0)
        rc = wm_fail_errno(err, -errno, folder, "write into this folder");
    if (fd >= 0) {
        close(fd);
        unlink(probe);
    }
    if (rc < 0 && *ret_made)
        (void)rmdir(folder);
    free(probe);
    free(folder);
    return rc;
}

static int clear_runs(const char *folder, uint32_t kept, struct wm_error *err)
{
    uint32_t *numbers = NULL;
    size_t count = 0;
    int rc = wm_numbered_list(folder, &numbers, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (numbers[i] == kept)
            continue;
        char *run = wm_numbered_dup(folder, numbers[i]);
        rc = run == NULL ? wm_fail(err, -ENOMEM, "no memory") : wm_run_remove(run, err);
        free(run);
    }
    free(numbers);
    return rc;
}

static int clear_all(const char *folder, const char *bench, uint32_t kept, struct wm_error *err)
{
    int rc = clear_runs(folder, kept, err);
    if (kept == WM_RECORD_KEEP_BENCH)
        return rc;
    if (rc == 0 && unlink(bench) < 0 && errno != ENOENT)
        rc = wm_fail_errno(err, -errno, bench, "remove this file");
    if (rc == 0 && wm_run_is(folder)) /* the benchmarks' profile */
        rc = wm_run_remove(folder, err);
    return rc;
}

int wm_record_clear(const char *name, uint32_t kept, struct wm_error *err)
{
    char *folder = wm_record_folder_dup(name);
    char *bench = file_dup(name, WM_RUN_BENCH);
    int rc = -ENOMEM;
    if (folder == NULL || bench == NULL)
        wm_fail(err, rc, "no memory");
    else
        rc = clear_all(folder, bench, kept, err);
    free(folder);
    free(bench);
    return rc;
}

int wm_record_file(const char *name, struct wm_error *err)
{
    struct wm_tag *tag = NULL;
    char *folder = wm_record_folder_dup(name);
    char *file = file_dup(name, WM_TAG_JSON);
    int rc = folder == NULL || file == NULL ? wm_fail(err, -ENOMEM, "no memory")
                                            : wm_tag_sum_up(name, folder, &tag, err);
    if (rc == 0)
        rc = wm_tag_json_write(tag, file, err);
    wm_tag_free(tag);
    free(folder);
    free(file);
    return rc;
}

/* ---- Reading ---- */

static int read_tag(const char *name, struct wm_tag **ret_tag, struct wm_error *err)
{
    struct wm_tag *tag = NULL;
    char *folder = wm_record_folder_dup(name);
    char *file = file_dup(name, WM_TAG_JSON);
    int rc = folder == NULL || file == NULL ? -ENOMEM : wm_tag_new(name, folder, &tag);
    rc = rc < 0 ? wm_fail(err, rc, "no memory") : wm_tag_json_read(tag, file, err);
    free(folder);
    free(file);
    if (rc < 0)
        wm_tag_free(tag);
    else
        *ret_tag = tag;
    return rc;
}

/* The folder of a tag, not somebody's file, nor one that is being made. */
static bool is_tag(const char *name)
{
    if (name[0] == '.' || wm_record_check_name(name, NULL) < 0)
        return false;
    char *file = file_dup(name, WM_TAG_JSON);
    bool is = file != NULL && wm_file_exists(file);
    free(file);
    return is;
}

/* ---- Admission ---- */

/* What stands in the folder, where it has not been summed up or the sum is damaged. */
static int look_at(const char *name, struct wm_tag **ret_tag, struct wm_error *err)
{
    if (is_tag(name) && read_tag(name, ret_tag, NULL) == 0)
        return 0;
    char *folder = wm_record_folder_dup(name);
    int rc = folder == NULL ? wm_fail(err, -ENOMEM, "no memory")
                            : wm_tag_sum_up(name, folder, ret_tag, err);
    free(folder);
    return rc;
}

int wm_record_admit(const char *name, const struct wm_run *run, struct wm_error *err)
{
    struct wm_tag *tag = NULL;
    struct wm_tag_difference difference;
    int rc = look_at(name, &tag, err);
    if (rc < 0)
        return rc;
    assert(tag != NULL);
    if (tag->run_count + tag->bench_count > 0 && !wm_tag_same(run, tag->facts, &difference))
        rc = wm_fail_at(err, -EEXIST, name,
                        "the tag holds other runs: %s was %.120s and is %.120s; choose another "
                        "name, or replace what it holds with --force",
                        difference.what, difference.was, difference.is);
    wm_tag_free(tag);
    return rc;
}

static int lock_as(const char *name, int operation, struct wm_error *err)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
    char *folder = wm_record_folder_dup(name);
    if (folder == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    int rc = 0;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        rc = wm_fail_errno(err, -errno, folder, "open this folder");
    for (int i = 0; rc == 0 && flock(fd, operation | LOCK_NB) < 0; i++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            rc = wm_fail_errno(err, -errno, folder, "lock this folder");
        else if (i == LOCK_TRIES)
            rc = wm_fail_at(err, -EBUSY, folder, "another waymark has been writing to it for 10 s");
        else
            (void)nanosleep(&pause, NULL);
    }
    free(folder);
    if (rc < 0 && fd >= 0)
        close(fd);
    return rc < 0 ? rc : fd;
}

int wm_record_lock(const char *name, struct wm_error *err)
{
    return lock_as(name, LOCK_EX, err);
}

int wm_record_lock_to_read(const char *name, struct wm_error *err)
{
    return lock_as(name, LOCK_SH, err);
}

void wm_record_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

static int add_tag(struct wm_record *record, const char *name)
{
    struct wm_error err = {0};
    struct wm_tag *tag = NULL;
    int rc = read_tag(name, &tag, &err);
    if (rc == -ENOMEM)
        return rc;
    if (rc < 0) { /* one damaged tag must not hide the others */
        struct wm_text fault;
        wm_text_init(&fault);
        wm_text_addf(&fault, "%s: %s", err.place, err.text);
        if (record->unreadable++ == 0)
            record->first_fault = wm_text_take(&fault);
        wm_text_done(&fault);
        return 0;
    }
    struct wm_tag **more = realloc(record->tags, (record->count + 1) * sizeof(more[0]));
    if (more == NULL) {
        wm_tag_free(tag);
        return -ENOMEM;
    }
    more[record->count++] = tag;
    record->tags = more;
    return 0;
}

static int compare_tags(const void *a, const void *b)
{
    const struct wm_tag *const *left = a, *const *right = b;
    if ((*left)->filed_ns != (*right)->filed_ns)
        return (*left)->filed_ns > (*right)->filed_ns ? -1 : 1;
    return strcmp((*left)->name, (*right)->name);
}

int wm_record_read(struct wm_record **ret_record, struct wm_error *err)
{
    const char *home = wm_record_home();
    struct wm_record *record = calloc(1, sizeof(*record));
    if (record == NULL)
        return wm_fail(err, -ENOMEM, "no memory");
    int rc = 0;
    DIR *dir = opendir(home);
    if (dir == NULL && errno != ENOENT)
        rc = wm_fail_errno(err, -errno, home, "look into this folder");
    for (const struct dirent *entry; rc == 0 && dir != NULL && (entry = readdir(dir)) != NULL;) {
        rc = is_tag(entry->d_name) ? add_tag(record, entry->d_name) : 0;
        if (rc < 0)
            wm_fail_at(err, rc, home, "no memory to read it");
    }
    if (dir != NULL)
        closedir(dir);
    if (rc < 0) {
        wm_record_free(record);
        return rc;
    }
    if (record->count > 0)
        qsort(record->tags, record->count, sizeof(record->tags[0]), compare_tags);
    *ret_record = record;
    return 0;
}

void wm_record_free(struct wm_record *record)
{
    if (record == NULL)
        return;
    for (size_t i = 0; i < record->count; i++)
        wm_tag_free(record->tags[i]);
    free(record->tags);
    free(record->first_fault);
    free(record);
}

int wm_tag_read(const char *name, struct wm_tag **ret_tag, struct wm_error *err)
{
    int rc = wm_record_check_name(name, err);
    if (rc < 0)
        return rc;
    if (!is_tag(name))
        return wm_fail_at(err, -ENOENT, name,
                          "%s holds no such tag; waymark log lists what there is",
                          wm_record_home());
    return read_tag(name, ret_tag, err);
}
