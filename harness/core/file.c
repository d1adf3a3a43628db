/* file.c - whole files in, whole files out. */
#include "harness/core/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024, STREAM_BYTES = 64 * 1024, TEMPORARY_TRIES = 100 };

struct wm_file {
    FILE *stream;
    int fd;
    int rc; /* of the first write that failed */
    off_t written, mark;
    char *place;     /* as the caller named it */
    char *target;    /* symbolic links resolved */
    char *temporary; /* NULL: written straight */
};

/* Makes room in `data` for another piece; keeps to `limit`. */
static int grow(char **data, size_t *capacity, size_t length)
{
    if (*capacity - length > READ_BYTES)
        return 0;
    size_t larger = *capacity == 0 ? 2 * READ_BYTES : *capacity * 2;
    char *more = realloc(*data, larger);
    if (more == NULL)
        return -ENOMEM;
    *data = more;
    *capacity = larger;
    return 0;
}

static int read_all(int fd, size_t limit, char **ret_data, size_t *ret_length)
{
    char *data = NULL;
    size_t length = 0, capacity = 0;
    for (;;) {
        int rc = grow(&data, &capacity, length);
        ssize_t count = rc < 0 ? rc : read(fd, data + length, READ_BYTES);
        if (rc == 0 && count < 0 && errno == EINTR)
            continue;
        if (rc == 0 && count < 0)
            rc = -errno;
        if (rc == 0 && limit > 0 && length + (size_t)count > limit)
            rc = -EFBIG;
        if (rc < 0) {
            free(data);
            return rc;
        }
        length += (size_t)count;
        if (count == 0)
            break;
    }
    data[length] = '\0';
    *ret_data = data;
    *ret_length = length;
    return 0;
}

