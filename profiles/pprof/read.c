/* read.c - the bytes of a file to a profile: unpacked, then whatever format they are in. */
#include "harness/core/file.h"
#include "harness/core/pages.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/decode.h"
#include "profiles/pprof/gzip.h"
#include "profiles/pprof/legacy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* What unpacks a file while it is read. */
struct unpacking {
    struct wm_gzip_input packed;
    char **done_with; /* the packed bytes: freed as soon as they are unpacked; NULL: not ours */
    unsigned char *data;
    size_t length;
    int rc;
};

static int read_any(const struct wm_gzip_input *packed, char **done_with,
                    struct wm_profile **ret_profile, struct wm_error *err);
static int read_unpacked(const struct wm_gzip_input *packed, struct wm_profile **ret_profile,
                         struct wm_error *err);
static int read_plain(const struct wm_wire_input *input, const struct wm_decode_source *source,
                      struct wm_profile **ret_profile);
static int unpack(void *user, struct wm_arrival *arrival);

int wm_profile_read(const char *name, uint64_t limit, struct wm_profile **ret_profile,
                    struct wm_error *err)
{
    char *data = NULL;
    size_t length;
    /* what does not compress is a little longer packed than unpacked */
    size_t file_limit = limit > SIZE_MAX / 2 ? 0 : (size_t)(limit + limit / 1000);
    if (limit != 0 && file_limit != 0)
        file_limit += 1024;
    int rc = wm_file_read(name, file_limit, &data, &length, err);
    if (rc < 0)
        return rc;
    const struct wm_gzip_input packed = {(const unsigned char *)data, length, limit, name};
    rc = read_any(&packed, &data, ret_profile, err);
    free(data);
    return rc;
}

int wm_profile_decode(const unsigned char *data, size_t length, uint64_t limit, const char *place,
                      struct wm_profile **ret_profile, struct wm_error *err)
{
    const struct wm_gzip_input packed = {data, length, limit, place};
    return read_any(&packed, NULL, ret_profile, err);
}

/* `done_with`: the packed bytes, if they are to be freed. */
static int read_any(const struct wm_gzip_input *packed, char **done_with,
                    struct wm_profile **ret_profile, struct wm_error *err)
{
    struct unpacking unpacking = {*packed, done_with, NULL, wm_gzip_claim(packed), 0};
    const struct wm_decode_source source = {unpack, &unpacking};
    if (unpacking.length > 0)
        unpacking.data = wm_pages_new(unpacking.length, 1); /* takes none until it is true */
    if (unpacking.data == NULL)
        return read_unpacked(packed, ret_profile, err);
    const struct wm_wire_input input = {unpacking.data, unpacking.length, packed->place, err};
    int rc = read_plain(&input, &source, ret_profile);
    free(unpacking.data);
    return unpacking.rc < 0 ? read_unpacked(packed, ret_profile, err) : rc;
}

static int unpack(void *user, struct wm_arrival *arrival)
{
    struct unpacking *unpacking = user;
    unpacking->rc = wm_gzip_unpack_member(&unpacking->packed, unpacking->data, unpacking->length,
                                          arrival);
    if (unpacking->rc == 0 && unpacking->done_with != NULL) { /* memory is needed for the rest */
        free(*unpacking->done_with);
        *unpacking->done_with = NULL;
    }
    return unpacking->rc;
}

/* What is not packed, or not as files are. */
static int read_unpacked(const struct wm_gzip_input *packed, struct wm_profile **ret_profile,
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
        rc = read_plain(&input, NULL, ret_profile);
    free(unpacked);
    return rc;
}

static int read_plain(const struct wm_wire_input *input, const struct wm_decode_source *source,
                      struct wm_profile **ret_profile)
{
    if (input->length == 0)
        return wm_fail_at(input->err, -EINVAL, input->place, "is empty, expected a pprof profile");
    int rc = wm_profile_decode_plain(input, source, ret_profile);
    if (rc != -EINVAL)
        return rc;
    int old = wm_legacy_read(input, ret_profile);
    return old == -ENOENT ? rc : old;
}
