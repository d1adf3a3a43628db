/* gzip.c - gzip in memory: packed by libdeflate, unpacked by zlib, which can grow its output and
 * say what is wrong; and what is one sound member, as files are, by ISA-L, three times as fast. */
#include "profiles/pprof/gzip.h"

#include "harness/core/pages.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_WINDOW = MAX_WBITS + 16 };
enum { RATIO_MAX = 1032 }; /* bytes that one of deflate can become at most */
enum { PIECE_BYTES = 128 << 10 };

struct growing {
    unsigned char *data;
    size_t length, capacity;
};

static void feed(z_stream *stream, const unsigned char *data, size_t length, size_t *used);
static int unpack_members(z_stream *stream, const struct wm_gzip_input *input, struct growing *out,
                          struct wm_error *err);
static int make_room(struct growing *out, uint64_t limit);

bool wm_gzip_is(const unsigned char *data, size_t length)
{
    return length >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

int wm_gzip_pack(const unsigned char *data, size_t length, enum wm_gzip_effort effort,
                 unsigned char **ret_data, size_t *ret_length)
{
    struct libdeflate_compressor *deflate = libdeflate_alloc_compressor((int)effort);
    if (deflate == NULL)
        return -ENOMEM;
    size_t capacity = libdeflate_gzip_compress_bound(deflate, length);
    unsigned char *packed = malloc(capacity);
    if (packed != NULL) { /* with a header that has no name, and time 0 */
        *ret_length = libdeflate_gzip_compress(deflate, data, length, packed, capacity);
        assert(*ret_length > 0); /* the bound promises the room */
        *ret_data = packed;
    }
    libdeflate_free_compressor(deflate);
    return packed != NULL ? 0 : -ENOMEM;
}

int wm_gzip_unpack(const struct wm_gzip_input *input, unsigned char **ret_data, size_t *ret_length,
                   struct wm_error *err)
{
    z_stream stream = {0};
    struct growing out = {0};
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return wm_fail_at(err, -ENOMEM, input->place, "no memory to unpack it");
    int rc = unpack_members(&stream, input, &out, err);
    if (rc < 0)
        goto out;
    *ret_data = out.data;
    *ret_length = out.length;
    out.data = NULL;
out:
    free(out.data);
    inflateEnd(&stream);
    return rc;
}

size_t wm_gzip_claim(const unsigned char tail[WM_GZIP_TAIL_BYTES], uint64_t length, uint64_t limit)
{
    const uint32_t claim =
        tail[0] | (uint32_t)tail[1] << 8 | (uint32_t)tail[2] << 16 | (uint32_t)tail[3] << 24;
    const bool is_possible = claim / RATIO_MAX <= length;
    return is_possible && (limit == 0 || claim <= limit) ? claim : 0;
}

struct wm_gzip_member {
    const struct wm_gzip_source *source;
    unsigned char *data;
    size_t length;
    struct inflate_state state;
    unsigned char piece[PIECE_BYTES];
};

int wm_gzip_member_new(const struct wm_gzip_source *source, unsigned char *data, size_t length,
                       struct wm_gzip_member **ret_member)
{
    struct wm_gzip_member *member = malloc(sizeof(*member));
    if (member == NULL)
        return -ENOMEM;
    member->source = source;
    member->data = data;
    member->length = length;
    isal_inflate_init(&member->state);
    member->state.crc_flag = ISAL_GZIP;
    member->state.next_out = data;
    *ret_member = member;
    return 0;
}

void wm_gzip_member_free(struct wm_gzip_member *member)
{
    free(member);
}

__attribute__((target("avx"))) static void leave_registers(void)
{
    __builtin_ia32_vzeroupper();
}

void wm_gzip_leave_registers(void)
{
    if (__builtin_cpu_supports("avx"))
        leave_registers();
}

/* The next bytes, once those before are used up; false: there are none. */
static bool feed_member(struct wm_gzip_member *member)
{
    if (member->state.avail_in > 0)
        return true;
    ssize_t bytes =
        member->source->read(member->source->user, member->piece, sizeof(member->piece));
    if (bytes <= 0)
        return false;
    member->state.next_in = member->piece;
    member->state.avail_in = (uint32_t)bytes;
    return true;
}

int wm_gzip_member_next(struct wm_gzip_member *member, size_t *ret_made)
{
    struct inflate_state *state = &member->state;
    if (!feed_member(member))
        return -EBADMSG;
    const size_t left = member->length - (size_t)(state->next_out - member->data);
    const uint32_t fed = state->avail_in;
    state->avail_out = left < PIECE_BYTES ? (uint32_t)left : PIECE_BYTES;
    wm_pages_prepare(state->next_out, state->avail_out);
    int rc = isal_inflate(state);
    wm_gzip_leave_registers();
    const size_t made = (size_t)(state->next_out - member->data);
    const bool is_over = state->block_state == ISAL_BLOCK_FINISH;
    const bool goes_on = made > member->length - left || state->avail_in < fed;
    *ret_made = made;
    if (rc != ISAL_DECOMP_OK || (!is_over && !goes_on)) /* or it is longer than it says */
        return -EBADMSG;
    if (!is_over)
        return 1;
    return made == member->length && !feed_member(member) ? 0 : -EBADMSG;
}

static int unpack_members(z_stream *stream, const struct wm_gzip_input *input, struct growing *out,
                          struct wm_error *err)
{
    const uint64_t limit = input->limit;
    const char *place = input->place;
    size_t used = 0;
    for (;;) {
        int rc = make_room(out, limit);
        if (rc == -EFBIG)
            return wm_fail_at(err, rc, place, "unpacks to more than %" PRIu64 " bytes", limit);
        if (rc < 0)
            return wm_fail_at(err, rc, place, "no memory to unpack it");
        feed(stream, input->data, input->length, &used);
        size_t free_bytes = out->capacity - out->length;
        uInt room = free_bytes > UINT_MAX ? UINT_MAX : (uInt)free_bytes;
        stream->next_out = out->data + out->length;
        stream->avail_out = room;
        int state = inflate(stream, Z_NO_FLUSH);
        size_t at = used - stream->avail_in;
        out->length += room - stream->avail_out;
        if (state == Z_STREAM_END) {
            if (limit != 0 && out->length > limit)
                return wm_fail_at(err, -EFBIG, place, "unpacks to more than %" PRIu64 " bytes",
                                  limit);
            if (at == input->length)
                return 0;
            if (inflateReset(stream) != Z_OK)
                return wm_fail_at(err, -EINVAL, place, "byte %zu: bad gzip data", at);
        } else if (state == Z_BUF_ERROR && at == input->length) {
            return wm_fail_at(err, -EINVAL, place, "byte %zu: the gzip data is cut off", at);
        } else if (state == Z_MEM_ERROR) {
            return wm_fail_at(err, -ENOMEM, place, "no memory to unpack it");
        } else if (state != Z_OK && state != Z_BUF_ERROR) {
            return wm_fail_at(err, -EINVAL, place, "byte %zu: bad gzip data: %s", at,
                              stream->msg != NULL ? stream->msg : "not a gzip member");
        }
    }
}

/* Gives the stream more input when it has none left, in pieces that its 32-bit counter can hold. */
static void feed(z_stream *stream, const unsigned char *data, size_t length, size_t *used)
{
    if (stream->avail_in == 0 && *used < length) {
        size_t rest = length - *used;
        stream->avail_in = rest > UINT_MAX ? UINT_MAX : (uInt)rest;
        stream->next_in = (z_const Bytef *)(uintptr_t)(data + *used);
        *used += stream->avail_in;
    }
}

static int make_room(struct growing *out, uint64_t limit)
{
    if (limit != 0 && out->length > limit)
        return -EFBIG;
    if (out->length < out->capacity)
        return 0;
    size_t grown = out->capacity == 0 ? (size_t)64 * 1024 : out->capacity * 2;
    if (limit != 0 && grown > limit && limit < SIZE_MAX)
        grown = (size_t)limit + 1; /* the byte too many is how excess is seen */
    unsigned char *moved = realloc(out->data, grown);
    if (moved == NULL)
        return -ENOMEM;
    out->data = moved;
    out->capacity = grown;
    return 0;
}
