/* trace_format.h - how a .wmt is framed; for trace.c and trace_write.c, nobody else.
 *
 * A trace is a sequence of gzip members (RFC 1952). Each states its own size in gzip's extra
 * field, so that a file that was cut off is told from one that was damaged, and a reader knows how
 * much memory a member takes before it unpacks it. Numbers are little endian:
 *
 *     0  1f 8b 08 04  00 00 00 00  00 ff     gzip, extra field, no time stamp, no system
 *    10  14 00  'W' 'M'  10 00               20 bytes of extra field, one subfield of 16
 *    16  kind                                1 header, 2 requests, 3 end
 *    20  member_bytes                        of all this, from byte 0 to behind the tail
 *    24  plain_bytes                         after unpacking
 *    28  CRC-32 of bytes 0 to 27
 *    32  deflated data
 *   end  CRC-32 of the unpacked data, plain_bytes
 *
 * Unpacked, a member is a sequence of messages (trace.proto), each behind its length as a varint:
 * one Header, then Requests in members of WM_TRACE_FILL_BYTES or a little more, then one End.
 * A message is never split over members. */
#ifndef WM_WORKLOADS_TRACE_FORMAT_H
#define WM_WORKLOADS_TRACE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#define ZLIB_CONST /* input is read only */
#include <zlib.h>

enum { WM_TRACE_HEADER = 1, WM_TRACE_REQUESTS = 2, WM_TRACE_END = 3 }; /* kind */

enum {
    WM_TRACE_VERSION = 1,
    WM_TRACE_PREFIX_BYTES = 16, /* what all members start with */
    WM_TRACE_FRAME_BYTES = 32,
    WM_TRACE_TAIL_BYTES = 8,
    WM_TRACE_VARINT_BYTES = 10,              /* of a length, at most */
    WM_TRACE_REQUEST_MAX = 16 * 1024 * 1024, /* one message */
    WM_TRACE_FILL_BYTES = 256 * 1024,        /* a member is closed when it has so many */
    WM_TRACE_PLAIN_MAX = WM_TRACE_FILL_BYTES + WM_TRACE_REQUEST_MAX + WM_TRACE_VARINT_BYTES,
    WM_TRACE_MEMBER_MAX =
        WM_TRACE_PLAIN_MAX + 64 * 1024, /* what does not compress grows a little */
};

struct wm_trace_frame {
    uint32_t kind;
    uint32_t member_bytes;
    uint32_t plain_bytes;
};

extern const uint8_t wm_trace_prefix[WM_TRACE_PREFIX_BYTES];

/* False when the bytes are no frame, are damaged, or state sizes that no trace has. */
bool wm_trace_frame_read(const uint8_t bytes[WM_TRACE_FRAME_BYTES], struct wm_trace_frame *frame);

/* Packs `plain` as one member into *member (grown with realloc, *capacity bytes). `deflater` was
 * set up with wm_trace_deflate_init. The member's size, or -ENOMEM. */
int wm_trace_deflate_init(z_stream *deflater);
int wm_trace_member_pack(z_stream *deflater, uint32_t kind, const uint8_t *plain,
                         size_t plain_bytes, uint8_t **member, size_t *capacity);

/* Unpacks a whole member of *frame into `plain` (frame->plain_bytes of it). False: damaged. */
bool wm_trace_member_unpack(z_stream *inflater, const struct wm_trace_frame *frame,
                            const uint8_t *member, uint8_t *plain);

/* Makes *buffer at least `need` bytes large; its content is lost. False: out of memory. */
bool wm_trace_reserve(uint8_t **buffer, size_t *capacity, size_t need);

/* A varint: bytes written, or bytes read (0: not a length that fits here). */
size_t wm_trace_length_write(uint64_t length, uint8_t to[WM_TRACE_VARINT_BYTES]);
size_t wm_trace_length_read(const uint8_t *from, size_t available, uint64_t *ret_length);

#endif
