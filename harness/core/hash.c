/* hash.c - the hash of a whole file. */
#include "harness/core/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024 };

/* Fills `piece` but at the end of the file: where pieces end must not depend on how much one call
 * reads. */
static ssize_t read_piece(int fd, unsigned char *piece)
{
    size_t length = 0;
    while (length < PIECE_BYTES) {
        ssize_t count = read(fd, piece + length, PIECE_BYTES - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -errno;
        if (count == 0)
            break;
        length += (size_t)count;
    }
    return (ssize_t)length;
}

int wm_hash_file(const char *name, uint64_t *ret_hash, struct wm_error *err)
{
    unsigned char piece[PIECE_BYTES];
    uint64_t hash = 0;
    ssize_t length;
    struct stat found;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not block us */
    if (fd < 0)
        return wm_fail_errno(err, -errno, name, "open");
    if (fstat(fd, &found) < 0 || !S_ISREG(found.st_mode)) {
        close(fd);
        return wm_fail_at(err, -EINVAL, name, "this is no regular file");
    }
    while ((length = read_piece(fd, piece)) > 0)
        hash = wm_hash_bytes(hash, piece, (size_t)length);
    close(fd);
    if (length < 0)
        return wm_fail_errno(err, (int)length, name, "read");
    *ret_hash = hash;
    return 0;
}
