/* picture.c - runs `dot`; text and picture go through nameless files, so neither side waits. */
#include "harness/cli/picture.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { CHUNK_BYTES = 65536 };

static int write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, data, length);
        if (written < 0 && errno != EINTR)
            return -errno;
        if (written > 0) {
            data += written;
            length -= (size_t)written;
        }
    }
    return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

static int read_all(int fd, struct wm_text *text)
{
    char chunk[CHUNK_BYTES];
    if (lseek(fd, 0, SEEK_SET) < 0)
        return -errno;
    for (;;) {
        ssize_t length = read(fd, chunk, sizeof(chunk));
        if (length == 0)
            return text->failed ? -ENOMEM : 0;
        if (length < 0 && errno != EINTR)
            return -errno;
        if (length > 0)
            wm_text_add_bytes(text, chunk, (size_t)length);
    }
}

static int run_dot(int in, int out, const char *format, struct wm_error *err)
{
    char option[16];
    char name[] = "dot";
    char *const arguments[] = {name, option, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status;
    snprintf(option, sizeof(option), "-T%s", format);
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0)
        return wm_fail_errno(err, -rc, "dot", "start");
    rc = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (rc == 0)
        rc = posix_spawnp(&pid, name, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (rc == ENOENT)
        return wm_fail(err, -ENOENT,
                       "graphviz draws the graph and is not installed (apt install graphviz); "
                       "-dot -output=FILE.dot writes what it would draw");
    if (rc != 0)
        return wm_fail_errno(err, -rc, "dot", "start");
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return wm_fail_errno(err, -errno, "dot", "wait for");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return wm_fail(err, -EIO, "graphviz's dot -T%s failed", format);
    return 0;
}

int wm_picture_draw(const struct wm_text *graph, const char *format, struct wm_text *ret_picture,
                    struct wm_error *err)
{
    int in = memfd_create("graph", MFD_CLOEXEC), out = memfd_create("picture", MFD_CLOEXEC);
    int rc = in < 0 || out < 0 ? -errno : 0;
    if (rc == 0)
        rc = write_all(in, graph->data, graph->length);
    if (rc < 0)
        goto out;
    rc = run_dot(in, out, format, err);
    if (rc < 0)
        goto done;
    rc = read_all(out, ret_picture);
out:
    if (rc < 0)
        wm_fail_errno(err, rc, "dot", "hand over the graph");
done:
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return rc;
}
