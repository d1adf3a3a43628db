/* read.c - the bytes of a file to a profile: unpacked, then whatever format they are in. */
#include "harness/core/file.h"
#include "harness/core/pages.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/decode.h"
#include "profiles/pprof/gzip.h"
#include "profiles/pprof/legacy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes in memory as a source. */
struct packed_bytes {
    const unsigned char *data;
    size_t length, at;
};

static int read_file_member(const char *name, uint64_t limit, struct wm_profile **ret_profile);
static int read_member(const struct wm_gzip_source *source, size_t length,
                       struct wm_profile **ret_profile);
static int read_any(const struct wm_gzip_input *packed, struct wm_profile **ret_profile,
                    struct wm_error *err);
static int read_plain(const struct wm_wire_input *input, struct wm_profile **ret_profile);

int wm_profile_read(const char *name, uint64_t limit, struct wm_profile **ret_profile,
                    struct wm_error *err)
{
    char *data = NULL;
    size_t length;
    int rc = read_file_member(name, limit, ret_profile);
    if (rc != -EBADMSG)
        return rc;
    /* what does not compress is a little longer packed than unpacked */
    size_t file_limit = limit > SIZE_MAX / 2 ? 0 : (size_t)(limit + limit / 1000);
    if (limit != 0 && file_limit != 0)
        file_limit += 1024;
    rc = wm_file_read(name, file_limit, &data, &length, err);
    if (rc < 0)
        return rc;
    const struct wm_gzip_input packed = {(const unsigned char *)data, length, limit, name};
    rc = read_any(&packed, ret_profile, err);
    free(data);
    return rc;
}

/* ---- One member of gzip, as files are ---- */

static ssize_t read_packed_file(void *user, unsigned char *piece, size_t bytes)
{
    return read(*(const int *)user, piece, bytes);
}

/* -EBADMSG: it is none, or cannot be read. */
static int read_file_member(const char *name, uint64_t limit, struct wm_profile **ret_profile)
{
    unsigned char head[WM_GZIP_HEAD_BYTES], tail[WM_GZIP_TAIL_BYTES];
    struct stat found;
    int rc = -EBADMSG;
    if (stat(name, &found) < 0 || !S_ISREG(found.st_mode)) /* a pipe is opened once only */
        return rc;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rc;
    const bool is_gzip =
        pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
        wm_gzip_is(head, sizeof(head)) &&
        pread(fd, tail, sizeof(tail), found.st_size - (off_t)sizeof(tail)) == (ssize_t)sizeof(tail);
    const struct wm_gzip_source source = {read_packed_file, &fd};
    if (is_gzip)
        rc = read_member(&source, wm_gzip_claim(tail, (uint64_t)found.st_size, limit), ret_profile);
    close(fd);
    return rc;
}

static ssize_t read_packed_bytes(void *user, unsigned char *piece, size_t bytes)
{
    struct packed_bytes *packed = user;
    size_t left = packed->length - packed->at;
    bytes = bytes < left ? bytes : left;
    memcpy(piece, packed->data + packed->at, bytes);
    packed->at += bytes;
    return (ssize_t)bytes;
}

int wm_profile_decode(const unsigned char *data, size_t length, uint64_t limit, const char *place,
                      struct wm_profile **ret_profile, struct wm_error *err)
{
    const struct wm_gzip_input input = {data, length, limit, place};
    struct packed_bytes packed = {data, length, 0};
    const struct wm_gzip_source source = {read_packed_bytes, &packed};
    int rc = -EBADMSG;
    if (wm_gzip_is(data, length) && length >= WM_GZIP_TAIL_BYTES)
        rc = read_member(&source, wm_gzip_claim(data + length - WM_GZIP_TAIL_BYTES, length, limit),
                         ret_profile);
    return rc == -EBADMSG ? read_any(&input, ret_profile, err) : rc;
}

static int unpack_more(void *user, size_t *ret_ready)
{
    return wm_gzip_member_next(user, ret_ready);
}

/* `length`: what it claims to unpack to, which takes no memory until it is true. -EBADMSG: it is no
 * such member, or the profile in it cannot be read so. */
static int read_member(const struct wm_gzip_source *source, size_t length,
                       struct wm_profile **ret_profile)
{
    struct wm_gzip_member *member = NULL;
    unsigned char *data = length > 0 ? wm_pages_new_small(length) : NULL;
    int rc = data != NULL ? wm_gzip_member_new(source, data, length, &member) : -EBADMSG;
    if (rc == 0) {
        const struct wm_wire_input input = {.data = data, .length = length};
        const struct wm_decode_source unpacked = {unpack_more, member, WM_GZIP_WINDOW_BYTES};
        rc = wm_profile_decode_arriving(&input, &unpacked, ret_profile);
    }
    wm_gzip_member_free(member);
    wm_pages_free(data);
    return rc < 0 ? -EBADMSG : 0;
}

/* ---- All else ---- */

static int read_any(const struct wm_gzip_input *packed, struct wm_profile **ret_profile,
                    struct wm_error *err)
{
    struct wm_wire_input input = {packed->data, packed->length, packed->place, err};
    unsigned char *unpacked = NULL;
    int rc = 0;
    if (wm_gzip_is(packed->data, packed->length)) {
        rc = wm_gzip_unpack(packed, &unpacked, &input.length, err);
        input.data = unpacked;
    } else if (packed->limit != 0 && packed->length > packed->limit) {
        rc = wm_fail_at(err, -EFBIG, packed->place, "has more than %" PRIu64 " bytes",
                        packed->limit);
    }
    if (rc == 0)
        rc = read_plain(&input, ret_profile);
    free(unpacked);
    return rc;
}

static int read_plain(const struct wm_wire_input *input, struct wm_profile **ret_profile)
{
    if (input->length == 0)
        return wm_fail_at(input->err, -EINVAL, input->place, "is empty, expected a pprof profile");
    int rc = wm_profile_decode_plain(input, ret_profile);
    if (rc != -EINVAL)
        return rc;
    int old = wm_legacy_read(input, ret_profile);
    return old == -ENOENT ? rc : old;
}
