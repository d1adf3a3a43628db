/* read.c - the bytes of a file to a profile: unpacked, then whatever format they are in. */
#include "harness/core/file.h"
#include "profiles/pprof/codec.h"
#include "profiles/pprof/decode.h"
#include "profiles/pprof/gzip.h"
#include "profiles/pprof/legacy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static int unpack(const struct wm_gzip_input *packed, unsigned char **ret_unpacked,
                  struct wm_wire_input *ret_input);
static int read_plain(const struct wm_wire_input *input, struct wm_profile **ret_profile);

int wm_profile_read(const char *name, uint64_t limit, struct wm_profile **ret_profile,
                    struct wm_error *err)
{
    char *data = NULL;
    unsigned char *unpacked = NULL;
    size_t length;
    /* what does not compress is a little longer packed than unpacked */
    size_t file_limit = limit > SIZE_MAX / 2 ? 0 : (size_t)(limit + limit / 1000);
    if (limit != 0 && file_limit != 0)
        file_limit += 1024;
    int rc = wm_file_read(name, file_limit, &data, &length, err);
    if (rc < 0)
        return rc;
    struct wm_gzip_input packed = {(const unsigned char *)data, length, limit, name};
    struct wm_wire_input input = {.place = name, .err = err};
    rc = unpack(&packed, &unpacked, &input);
    if (unpacked != NULL) { /* the packed bytes are done with: memory is needed below */
        free(data);
        data = NULL;
    }
    if (rc == 0)
        rc = read_plain(&input, ret_profile);
    free(unpacked);
    free(data);
    return rc;
}

int wm_profile_decode(const unsigned char *data, size_t length, uint64_t limit, const char *place,
                      struct wm_profile **ret_profile, struct wm_error *err)
{
    unsigned char *unpacked = NULL;
    struct wm_gzip_input packed = {data, length, limit, place};
    struct wm_wire_input input = {.place = place, .err = err};
    int rc = unpack(&packed, &unpacked, &input);
    if (rc == 0)
        rc = read_plain(&input, ret_profile);
    free(unpacked);
    return rc;
}

/* *ret_unpacked stays NULL where the bytes are not packed. */
static int unpack(const struct wm_gzip_input *packed, unsigned char **ret_unpacked,
                  struct wm_wire_input *ret_input)
{
    int rc = 0;
    ret_input->data = packed->data;
    ret_input->length = packed->length;
    if (wm_gzip_is(packed->data, packed->length)) {
        rc = wm_gzip_unpack(packed, ret_unpacked, &ret_input->length, ret_input->err);
        ret_input->data = *ret_unpacked;
    } else if (packed->limit != 0 && packed->length > packed->limit) {
        rc = wm_fail_at(ret_input->err, -EFBIG, packed->place, "has more than %" PRIu64 " bytes",
                        packed->limit);
    }
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