int wm_file_read(const char *name, size_t limit, char **ret_data, size_t *ret_length,
                 struct wm_error *err)
{
    bool standard = strcmp(name, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return wm_fail_errno(err, -errno, name, "open");
    int rc = read_all(fd, limit, ret_data, ret_length);
    if (!standard)
        close(fd);
    if (rc == -EFBIG)
        return wm_fail_at(err, rc, name, "larger than %zu bytes, the most that is read of it",
                          limit);
    return rc < 0 ? wm_fail_errno(err, rc, name, "read") : 0;
}

ssize_t wm_file_fill(int fd, void *to, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t count = read(fd, (char *)to + done, length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        if (count == 0)
            break;
        done += (size_t)count;
    }
    return (ssize_t)done;
}

/* The stream's writes come here, so that the errno of the first one that failed is known. */
static ssize_t write_piece(void *cookie, const char *bytes, size_t length)
{
    struct wm_file *file = cookie;
    for (size_t done = 0; done < length && file->rc == 0;) {
        ssize_t count = write(file->fd, bytes + done, length - done);
        if (count >= 0) {
            done += (size_t)count;
            file->written += count;
        } else if (errno != EINTR) {
            file->rc = -errno;
        }
    }
    return file->rc == 0 ? (ssize_t)length : 0;
}

static void free_file(struct wm_file *file)
{
    if (file->stream != NULL)
        fclose(file->stream);
    if (file->fd >= 0)
        close(file->fd);
    if (file->temporary != NULL)
        unlink(file->temporary);
    free(file->place);
    free(file->target);
    free(file->temporary);
    free(file);
}

/* Opens a name beside the target that nobody has. The mode is the old file's, if there is one. */
static int open_temporary(struct wm_file *file, const struct stat *old)
{
    static atomic_uint serial;
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        char *name = NULL;
        unsigned number = atomic_fetch_add(&serial, 1);
        if (asprintf(&name, "%s.%ld-%u.tmp", file->target, (long)getpid(), number) < 0)
            return -ENOMEM;
        file->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->fd >= 0) {
            file->temporary = name;
            if (old != NULL && fchmod(file->fd, old->st_mode & 07777) < 0)
                return -errno;
            return 0;
        }
        free(name);
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

static int open_target(struct wm_file *file)
{
    struct stat old;
    bool exists = stat(file->place, &old) == 0;
    if (exists && S_ISDIR(old.st_mode))
        return -EISDIR;
    file->target = exists ? realpath(file->place, NULL) : strdup(file->place);
    if (exists && !S_ISREG(old.st_mode)) {
        /* its own name: what /dev/stdout leads to has no name in the file system */
        file->fd = open(file->place, O_WRONLY | O_CLOEXEC);
        return file->fd < 0 ? -errno : 0;
    }
    if (file->target == NULL)
        return -errno;
    return open_temporary(file, exists ? &old : NULL);
}

static int open_stream(struct wm_file *file)
{
    cookie_io_functions_t functions = {.write = write_piece};
    file->stream = fopencookie(file, "w", functions);
    if (file->stream == NULL)
        return -ENOMEM;
    setvbuf(file->stream, NULL, _IOFBF, STREAM_BYTES);
    return 0;
}

int wm_file_create(const char *name, struct wm_file **ret_file, struct wm_error *err)
{
    struct wm_file *file = calloc(1, sizeof(*file));
    if (file == NULL)
        return wm_fail_errno(err, -ENOMEM, name, "write");
    file->fd = -1;
    file->place = strdup(name);
    int rc = file->place == NULL ? -ENOMEM : open_target(file);
    if (rc == 0)
        rc = open_stream(file);
    if (rc < 0) {
        free_file(file);
        return wm_fail_errno(err, rc, name, "write");
    }
    *ret_file = file;
    return 0;
}

FILE *wm_file_stream(struct wm_file *file)
{
    return file->stream;
}

int wm_file_mark(struct wm_file *file)
{
    bool failed = fflush(file->stream) != 0;
    if (file->rc < 0 || failed)
        return file->rc < 0 ? file->rc : -EIO;
    file->mark = file->written;
    return 0;
}

int wm_file_cut(struct wm_file *file)
{
    if (file->temporary == NULL)
        return -ESPIPE;
    if (file->rc == 0)
        file->rc = -ECANCELED; /* so that the stream's rest goes nowhere */
    fclose(file->stream);
    file->stream = NULL;
    if (ftruncate(file->fd, file->mark) < 0 || lseek(file->fd, file->mark, SEEK_SET) < 0)
        return -errno;
    file->written = file->mark;
    file->rc = 0;
    return open_stream(file);
}

int wm_file_commit(struct wm_file *file, struct wm_error *err)
{
    int failed = fclose(file->stream);
    file->stream = NULL;
    int rc = file->rc;
    if (rc == 0 && failed != 0)
        rc = -EIO;
    if (rc == 0 && file->temporary != NULL && fsync(file->fd) < 0)
        rc = -errno;
    int closed = close(file->fd);
    file->fd = -1;
    if (rc == 0 && closed < 0)
        rc = -errno;
    if (rc == 0 && file->temporary != NULL && rename(file->temporary, file->target) < 0)
        rc = -errno;
    if (rc < 0) {
        wm_fail_errno(err, rc, file->place, "write");
    } else {
        free(file->temporary); /* it has become the target */
        file->temporary = NULL;
    }
    free_file(file);
    return rc;
}

void wm_file_discard(struct wm_file *file)
{
    if (file != NULL)
        free_file(file);
}

int wm_file_write(const char *name, const void *data, size_t length, struct wm_error *err)
{
    struct wm_file *file = NULL;
    int rc = wm_file_create(name, &file, err);
    if (rc < 0)
        return rc;
    assert(file != NULL);
    fwrite(data, 1, length, wm_file_stream(file));
    return wm_file_commit(file, err);
}

int wm_file_make_folder(const char *name, struct wm_error *err)
{
    char path[PATH_MAX];
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof(path))
        return wm_fail_errno(err, length == 0 ? -ENOENT : -ENAMETOOLONG, name, "make the folder");
    memcpy(path, name, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        char end = path[i];
        path[i] = '\0';
        struct stat found;
        int rc = mkdir(path, 0777) == 0 ? 0 : -errno;
        if (rc < 0 && stat(path, &found) == 0)
            rc = S_ISDIR(found.st_mode) ? 0 : -ENOTDIR;
        if (rc < 0)
            return wm_fail_errno(err, rc, path, "make the folder");
        path[i] = end;
    }
    return 0;
}

bool wm_file_exists(const char *name)
{
    struct stat found;
    return stat(name, &found) == 0;
}

char *wm_file_join_dup(const char *folder, const char *name)
{
    char *joined = NULL;
    if (name[0] == '/' || folder[0] == '\0')
        return strdup(name);
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return asprintf(&joined, "%s%s%s", folder, slash, name) < 0 ? NULL : joined;
}
