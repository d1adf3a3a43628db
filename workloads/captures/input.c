/* input.c - reads a capture through zlib, which passes plain files as they are. */
#include "workloads/captures/input.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Twice the longest line, so that moving a rest to the front is rare. */
static_assert(WM_INPUT_BEGINNING >= 2 * WM_INPUT_LINE_MAX, "a line fits into the buffer");

struct wm_input {
    char *name;
    gzFile file;
    uint64_t number;   /* of the last line handed out */
    size_t start, end; /* what is unread of `bytes` */
    bool at_end;
    bool skipping; /* the rest of an overlong line follows */
    char bytes[WM_INPUT_BEGINNING];
};

int wm_input_open(const char *name, struct wm_input **ret_input, struct wm_error *err)
{
    int rc = 0;
    int fd = -1;
    struct stat status;
    const char *shown = strcmp(name, "-") == 0 ? "standard input" : name;
    struct wm_input *input = calloc(1, sizeof(*input));
    if (input == NULL || (input->name = strdup(shown)) == NULL) {
        rc = wm_fail_errno(err, -ENOMEM, shown, "read the capture");
        goto out;
    }
    fd = shown == name ? open(name, O_RDONLY | O_CLOEXEC) : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd < 0 || fstat(fd, &status) < 0) {
        rc = wm_fail_errno(err, -errno, shown, "open the capture");
        goto out;
    }
    if (S_ISDIR(status.st_mode)) {
        rc = wm_fail_at(err, -EISDIR, shown, "is a folder; name the capture's file");
        goto out;
    }
    input->file = gzdopen(fd, "rb");
    if (input->file == NULL || gzbuffer(input->file, WM_INPUT_BEGINNING) != 0) {
        rc = wm_fail_errno(err, -ENOMEM, shown, "read the capture");
        goto out;
    }
    fd = -1; /* closed with the file */
    *ret_input = input;
    input = NULL;
out:
    if (fd >= 0 && (input == NULL || input->file == NULL))
        close(fd);
    wm_input_close(input);
    return rc;
}

void wm_input_close(struct wm_input *input)
{
    if (input == NULL)
        return;
    if (input->file != NULL)
        gzclose_r(input->file);
    free(input->name);
    free(input);
}

static int read_failed(struct wm_input *input, int code, struct wm_error *err)
{
    if (code == Z_ERRNO)
        return wm_fail_errno(err, errno != 0 ? -errno : -EIO, input->name, "read the capture");
    if (code == Z_MEM_ERROR)
        return wm_fail_errno(err, -ENOMEM, input->name, "read the capture");
    return wm_fail_at(err, -EINVAL, input->name,
                      "the gzip data is %s behind line %llu; unpack what is whole with zcat",
                      code == Z_BUF_ERROR ? "cut off" : "damaged",
                      (unsigned long long)input->number);
}

/* Reads on until the buffer is full or the capture ends. */
static int fill(struct wm_input *input, struct wm_error *err)
{
    if (input->start > 0) {
        memmove(input->bytes, input->bytes + input->start, input->end - input->start);
        input->end -= input->start;
        input->start = 0;
    }
    while (!input->at_end && input->end < sizeof(input->bytes)) {
        errno = 0;
        int count = gzread(input->file, input->bytes + input->end,
                           (unsigned)(sizeof(input->bytes) - input->end));
        int code = Z_OK;
        if (count <= 0)
            gzerror(input->file, &code);
        /* a cut-off gzip stream reads as an end, only gzerror tells */
        if (count < 0 || code != Z_OK)
            return read_failed(input, code, err);
        input->at_end = count == 0;
        input->end += (size_t)count;
    }
    return 0;
}

int wm_input_beginning(struct wm_input *input, const char **ret_bytes, size_t *ret_length,
                       struct wm_error *err)
{
    int rc = fill(input, err);
    if (rc < 0)
        return rc;
    *ret_bytes = input->bytes;
    *ret_length = input->end;
    return 0;
}

/* Leaves an overlong line behind. */
static int skip_rest(struct wm_input *input, struct wm_error *err)
{
    while (input->skipping) {
        char *from = input->bytes + input->start;
        char *newline = memchr(from, '\n', input->end - input->start);
        if (newline != NULL) {
            input->start = (size_t)(newline - input->bytes) + 1;
            input->skipping = false;
            return 0;
        }
        input->start = input->end;
        if (input->at_end)
            return 0;
        int rc = fill(input, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int wm_input_line(struct wm_input *input, struct wm_line *ret_line, struct wm_error *err)
{
    int rc = skip_rest(input, err);
    if (rc < 0)
        return rc;
    char *from = input->bytes + input->start;
    size_t available = input->end - input->start;
    char *newline = memchr(from, '\n', available);
    if (newline == NULL && available <= WM_INPUT_LINE_MAX && !input->at_end) {
        rc = fill(input, err);
        if (rc < 0)
            return rc;
        from = input->bytes;
        available = input->end;
        newline = memchr(from, '\n', available);
    }
    if (available == 0)
        return 0;
    size_t length = newline != NULL ? (size_t)(newline - from) : available;
    input->start += newline != NULL ? length + 1 : length;
    bool overlong = length > WM_INPUT_LINE_MAX;
    input->skipping = overlong && newline == NULL;
    if (overlong)
        length = WM_INPUT_LINE_MAX;
    else if (length > 0 && from[length - 1] == '\r')
        length--;
    input->number++;
    *ret_line = (struct wm_line){from, length, input->number, overlong};
    return 1;
}
