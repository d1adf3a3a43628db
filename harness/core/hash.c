/* hash.c - the hash of a whole file. */
#include "harness/core/hash.h"

#include "harness/core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024 };

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
    /* each but the last is whole: the hash must not depend on how much one call reads */
    while ((length = wm_file_fill(fd, piece, sizeof(piece))) > 0)
        hash = wm_hash_bytes(hash, piece, (size_t)length);
    close(fd);
    if (length < 0)
        return wm_fail_errno(err, (int)length, name, "read");
    *ret_hash = hash;
    return 0;
}
